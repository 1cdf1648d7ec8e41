import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOSTILE_KINDS, type HostileKind, HostileReceiver } from '../support/hostile-receivers.js';
import { startPlatform, type TestPlatform } from '../support/platform.js';
import { Receiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

/** That memory stays flat over many of each is tried in test/integration/transport/hostile-table.int-spec.ts. */
describe('hostile receivers, of every kind at once', () => {
  let platform: TestPlatform;
  let tenant: string;
  const receivers: HostileReceiver[] = [];
  /** The event that was sent to each, by the kind's name. */
  const events = new Map<string, string>();

  beforeAll(async () => {
    platform = await startPlatform({ queue: 'postgres' });
    tenant = (await platform.api.post('/v1/tenants', { name: 'Tenant' })).body['id'] as string;
    const ids = await Promise.all(HOSTILE_KINDS.map(startAndSubscribe));
    for (const [at, { name, requestChars }] of HOSTILE_KINDS.entries()) {
      const data = { text: 'x'.repeat(requestChars ?? 10) };
      events.set(name, await platform.publish(tenant, { endpoint: ids[at], data }));
    }
  });

  afterAll(async () => {
    await Promise.all(receivers.map((receiver) => receiver.close()));
    await platform.close();
  });

  async function startAndSubscribe(kind: HostileKind): Promise<string> {
    const receiver = await HostileReceiver.start(kind);
    receivers.push(receiver);
    const settings = {
      url: receiver.url,
      eventTypes: ['*'],
      retrySchedule: [],
      timeoutSeconds: kind.isTimedOut ? 1 : 30,
    };
    const { body } = await platform.api.post(`/v1/tenants/${tenant}/endpoints`, settings, { expect: 201 });
    return body['id'] as string;
  }

  it.each(HOSTILE_KINDS.map((kind) => [kind.name, kind] as const))(
    '%s is one attempt on record',
    async (name, kind) => {
      const [delivery] = await waitFor(async () => {
        const deliveries = await platform.deliveriesOf(events.get(name)!);
        expect(deliveries.map(({ status }) => status)).toEqual([kind.errorCode === null ? 'succeeded' : 'dead']);
        return deliveries;
      });
      expect(delivery).toMatchObject({ attemptCount: 1, lastErrorCode: kind.errorCode });
      const { body } = await platform.api.get(`/v1/deliveries/${delivery!.id}/attempts?include=data`);
      expect(body['data']).toMatchObject([{ number: 1, statusCode: kind.statusCode, errorCode: kind.errorCode }]);
      if (kind.isTimedOut) expect(body['data'][0].durationMs).toBeLessThan(5_000);
    },
    40_000,
  );

  it('leave their slots to others', async () => {
    const receiver = await Receiver.start();
    const at = await platform.aTenantAt(receiver);
    await platform.publish(at.tenant);
    await receiver.received(1);
    await receiver.close();
  });
});
