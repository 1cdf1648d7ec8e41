import { describe, expect, it } from 'vitest';
import type { Dispatch, OpenDeliveryStore } from '#deliveries';
import type { SendTarget, SendTargets } from '#endpoints';
import { FixedClock } from '#kernel';
import { compileSigner, DEFAULT_SIGNING } from '#signing';
import { parseTarget } from '#transport';
import type { AuthenticatedSender } from './authenticated-sender.js';
import { DeliveryExecutor } from './delivery-executor.js';
import type { LaneExits } from './lane-exits.js';
import type { PayloadLoader } from './payload-loader.js';
import type { RatePacer } from './rate-pacer.js';

const aTarget = (version: number): SendTarget => ({
  endpointId: 'e',
  tenantId: 't',
  version,
  configVersion: version,
  status: 'enabled',
  isTenantPaused: false,
  isUnproven: false,
  url: parseTarget(`https://example.com/v${version}`),
  headers: [],
  authHeader: null,
  sentSecrets: [],
  oauth2: null,
  signer: compileSigner(DEFAULT_SIGNING, []),
  payloadFormat: 'standard',
  timeoutMs: null,
  retrySchedule: null,
  maxInFlight: null,
  rateLimit: null,
});

const dispatch: Dispatch = {
  deliveryId: '01890a5d-ac96-774b-bcce-b302099a8057',
  tenantId: 't',
  endpointId: 'e',
  endpointVersion: 2,
  generation: 1,
  attempts: 0,
  replayOf: null,
  leaseUntilMs: 90_000,
  slotAtMs: null,
  isSlotOfRate: false,
  orderKey: null,
  event: {
    id: '01890a5d-ac96-774b-bcce-b302099a8057',
    type: 'a',
    body: '{}',
    dataStart: 0,
    dataEnd: 2,
    source: null,
    headers: [],
    traceparent: null,
    expiresAtMs: null,
  },
};

/** Endpoints of which one load after the other answers the next of `versions` (null: none). */
function setup(versions: (number | null)[], isUnusable = false) {
  let known: SendTarget | undefined;
  const targets = {
    peek: (_: string, version: number) => (known !== undefined && known.version >= version ? known : undefined),
    load: async () => {
      const version = versions.shift();
      if (version != null) known = aTarget(version);
      return known;
    },
    isUnusable: () => isUnusable,
  } as unknown as SendTargets;
  const sentTo: string[] = [];
  const sender = {
    send: async ({ target }: { target: { path: string } }) => {
      sentTo.push(target.path);
      return { statusCode: 200, errorCode: null, error: null, durationMs: 1, timings: {}, truncated: false };
    },
  } as unknown as AuthenticatedSender;
  const givenBackMs: number[] = [];
  const exits = { giveBack: async (_: Dispatch, ms: number) => void givenBackMs.push(ms) } as unknown as LaneExits;
  const executor = new DeliveryExecutor(
    targets,
    {} as PayloadLoader,
    sender,
    {} as OpenDeliveryStore,
    exits,
    {} as RatePacer,
    new FixedClock(0),
    { userAgent: 'Posthorn', timeoutMs: 15_000, retryScheduleSeconds: [5] },
  );
  return { executor, sentTo, givenBackMs };
}

describe(DeliveryExecutor, () => {
  it('never sends to an endpoint as it was before the version that the delivery was made for', async () => {
    const { executor, sentTo } = setup([1, 2]);
    await executor.attempt(dispatch);
    expect(sentTo).toEqual(['/v2']);
  });

  it('gives back what no new enough version can be had for', async () => {
    const { executor, sentTo, givenBackMs } = setup([1, 1]);
    expect(await executor.attempt(dispatch)).toBeNull();
    expect([sentTo, givenBackMs]).toEqual([[], [5_000]]);
  });

  it('waits longer for an endpoint that cannot be opened', async () => {
    const { executor, givenBackMs } = setup([null, null], true);
    expect(await executor.attempt(dispatch)).toBeNull();
    expect(givenBackMs).toEqual([60_000]);
  });
});
