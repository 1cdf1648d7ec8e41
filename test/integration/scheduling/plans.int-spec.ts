import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, partitionName, type Statement } from '#database';
import { OpenDeliveryStore } from '#deliveries';
import { TenantConfigs } from '#endpoints';
import { FIRST_TURN, ScheduledEventStore } from '#events';
import { DatabaseClock, newUuid, type Uuid } from '#kernel';
import { Scheduler } from '#publishing';
import { openStoreBench, type StoreBench } from '../../support/stores.js';
import { waitFor } from '../../support/wait-for.js';

/**
 * Statements are prepared by name, so PostgreSQL may keep a plan made without knowing the values: both that plan and the
 * one for these values must find their rows by an index, however much is scheduled and however much is open.
 */
describe('the plans of what is done to scheduled and expiring events', () => {
  let bench: StoreBench;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };

  beforeAll(async () => {
    bench = await openStoreBench();
    endpoint = await bench.anEndpoint();
    const now = Date.now();
    for (const { tenantId, endpointId } of [
      endpoint,
      ...(await Promise.all([1, 2, 3].map(() => bench.anEndpoint()))),
    ]) {
      const ids = Array.from({ length: 5_000 }, () => newUuid(now));
      await bench.db.query(
        `INSERT INTO events (id, tenant_id, type, data, occurred_at, created_at, deliver_at)
         SELECT id, $2, 'a.b', '{}', clock_timestamp(), clock_timestamp(), clock_timestamp() FROM unnest($1::uuid[]) id`,
        [ids, tenantId],
      );
      await bench.db.query(
        `INSERT INTO scheduled_events (event_id, tenant_id, due_at)
         SELECT id, $2, clock_timestamp() + (n % 100 - 50) * interval '1 min'
           FROM unnest($1::uuid[]) WITH ORDINALITY AS e(id, n)`,
        [ids, tenantId],
      );
      await bench.db.query(
        `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, created_at, type, due_at,
                waiting_for, expires_at)
         SELECT gen_random_uuid(), id, $2, $3, 1, clock_timestamp(), 'a.b', clock_timestamp() + interval '1 hour', 'retry',
                CASE WHEN n % 100 = 0 THEN clock_timestamp() + (n % 200 - 100) * interval '1 min' END
           FROM unnest($1::uuid[]) WITH ORDINALITY AS e(id, n)`,
        [ids, tenantId, endpointId],
      );
    }
    await bench.db.query('VACUUM ANALYZE scheduled_events, open_deliveries, events');
  });
  afterAll(() => bench.close());

  const plansOf = async ({ text }: Statement, values?: readonly unknown[]): Promise<string[]> => {
    const generic = await bench.db.query<{ 'QUERY PLAN': string }>(`EXPLAIN (GENERIC_PLAN) ${text}`);
    const custom = await bench.db.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
    return [generic, custom].map((rows) => rows.map((row) => row['QUERY PLAN']).join('\n'));
  };
  const explaining = (plans: string[]): Database =>
    ({
      query: async (statement: Statement, values?: readonly unknown[]) => {
        plans.push(...(await plansOf(statement, values)));
        return [{ eventId: null }];
      },
    }) as unknown as Database;

  /** Partitions of other days are empty, and read as they lie. */
  const wholeTable = () =>
    new RegExp(`Seq Scan on (scheduled_events|open_deliveries|${partitionName('events', Date.now())})`);

  const ids = Array.from({ length: 500 }, () => newUuid(Date.now()));

  it.each<[string, (db: Database) => Promise<unknown>]>([
    ['due', (db) => new ScheduledEventStore(db).due(500, FIRST_TURN, 30)],
    ['cancel', (db) => new ScheduledEventStore(db).cancel(db, ids, 'x')],
    ['cancelOfTenant', (db) => new ScheduledEventStore(db).cancelOfTenant(endpoint.tenantId, 'x')],
    ['postpone', (db) => new ScheduledEventStore(db).postpone(ids, 1_000)],
    ['findExpired', (db) => new OpenDeliveryStore(db).findExpired(1_000)],
  ])('%s reads no whole table', async (_, run) => {
    const plans: string[] = [];
    await run(explaining(plans));
    expect(plans).toHaveLength(2);
    for (const plan of plans) expect(plan).not.toMatch(wholeTable());
  });

  it('a fan-out reads no whole table', async () => {
    const plans: string[] = [];
    const db = {
      query: async (statement: Statement, values?: readonly unknown[]) => {
        if (statement.name === 'fan_out' && plans.length === 0) plans.push(...(await plansOf(statement, values)));
        return bench.db.query(statement, values);
      },
    } as unknown as Database;
    const options = { retentionDays: 30, wakePumps: () => undefined };
    const log = { warn: () => undefined, error: () => undefined };
    const configs = new TenantConfigs(bench.db);
    const scheduler = new Scheduler(db, new DatabaseClock(), new ScheduledEventStore(db), configs, options, log);
    scheduler.start();
    await waitFor(() => expect(plans).toHaveLength(2));
    await scheduler.stop();
    for (const plan of plans) expect(plan).not.toMatch(wholeTable());
  });

  it('a row that does not expire is in no index of expiries', async () => {
    const [index] = await bench.db.query<{ definition: string }>(
      `SELECT indexdef AS definition FROM pg_indexes WHERE indexname = 'open_deliveries_expiry_idx'`,
    );
    expect(index!.definition).toContain('WHERE (expires_at IS NOT NULL)');
  });
});
