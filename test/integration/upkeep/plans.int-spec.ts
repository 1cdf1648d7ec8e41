import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, Executor, Statement } from '#database';
import { announce, findScheduledEndpoints, findSecretEnds, findSuspects, takeBegunSecrets } from '#endpoints';
import { type Uuid, uuidFloor } from '#kernel';
import { DeadLetterNews } from '#upkeep';
import { openStoreBench, type StoreBench } from '../../support/stores.js';

/** The tables of any size that statements look through whole, by the plans that are kept for any values. */
async function readWhole(db: Database, run: (db: Executor) => Promise<unknown>): Promise<string[]> {
  const seen: { statement: Statement; values: readonly unknown[] }[] = [];
  const recording: Executor & { transaction: Database['transaction'] } = {
    query: async (statement, values = []) => {
      seen.push({ statement: statement as Statement, values });
      return db.query(statement, values);
    },
    transaction: (work) => work(recording),
  };
  await run(recording);
  const plans = await db.transaction(async (tx) => {
    await tx.query('SET LOCAL plan_cache_mode = force_generic_plan');
    const found: string[] = [];
    for (const { statement, values } of seen) {
      const rows = await tx.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) ${statement.text}`, values);
      found.push(...rows.map((row) => row['QUERY PLAN']));
    }
    return found;
  });
  const names = plans.flatMap((line) => /Seq Scan on (\w+)/.exec(line)?.[1] ?? []);
  const large = await db.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relname = ANY ($1) AND reltuples > 1000`,
    [names],
  );
  return large.map(({ name }) => name);
}

describe('the plans of what looks after endpoints, secrets and dead letters', () => {
  let bench: StoreBench;
  let tenantId: Uuid;

  beforeAll(async () => {
    bench = await openStoreBench();
    ({ tenantId } = await bench.anEndpoint());
    await bench.db.query(
      `WITH tenant AS (
         INSERT INTO tenants (id, name) SELECT gen_random_uuid(), 'Tenant' FROM generate_series(1, 5000) RETURNING id
       ), endpoint AS (
         INSERT INTO endpoints (id, tenant_id, url) SELECT gen_random_uuid(), id, 'https://example.com' FROM tenant
         RETURNING id, tenant_id
       ), health AS (
         INSERT INTO endpoint_health (endpoint_id, writer, succeeded, last_success_at)
         SELECT id, 'worker-' || n, 1, clock_timestamp() FROM endpoint, generate_series(1, 3) n
       ), secrets AS (
         INSERT INTO endpoint_secrets (id, endpoint_id, sealed_secret, expires_at)
         SELECT gen_random_uuid(), id, '', CASE n WHEN 2 THEN clock_timestamp() + interval '1 day' * random() END
           FROM endpoint, generate_series(1, 2) n
       ), letters AS (
         INSERT INTO dead_letters (id, delivery_id, event_id, tenant_id, endpoint_id, type, reason, opened_at, announced_at)
         SELECT gen_random_uuid(), gen_random_uuid(), id, tenant_id, id, 'a.b', 'gone', clock_timestamp(), clock_timestamp()
           FROM endpoint, generate_series(1, 3) n
       )
       INSERT INTO subscriptions (id, tenant_id, endpoint_id, event_types)
       SELECT gen_random_uuid(), tenant_id, id, '{a.b}' FROM endpoint`,
    );
    await bench.db.query(
      `INSERT INTO deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, attempts, created_at, completed_at, type, status)
       SELECT overlay(gen_random_uuid()::text PLACING left($1, 14) FROM 1)::uuid, endpoint_id, tenant_id, endpoint_id, 1, 1,
              clock_timestamp(), clock_timestamp(), 'a.b', 'dead'
         FROM dead_letters`,
      [uuidFloor(Date.now())],
    );
    await bench.db.query('VACUUM ANALYZE');
  });
  afterAll(() => bench.close());

  it('tells of dead letters by indexes', async () => {
    expect(await readWhole(bench.db, (db) => new DeadLetterNews(db as Database).tell())).toEqual([]);
  });

  it('announces by the subscriptions of the tenant alone', async () => {
    const data = { count: 1, expireBefore: '2026-11-24T00:00:00.000Z' };
    const news = { tenantId, type: 'posthorn.dead_letters.expiring', subject: null, data } as const;
    expect(await readWhole(bench.db, (db) => announce(db, [news]))).toEqual([]);
  });

  it('looks after secrets by indexes', async () => {
    const after = { expiresAtText: new Date().toISOString(), secretId: uuidFloor(0) };
    const whole = await readWhole(bench.db, async (db) => {
      await findScheduledEndpoints(db, uuidFloor(0), 500);
      await findSecretEnds(db, after, 500);
      await takeBegunSecrets(db, 500);
    });
    expect(whole).toEqual([]);
  });

  it('reads the health rows once to find who is failing, and nothing else whole', async () => {
    const whole = await readWhole(bench.db, (db) => findSuspects(db, uuidFloor(0), 500));
    expect(whole).toEqual(['endpoint_health']);
  });
});
