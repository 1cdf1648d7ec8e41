import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Executor, type Listener, raiseConfigVersion } from '#database';
import { SendTargets } from '#endpoints';
import { KeyRing, newUuid, type Uuid } from '#kernel';
import { openStoreBench, type StoreBench } from '../../support/stores.js';
import { waitFor } from '../../support/wait-for.js';

const aRing = (id: string) => new KeyRing([[id, randomBytes(32)]]);
/** Nothing is ever heard on it: what is promised here must come by asking. */
const DEAF = { on: () => undefined } as unknown as Listener;

describe(SendTargets, () => {
  let bench: StoreBench;
  const ring = aRing('k1');
  const running: SendTargets[] = [];

  beforeAll(async () => {
    bench = await openStoreBench();
  });
  afterAll(() => bench.close());
  afterEach(() => {
    for (const targets of running.splice(0)) targets.stop();
  });

  function follow(db: Executor = bench.db) {
    const errors: object[] = [];
    const targets = new SendTargets(db as typeof bench.db, ring);
    targets.follow(DEAF, { error: (facts) => void errors.push(facts) });
    running.push(targets);
    return { targets, errors };
  }

  async function aSecret(endpointId: Uuid, keyRing: KeyRing): Promise<void> {
    const id = newUuid(Date.now());
    await bench.db.query(`INSERT INTO endpoint_secrets (id, endpoint_id, sealed_secret) VALUES ($1, $2, $3)`, [
      id,
      endpointId,
      keyRing.seal(`whsec_${randomBytes(24).toString('base64')}`, id),
    ]);
  }

  async function change(tenantId: Uuid, endpointId: Uuid, status: string): Promise<void> {
    await bench.db.transaction(async (tx) => {
      await tx.query(`UPDATE endpoints SET status = $2, version = version + 1 WHERE id = $1`, [endpointId, status]);
      await raiseConfigVersion(tx, tenantId);
    });
  }

  it('loads the others when one endpoint cannot be opened, and says once which and why', async () => {
    const [good, bad] = [await bench.anEndpoint(), await bench.anEndpoint()];
    await aSecret(good.endpointId, ring);
    await aSecret(bad.endpointId, aRing('lost'));
    const { targets, errors } = follow();
    const load = () => Promise.all([targets.load(bad.endpointId), targets.load(good.endpointId)]);
    expect(await load()).toEqual([undefined, expect.objectContaining({ endpointId: good.endpointId })]);
    await load();
    expect([targets.isUnusable(bad.endpointId), targets.isUnusable(good.endpointId)]).toEqual([true, false]);
    expect(errors).toEqual([
      { endpoint: bad.endpointId, reason: expect.stringContaining('"lost" is not on the ring') as string },
    ]);
  });

  it("follows a tenant's changes while another tenant's endpoint cannot be opened", async () => {
    const [good, bad] = [await bench.anEndpoint(), await bench.anEndpoint()];
    const { targets } = follow();
    await Promise.all([targets.load(bad.endpointId), targets.load(good.endpointId)]);
    await aSecret(bad.endpointId, aRing('lost'));
    await change(bad.tenantId, bad.endpointId, 'enabled');
    await change(good.tenantId, good.endpointId, 'paused');
    await waitFor(() => expect(targets.peek(good.endpointId, 0)).toMatchObject({ status: 'paused' }));
    expect(targets.peek(bad.endpointId, 0)).toBeUndefined();
  });

  it('catches up on what changed while it was cut off from the database, however long that was', async () => {
    const endpoint = await bench.anEndpoint();
    let isCutOff = false;
    const { targets } = follow({
      query: (sql, values) => (isCutOff ? Promise.reject(new Error('away')) : bench.db.query(sql, values)),
    });
    await targets.load(endpoint.endpointId);
    isCutOff = true;
    await change(endpoint.tenantId, endpoint.endpointId, 'disabled');
    // Minutes pass: the change is old when the worker can look again.
    const now = performance.now.bind(performance);
    performance.now = () => now() + 300_000;
    try {
      await bench.db.query(
        `UPDATE tenants SET config_changed_at = config_changed_at - interval '4 min' WHERE id = $1`,
        [endpoint.tenantId],
      );
      isCutOff = false;
      await waitFor(() => expect(targets.peek(endpoint.endpointId, 0)).toMatchObject({ status: 'disabled' }));
    } finally {
      performance.now = now;
    }
  });
});
