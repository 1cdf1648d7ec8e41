import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, Statement } from '#database';
import { OpenDeliveryStore, recordAttempts, RetentionStore } from '#deliveries';
import { newUuid, type Uuid } from '#kernel';
import { anAttempt, openStoreBench, type StoreBench } from '../../support/stores.js';

/**
 * Statements are prepared by name, so PostgreSQL may keep a plan made without knowing the values: both that plan and the
 * one for these values must find their rows by an index, however large the backlog is.
 */
describe('the plans of what is done to open deliveries', () => {
  let bench: StoreBench;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };

  beforeAll(async () => {
    bench = await openStoreBench();
    endpoint = await bench.anEndpoint();
    for (let tenant = 0; tenant < 20; tenant++) {
      const of = tenant === 0 ? endpoint : await bench.anEndpoint();
      const id = await bench.anOpenDelivery(of);
      await bench.db.query(
        `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, created_at, type, due_at, waiting_for)
         SELECT gen_random_uuid(), event_id, tenant_id, endpoint_id, 1, created_at, type,
                CASE WHEN n % 4 = 0 THEN 'infinity' ELSE due_at + (n % 100 - 10) * interval '1 s' END, waiting_for
           FROM open_deliveries, generate_series(1, 1000) n WHERE id = $1`,
        [id],
      );
    }
    await bench.db.query('VACUUM ANALYZE open_deliveries');
  });
  afterAll(() => bench.close());

  const held = Array.from({ length: 200 }, () => ({ deliveryId: newUuid(Date.now()), generation: 1, attempts: 0 }));
  const lines = held.map(({ deliveryId }) => ({ endpointId: deliveryId, orderKey: 'a' }));
  const ids = held.map(({ deliveryId }) => deliveryId);

  it.each<[string, (store: OpenDeliveryStore, db: Database) => Promise<unknown>]>([
    ['claimDue', (store) => store.claimDue({ rows: 256, sinceMs: 0, leftOut: [], turns: [] })],
    [
      'claimDue, with turns',
      (store) => {
        const { endpointId } = endpoint;
        const turns = [{ endpointId, rows: 16, sinceMs: 0 }];
        return store.claimDue({ rows: 256, sinceMs: Date.now() - 300, leftOut: [endpointId], turns });
      },
    ],
    ['claimFresh', (store) => store.claimFresh(ids)],
    ['renewLeases', (store) => store.renewLeases(held)],
    ['giveBack', (store) => store.giveBack(held, 0)],
    ['hold', (store) => store.hold(held)],
    ['releaseHeld', (store) => store.releaseHeld()],
    ['cancelLeased', (store) => store.cancelLeased(held, 'x')],
    ['buryExpired', (store) => store.buryExpired(held.map((row) => ({ ...row, deadLetterId: row.deliveryId })))],
    ['cancel', (store, db) => store.cancel(db, ids[0]!, 'x')],
    ['cancelOfEndpoint', (store) => store.cancelOfEndpoint(endpoint.endpointId, 'x', Date.now())],
    ['cancelOfTenant', (store) => store.cancelOfTenant(endpoint.tenantId, 'x')],
    ['buryOutlived', (store, db) => new RetentionStore(db, store).buryOutlived(Date.now(), Date.now())],
    ['isOpenBelow', (store, db) => new RetentionStore(db, store).isOpenBelow(Date.now())],
    ['cancelOfEvent', (store, db) => store.cancelOfEvent(db, ids[0]!, 'x')],
    ['advance', (store) => store.advance(lines)],
    // What it makes of the answer has no part in this.
    ['claimNext', (store) => store.claimNext(lines).catch(() => undefined)],
    ['advanceIdle', (store) => store.advanceIdle()],
    [
      'recordAttempts',
      (_, db) =>
        recordAttempts(
          db,
          held.map((row) => anAttempt(row)),
        ).catch(() => undefined),
    ],
  ])('%s never reads the whole table', async (_, run) => {
    const plans: string[] = [];
    const explaining = {
      query: async ({ text }: Statement, values?: readonly unknown[]) => {
        const generic = await bench.db.query<{ 'QUERY PLAN': string }>(`EXPLAIN (GENERIC_PLAN) ${text}`);
        const custom = await bench.db.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
        plans.push(...[generic, custom].map((rows) => rows.map((row) => row['QUERY PLAN']).join('\n')));
        return [{ deliveryId: null }];
      },
    } as unknown as Database;
    await run(new OpenDeliveryStore(explaining), explaining);
    expect(plans.length).toBeGreaterThanOrEqual(2);
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan on open_deliveries/);
  });
});
