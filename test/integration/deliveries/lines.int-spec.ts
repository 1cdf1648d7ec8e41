import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database, Statement } from '#database';
import { DUE_IN_ITS_TURN, type Line, OpenDeliveryStore, recordAttempts } from '#deliveries';
import type { Uuid } from '#kernel';
import { anAttempt, openStoreBench, type StoreBench } from '../../support/stores.js';

describe('lines', () => {
  let bench: StoreBench;
  let store: OpenDeliveryStore;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };

  beforeAll(async () => {
    bench = await openStoreBench();
    store = new OpenDeliveryStore(bench.db);
    endpoint = await bench.anEndpoint();
  });
  afterAll(() => bench.close());
  beforeEach(() => bench.db.query('TRUNCATE open_deliveries'));

  const line = (orderKey: string): Line => ({ endpointId: endpoint.endpointId, orderKey });

  const inLine = (orderKey: string, seq: number, over: Record<string, string> = {}) =>
    bench.anOpenDelivery(endpoint, {
      due_at: DUE_IN_ITS_TURN,
      waiting_for: `'order'`,
      order_key: `'${orderKey}'`,
      order_seq: String(seq),
      ...over,
    });

  const claimed = async (...keys: string[]) =>
    (await store.claimNext(keys.map(line))).map(({ dispatch }) => dispatch.deliveryId);

  it('are claimed from their lowest number, whatever the ids, one at a time', async () => {
    const [second, first] = [await inLine('a', 2), await inLine('a', 1)];
    const [one] = await store.claimNext([line('a'), line('a')]);
    expect(one!.dispatch).toMatchObject({ deliveryId: first, orderKey: 'a', generation: 2, attempts: 0 });
    expect(await claimed('a')).toEqual([]);
    expect(await store.advance([line('a')])).toBe(0);
    await recordAttempts(bench.db, [anAttempt(one!.dispatch)]);
    expect(await claimed('a')).toEqual([second]);
  });

  it.each([
    ['is held', { due_at: `'infinity'`, waiting_for: `'held'` }],
    ['waits for a retry', { due_at: `clock_timestamp() + interval '1 h'`, waiting_for: `'retry'` }],
    ['waits for a slot', { due_at: `clock_timestamp() + interval '1 h'`, waiting_for: `'rate_limit'` }],
    ['is due', { due_at: `clock_timestamp()`, waiting_for: `'queue'` }],
  ])('wait while their head %s', async (_, head) => {
    await inLine('a', 1, head);
    await inLine('a', 2);
    const other = await inLine('b', 3);
    expect(await claimed('a', 'b')).toEqual([other]);
    expect(await store.advanceIdle()).toBe(0);
  });

  it('never have two heads, even if a lower number is seen late by one of two that let them go on', async () => {
    const [late, early] = [await inLine('a', 1), await inLine('a', 2)];
    await bench.db.query(`UPDATE open_deliveries SET waiting_for = 'queue' WHERE id = $1`, [early]);
    const second = bench.db.query(`UPDATE open_deliveries SET waiting_for = 'sending' WHERE id = $1`, [late]);
    await expect(second).rejects.toThrow(/open_deliveries_head_key/);
  });

  it('are advanced by many at once without a failure and without a second head', async () => {
    for (let seq = 1; seq <= 40; seq++) await inLine(`k${seq % 4}`, seq);
    const all = [0, 1, 2, 3].map((n) => line(`k${n}`));
    const advanced = await Promise.all(Array.from({ length: 12 }, () => store.advance(all)));
    expect(advanced.reduce((sum, n) => sum + n, 0)).toBe(4);
    const heads = await bench.db.query(
      `SELECT order_seq::int AS seq FROM open_deliveries WHERE waiting_for = 'queue' ORDER BY 1`,
    );
    expect(heads.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it('that nobody let go on are found, however many there are and wherever they stand', async () => {
    const { endpointId } = await bench.anEndpoint(endpoint.tenantId);
    await bench.db.query(
      `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, created_at, type, due_at,
              waiting_for, order_key, order_seq)
       SELECT gen_random_uuid(), gen_random_uuid(), $1, (ARRAY[$2, $3]::uuid[])[1 + n % 2], 1, clock_timestamp(), 'a.b',
              ${DUE_IN_ITS_TURN}, 'order', 'k' || n % 1201, n
         FROM generate_series(1, 4804) n`,
      [endpoint.tenantId, endpoint.endpointId, endpointId],
    );
    expect(await store.advanceIdle()).toBe(2_402);
    expect(await store.advanceIdle()).toBe(0);
    const [wrong] = await bench.db.query<{ count: number }>(
      `SELECT count(*)::int
         FROM (SELECT waiting_for, row_number() OVER (PARTITION BY endpoint_id, order_key ORDER BY order_seq) AS place
                 FROM open_deliveries) placed
        WHERE (place = 1) <> (waiting_for = 'queue')`,
    );
    expect(wrong!.count).toBe(0);
  });

  describe('of thousands that wait', () => {
    const BLOCKED = 10_000;
    let pages = 0;

    const measuring = () =>
      new OpenDeliveryStore({
        query: async ({ text }: Statement, values: readonly unknown[]) => {
          const rows = await bench.db.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
            `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
            values,
          );
          const { Plan: plan } = rows[0]!['QUERY PLAN'][0];
          pages = plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!;
          return [{ deliveryId: null }];
        },
      } as unknown as Database);

    async function pagesOf(run: (measured: OpenDeliveryStore) => Promise<unknown>): Promise<number> {
      await run(measuring()).catch(() => undefined);
      return pages;
    }

    const claimDue = (measured: OpenDeliveryStore) =>
      measured.claimDue({
        rows: 256,
        sinceMs: 0,
        leftOut: [],
        turns: [{ endpointId: endpoint.endpointId, rows: 16, sinceMs: 0 }],
      });

    async function blocked(): Promise<void> {
      await inLine('a', 0, { due_at: `clock_timestamp() + interval '1 h'`, waiting_for: `'retry'` });
      await bench.db.query(
        `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, created_at, type, due_at,
                waiting_for, order_key, order_seq)
         SELECT gen_random_uuid(), gen_random_uuid(), $1, $2, 1, clock_timestamp(), 'a.b', ${DUE_IN_ITS_TURN}, 'order',
                'a', n
           FROM generate_series(1, ${BLOCKED}) n`,
        [endpoint.tenantId, endpoint.endpointId],
      );
    }

    it.each(['as it is', 'analysed'])('cost a claim nothing, with the table %s', async (state) => {
      await bench.anOpenDelivery(endpoint);
      const alone = await pagesOf(claimDue);
      await bench.db.query('TRUNCATE open_deliveries');
      await blocked();
      if (state === 'analysed') await bench.db.query('ANALYZE open_deliveries');
      await bench.anOpenDelivery(endpoint);
      expect(await pagesOf(claimDue)).toBeLessThan(alone + 40);
    });

    it.each(['as it is', 'analysed'])('let the next one go by a handful of pages, with the table %s', async (state) => {
      await blocked();
      if (state === 'analysed') await bench.db.query('ANALYZE open_deliveries');
      expect(await pagesOf((measured) => measured.claimNext([line('a')]))).toBeLessThan(20);
      expect(await pagesOf((measured) => measured.advanceIdle())).toBeLessThan(20);
      await bench.db.query(`DELETE FROM open_deliveries WHERE waiting_for = 'retry'`);
      expect(await pagesOf((measured) => measured.claimNext([line('a')]))).toBeLessThan(60);
      expect(
        await bench.db.query(`SELECT order_seq::int AS seq FROM open_deliveries WHERE waiting_for = 'sending'`),
      ).toEqual([{ seq: 1 }]);
    });
  });

  it('touch no index of theirs for deliveries without an order', async () => {
    const sizes = async () =>
      bench.db.query(
        `SELECT pg_relation_size('open_deliveries_head_key')::int AS head, pg_relation_size('open_deliveries_order_idx')::int AS "order"`,
      );
    const before = await sizes();
    await bench.db.query(
      `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, created_at, type, due_at, waiting_for)
       SELECT gen_random_uuid(), gen_random_uuid(), $1, $2, 1, clock_timestamp(), 'a.b', clock_timestamp(), 'queue'
         FROM generate_series(1, 2000)`,
      [endpoint.tenantId, endpoint.endpointId],
    );
    expect(await sizes()).toEqual(before);
  });
});
