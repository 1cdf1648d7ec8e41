import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HeldRelease, OpenDeliveryStore } from '#deliveries';
import type { Uuid } from '#kernel';
import { openStoreBench, type StoreBench } from '../../support/stores.js';
import { waitFor } from '../../support/wait-for.js';

describe(HeldRelease, () => {
  let bench: StoreBench;
  let store: OpenDeliveryStore;
  let release: HeldRelease;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };

  beforeAll(async () => {
    bench = await openStoreBench();
    store = new OpenDeliveryStore(bench.db);
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.db.query('TRUNCATE open_deliveries');
    endpoint = await bench.anEndpoint();
    release = new HeldRelease(bench.db, store);
  });
  afterEach(() => release.stop());

  /** Held deliveries, made in another order than that of their ids. */
  const hold = async (of: typeof endpoint, count: number) => {
    const id = await bench.anOpenDelivery(of, { due_at: `'infinity'`, waiting_for: `'held'` });
    await bench.db.query(
      `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, created_at, type, due_at, waiting_for)
       SELECT gen_random_uuid(), event_id, tenant_id, endpoint_id, 1, created_at, type, due_at, waiting_for
         FROM open_deliveries, generate_series(2, $2) n WHERE id = $1`,
      [id, count],
    );
  };
  const rows = async (of: typeof endpoint, condition: string) =>
    (
      await bench.db.query<{ id: Uuid }>(
        `SELECT id FROM open_deliveries WHERE endpoint_id = $1 AND ${condition} ORDER BY due_at, id`,
        [of.endpointId],
      )
    ).map(({ id }) => id);
  const heldOf = (of: typeof endpoint) => rows(of, `due_at = 'infinity'`);
  const dueOf = (of: typeof endpoint) => rows(of, 'due_at <= clock_timestamp()');
  const sendAll = (of: typeof endpoint) =>
    bench.db.query(`DELETE FROM open_deliveries WHERE endpoint_id = $1 AND due_at < 'infinity'`, [of.endpointId]);

  it('lets go the oldest first, a batch and not all at once', async () => {
    await hold(endpoint, 2_500);
    const order = (await heldOf(endpoint)).toSorted();
    expect(await release.begin()).toBe(1_000);
    await release.stop();
    expect(await dueOf(endpoint)).toEqual(order.slice(0, 1_000));
    expect((await heldOf(endpoint)).toSorted()).toEqual(order.slice(1_000));
  });

  it('goes no faster than what was let go goes out', async () => {
    await hold(endpoint, 2_500);
    for (const batch of [1_000, 1_000, 500]) {
      expect(await store.releaseHeld()).toBe(batch);
      await waitFor(async () => expect(await dueOf(endpoint)).toHaveLength(batch));
      if (batch === 1_000) expect(await store.releaseHeld()).toBe(0);
      await sendAll(endpoint);
    }
    expect(await store.releaseHeld()).toBe(0);
  });

  it('goes on by itself when there is room again', async () => {
    await hold(endpoint, 2_500);
    await release.begin();
    await sendAll(endpoint);
    await waitFor(async () => expect(await heldOf(endpoint)).toHaveLength(500));
    await sendAll(endpoint);
    await waitFor(async () => expect(await heldOf(endpoint)).toEqual([]));
  });

  it('lets nobody wait for an endpoint that takes nothing', async () => {
    const stuck = await bench.anEndpoint();
    await hold(stuck, 1_500);
    await store.releaseHeld();
    await hold(endpoint, 10);
    expect(await store.releaseHeld()).toBe(10);
    expect(await dueOf(endpoint)).toHaveLength(10);
    expect(await heldOf(stuck)).toHaveLength(500);
  });

  it('leaves what is rightly held', async () => {
    await hold(endpoint, 10);
    await bench.db.query(`UPDATE endpoints SET status = 'paused' WHERE id = $1`, [endpoint.endpointId]);
    expect(await release.begin()).toBe(0);
    await bench.db.query(`UPDATE endpoints SET status = 'enabled' WHERE id = $1`, [endpoint.endpointId]);
    await bench.db.query(`UPDATE tenants SET paused_at = now() WHERE id = $1`, [endpoint.tenantId]);
    expect(await release.begin()).toBe(0);
    expect(await heldOf(endpoint)).toHaveLength(10);
  });
});
