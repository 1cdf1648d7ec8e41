import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database, Statement } from '#database';
import { type ClaimRequest, OpenDeliveryStore } from '#deliveries';
import type { Uuid } from '#kernel';
import { openStoreBench, type StoreBench } from '../../support/stores.js';

/** Pages touched say what a claim costs on any machine. */
describe('what a claim costs', () => {
  let bench: StoreBench;
  let endpoints: { tenantId: Uuid; endpointId: Uuid }[];

  beforeAll(async () => {
    bench = await openStoreBench();
    endpoints = [];
    for (let n = 0; n < 10; n++) endpoints.push(await bench.anEndpoint());
  });
  afterAll(() => bench.close());
  beforeEach(() => bench.db.query('TRUNCATE open_deliveries'));

  async function pagesOf(request: Partial<ClaimRequest>): Promise<number> {
    let pages = 0;
    const explaining = {
      query: async ({ text }: Statement, values: readonly unknown[]) => {
        const rows = await bench.db.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
          `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
          values,
        );
        const { Plan: plan } = rows[0]!['QUERY PLAN'][0];
        pages = plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!;
        return [{ deliveryId: null }];
      },
    } as unknown as Database;
    await new OpenDeliveryStore(explaining).claimDue({ rows: 256, sinceMs: 0, leftOut: [], turns: [], ...request });
    return pages;
  }

  const agoMs = async (ms: number) => (await bench.db.readClock()) - ms;

  async function rowsDue(count: number, dueAt: string, of = endpoints): Promise<void> {
    await bench.db.query(
      `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, created_at, type, due_at, waiting_for)
       SELECT gen_random_uuid(), gen_random_uuid(), ($1::uuid[])[1 + n % $3], ($2::uuid[])[1 + n % $3], 1,
              clock_timestamp(), 'a.b', ${dueAt}, 'queue'
         FROM generate_series(1, $4::int) n`,
      [of.map(({ tenantId }) => tenantId), of.map(({ endpointId }) => endpointId), of.length, count],
    );
  }

  it('does not grow with what was delivered while an old snapshot is held', async () => {
    await rowsDue(100, `clock_timestamp() + interval '1 h'`);
    const turns = [{ endpointId: endpoints[0]!.endpointId, rows: 16, sinceMs: await agoMs(1_000) }];
    const request = async () => ({ sinceMs: await agoMs(1_000), leftOut: [endpoints[0]!.endpointId], turns });
    const before = await pagesOf(await request());
    const reporting = new pg.Client({ connectionString: bench.url });
    await reporting.connect();
    try {
      await reporting.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
      await reporting.query('SELECT FROM tenants');
      // What pumps claimed a while ago, and what jobs brought with leases that would still hold: all of it gone since.
      await rowsDue(20_000, `clock_timestamp() - interval '1 min' + n * interval '1 ms'`);
      await rowsDue(20_000, `clock_timestamp() + interval '90 s'`);
      await bench.db.query(`DELETE FROM open_deliveries WHERE due_at < clock_timestamp() + interval '30 min'`);
      expect(await pagesOf({})).toBeGreaterThan(before + 400);
      expect(await pagesOf(await request())).toBeLessThan(before + 50);
    } finally {
      await reporting.end();
    }
  });

  it('does not grow with the rows whose lanes are full', async () => {
    const [hanging, healthy] = endpoints as [(typeof endpoints)[0], (typeof endpoints)[0]];
    await rowsDue(20_000, `clock_timestamp() - interval '1 min' + n * interval '1 ms'`, [hanging]);
    await bench.db.query('ANALYZE open_deliveries');
    await rowsDue(10, `clock_timestamp()`, [healthy]);
    const leftOut = [hanging.endpointId];
    expect(await pagesOf({ sinceMs: await agoMs(1_000), leftOut })).toBeLessThan(400);
    expect(await bench.db.query('SELECT FROM open_deliveries WHERE generation > 1')).toHaveLength(10);
    const turns = [{ endpointId: hanging.endpointId, rows: 10, sinceMs: 0 }];
    expect(await pagesOf({ sinceMs: await agoMs(1_000), leftOut, turns })).toBeLessThan(400);
    expect(await bench.db.query('SELECT FROM open_deliveries WHERE generation > 1')).toHaveLength(20);
  });

  it('of turns does not grow with what other endpoints have waiting', async () => {
    await rowsDue(20_000, `clock_timestamp() - interval '1 min' + n * interval '1 ms'`);
    await bench.db.query('ANALYZE open_deliveries');
    const all = endpoints.map(({ endpointId }) => endpointId);
    const turns = all.map((endpointId) => ({ endpointId, rows: 4, sinceMs: 0 }));
    expect(await pagesOf({ sinceMs: await agoMs(1_000), leftOut: all, turns })).toBeLessThan(40 * 40);
  });
});
