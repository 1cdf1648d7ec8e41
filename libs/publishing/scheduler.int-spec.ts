import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '#database';
import { TenantConfigs } from '#endpoints';
import { FIRST_TURN, ScheduledEventStore } from '#events';
import { DatabaseClock, newUuid, toTypeId, type Uuid } from '#kernel';
import { openStoreBench, type StoreBench } from '../../test/support/stores.js';
import { waitFor } from '../../test/support/wait-for.js';
import { Scheduler } from './scheduler.js';
import { IN_TIME } from '../../test/support/in-time.js';

const SILENT = { warn: () => undefined, error: () => undefined };

describe(Scheduler, () => {
  let bench: StoreBench;
  let tenantId: Uuid;
  let endpointId: Uuid;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    bench = await openStoreBench();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.db.query('TRUNCATE open_deliveries, deliveries, scheduled_events');
    ({ tenantId, endpointId } = await bench.anEndpoint());
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  /** A scheduler as one of several workers has it, over `db`. */
  function start(db: Database = bench.db, configs = new TenantConfigs(bench.db)) {
    const woken = { count: 0 };
    const options = { retentionDays: 30, wakePumps: () => void (woken.count += 1) };
    const scheduler = new Scheduler(db, new DatabaseClock(), new ScheduledEventStore(db), configs, options, SILENT);
    scheduler.start();
    stops.push(() => scheduler.stop());
    return { scheduler, woken };
  }

  /** The bench's database, telling of each statement before it is run. */
  const watched = (onStatement: (name: string, values: readonly unknown[]) => void | Promise<void>): Database =>
    ({
      query: async (sql: { name: string }, values: readonly unknown[] = []) => {
        await onStatement(sql.name, values);
        return bench.db.query(sql as never, values);
      },
    }) as unknown as Database;

  async function subscribe(to: Uuid, eventTypes: readonly string[] = ['*'], ofTenant = tenantId): Promise<Uuid> {
    const id = newUuid(Date.now());
    await bench.db.query(
      `INSERT INTO subscriptions (id, tenant_id, endpoint_id, event_types) VALUES ($1, $2, $3, $4)`,
      [id, ofTenant, to, eventTypes],
    );
    await raiseVersion(ofTenant);
    return id;
  }
  const raiseVersion = (ofTenant = tenantId) =>
    bench.db.query(`UPDATE tenants SET config_version = config_version + 1 WHERE id = $1`, [ofTenant]);

  /** Events that wait, with columns and their SQL. */
  async function scheduled(
    over: Record<string, string> = {},
    { count = 1, ofTenant = tenantId } = {},
  ): Promise<Uuid[]> {
    const { due_at = 'clock_timestamp()', ...columns } = { type: `'a.b'`, ...over };
    const ids = Array.from({ length: count }, () => newUuid(Date.now()));
    await bench.db.query(
      `WITH event AS (
         INSERT INTO events (id, tenant_id, data, occurred_at, created_at, ${Object.keys(columns).join(', ')})
         SELECT id, $2, '{}', clock_timestamp(), clock_timestamp(), ${Object.values(columns).join(', ')}
           FROM unnest($1::uuid[]) AS id)
       INSERT INTO scheduled_events (event_id, tenant_id, due_at)
       SELECT id, $2, ${due_at} + n * interval '1 microsecond' FROM unnest($1::uuid[]) WITH ORDINALITY AS e(id, n)`,
      [ids, ofTenant],
    );
    return ids;
  }

  const waiting = async (): Promise<number> =>
    (await bench.db.query<{ n: number }>('SELECT count(*)::int AS n FROM scheduled_events'))[0]!.n;
  const allDone = () => waitFor(async () => expect(await waiting()).toBe(0));
  const open = (eventIds: readonly Uuid[]) =>
    bench.db.query<{ event: Uuid; endpoint: Uuid; subscription: Uuid | null; type: string; version: number; at: Date }>(
      `SELECT event_id AS event, endpoint_id AS endpoint, subscription_id AS subscription, type,
              endpoint_version AS version, expires_at AS at
         FROM open_deliveries WHERE event_id = ANY ($1::uuid[]) AND due_at <= clock_timestamp() ORDER BY id`,
      [eventIds],
    );
  const eventOf = async (eventId: Uuid) =>
    (
      await bench.db.query<{ cancelled: boolean; reason: string | null }>(
        `SELECT cancelled_at IS NOT NULL AS cancelled, cancel_reason AS reason FROM events WHERE id = $1`,
        [eventId],
      )
    )[0];

  it('makes the deliveries of what is due, and wakes the pumps; what is not due waits', async () => {
    const subscription = await subscribe(endpointId);
    const due = await scheduled();
    const later = await scheduled({ due_at: `clock_timestamp() + interval '1 hour'` });
    const { woken } = start();
    await waitFor(async () => expect(await open(due)).toHaveLength(1));
    expect(await open(due)).toMatchObject([{ endpoint: endpointId, subscription, type: 'a.b', version: 1 }]);
    await waitFor(() => expect(woken.count).toBeGreaterThan(0));
    expect(await open(later)).toEqual([]);
    expect(await waiting()).toBe(1);
  });

  it('asks the filters of subscriptions about what an event carries', async () => {
    const subscription = await subscribe(endpointId);
    await bench.db.query(
      `UPDATE subscriptions SET filter = '{"data.amount": {"$gt": 10}, "subject": "s"}' WHERE id = $1`,
      [subscription],
    );
    const [above, below] = await scheduled({ subject: `'s'` }, { count: 2 });
    await bench.db.query(`UPDATE events SET data = '{"amount": 11}' WHERE id = $1`, [above]);
    await bench.db.query(`UPDATE events SET data = '{"amount": 10}' WHERE id = $1`, [below]);
    start();
    await allDone();
    expect(await open([above!])).toHaveLength(1);
    expect(await open([below!])).toEqual([]);
  });

  it('is there in time for what was scheduled while it slept', IN_TIME, async () => {
    await subscribe(endpointId);
    start();
    const ids = await scheduled({ due_at: `clock_timestamp() + interval '700 ms'` });
    await waitFor(async () => expect(await open(ids)).toHaveLength(1));
    const [{ lateMs }] = (await bench.db.query<{ lateMs: number }>(
      `SELECT extract(epoch FROM o.created_at - e.created_at)::float8 * 1000 - 700 AS "lateMs"
         FROM open_deliveries o JOIN events e ON e.id = o.event_id WHERE o.event_id = $1`,
      [ids[0]],
    )) as [{ lateMs: number }];
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(1_000);
  });

  it('asks no more than twice a second while nothing is due', IN_TIME, async () => {
    let looks = 0;
    await scheduled({ due_at: `clock_timestamp() + interval '1 hour'` });
    const beganAt = performance.now();
    start(watched((name) => void (looks += Number(name === 'due_events'))));
    await waitFor(() => expect(looks).toBeGreaterThanOrEqual(3));
    expect(looks).toBeLessThanOrEqual((performance.now() - beganAt) / 490 + 1);
  });

  it('reaches a hundred endpoints, and records for a disabled one a cancelled delivery', async () => {
    await subscribe(endpointId);
    await bench.db.query(`UPDATE endpoints SET status = 'disabled' WHERE id = $1`, [endpointId]);
    for (let n = 0; n < 100; n++) await subscribe((await bench.anEndpoint(tenantId)).endpointId);
    const ids = await scheduled({}, { count: 30 });
    start();
    await allDone();
    expect(await open(ids)).toHaveLength(3_000);
    const ended = await bench.db.query(
      `SELECT DISTINCT endpoint_id AS endpoint, status, cancel_reason AS reason, count(*)::int AS n
         FROM deliveries WHERE event_id = ANY ($1::uuid[]) GROUP BY 1, 2, 3`,
      [ids],
    );
    expect(ended).toEqual([{ endpoint: endpointId, status: 'cancelled', reason: 'endpoint_disabled', n: 30 }]);
  });

  it('never makes a delivery twice, however many workers there are', async () => {
    await subscribe(endpointId);
    const ids = await scheduled({}, { count: 3_000 });
    for (let n = 0; n < 4; n++) start();
    await allDone();
    const events = (await open(ids)).map(({ event }) => event);
    expect(events).toHaveLength(3_000);
    expect(new Set(events).size).toBe(3_000);
  });

  it('fans out in the order of due times', async () => {
    await subscribe(endpointId);
    const ids = await scheduled({ due_at: `clock_timestamp() - interval '1 hour'` }, { count: 1_200 });
    start();
    await allDone();
    expect((await open(ids)).map(({ event }) => event)).toEqual(ids);
  });

  it('matches anew when the configuration changes between the match and the writing', async () => {
    await subscribe(endpointId);
    const late = await bench.anEndpoint(tenantId);
    let hasChanged = false;
    const ids = await scheduled();
    start(
      watched(async (name) => {
        if (name !== 'fan_out' || hasChanged) return;
        hasChanged = true;
        await subscribe(late.endpointId);
      }),
    );
    await allDone();
    const endpoints = (await open(ids)).map(({ endpoint }) => endpoint);
    expect(endpoints.sort()).toEqual([endpointId, late.endpointId].sort());
  });

  it('cancels nothing that is meant for an endpoint younger than what it knows of the tenant', async () => {
    const configs = new TenantConfigs(bench.db);
    await configs.load(toTypeId('ten', tenantId));
    const young = await bench.anEndpoint(tenantId);
    await raiseVersion();
    const ids = await scheduled({ endpoint_id: `'${young.endpointId}'` });
    start(bench.db, configs);
    await allDone();
    expect(await open(ids)).toMatchObject([{ endpoint: young.endpointId, subscription: null }]);
  });

  it('ends what has nobody to go to any more, and says why', async () => {
    const gone = await bench.anEndpoint(tenantId);
    await bench.db.query(`UPDATE endpoints SET deleted_at = clock_timestamp() WHERE id = $1`, [gone.endpointId]);
    const other = await bench.anEndpoint();
    await bench.db.query(`UPDATE tenants SET deleted_at = clock_timestamp() WHERE id = $1`, [other.tenantId]);
    const [targeted] = await scheduled({ endpoint_id: `'${gone.endpointId}'` });
    const [orphan] = await scheduled({}, { ofTenant: other.tenantId });
    const [dropped] = await scheduled();
    await bench.db.query(`DELETE FROM events WHERE id = $1`, [dropped]);
    const [unwanted] = await scheduled();
    start();
    await allDone();
    expect(await open([targeted!, orphan!, dropped!, unwanted!])).toEqual([]);
    expect(await eventOf(targeted!)).toEqual({ cancelled: true, reason: 'endpoint_deleted' });
    expect(await eventOf(orphan!)).toEqual({ cancelled: true, reason: 'tenant_deleted' });
    expect(await eventOf(unwanted!)).toEqual({ cancelled: false, reason: null });
  });

  it('sends nothing twice and leaves nothing behind when a worker stops in the middle', async () => {
    await subscribe(endpointId);
    const ids = await scheduled({}, { count: 2_000 });
    const { scheduler } = start();
    await waitFor(async () => expect(await waiting()).toBeLessThan(2_000));
    await scheduler.stop();
    const left = await waiting();
    expect(await open(ids)).toHaveLength(2_000 - left);
    start();
    await allDone();
    expect(new Set((await open(ids)).map(({ event }) => event)).size).toBe(2_000);
  });

  it('serves other tenants beside one that has scheduled thousands for the same second', async () => {
    await subscribe(endpointId);
    await scheduled({ due_at: `clock_timestamp() - interval '1 min'` }, { count: 5_000 });
    const others = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const other = await bench.anEndpoint();
        await subscribe(other.endpointId, ['*'], other.tenantId);
        return (await scheduled({}, { ofTenant: other.tenantId }))[0]!;
      }),
    );
    let leftOfFlood: number | null = null;
    start(
      watched(async (name) => {
        if (name !== 'due_events' || leftOfFlood !== null) return;
        if ((await open(others)).length === others.length) leftOfFlood = await waiting();
      }),
    );
    await allDone();
    expect(leftOfFlood).toBeGreaterThanOrEqual(4_000);
  });

  it('gives each of many tenants its turn', async () => {
    for (let n = 0; n < 120; n++) {
      const other = await bench.anEndpoint();
      await scheduled({ due_at: `clock_timestamp() - interval '1 min'` }, { ofTenant: other.tenantId, count: 6 });
    }
    const store = new ScheduledEventStore(bench.db);
    const seen = new Map<Uuid, number>();
    let after = FIRST_TURN;
    for (let look = 0; look < 2; look++) {
      const { events, lastTenantId } = await store.due(500, after, 30);
      for (const event of events) seen.set(event.tenantId, (seen.get(event.tenantId) ?? 0) + 1);
      after = lastTenantId ?? FIRST_TURN;
    }
    expect(seen.size).toBe(120);
  });

  it("brings the platform's own events to those who ask for them, and to nobody else", async () => {
    await subscribe(endpointId, ['*']);
    const asking = await bench.anEndpoint(tenantId);
    await subscribe(asking.endpointId, ['posthorn.*']);
    const ids = await scheduled({ type: `'posthorn.endpoint.disabled'` });
    start();
    await allDone();
    expect((await open(ids)).map(({ endpoint }) => endpoint)).toEqual([asking.endpointId]);
  });

  it('lets no delivery outlive the retention of its event', async () => {
    await subscribe(endpointId);
    const ids = await scheduled({ due_at: `clock_timestamp() + interval '1 hour'` });
    await bench.db.query(`UPDATE events SET created_at = clock_timestamp() - interval '29 days' WHERE id = $1`, ids);
    await bench.db.query(`UPDATE scheduled_events SET due_at = clock_timestamp()`);
    start();
    await allDone();
    const [row] = await open(ids);
    expect(row!.at.getTime() - Date.now()).toBeLessThan(86_400_001);
    expect(row!.at.getTime() - Date.now()).toBeGreaterThan(86_000_000);
  });

  it('puts off what the database refuses, and goes on with the rest', async () => {
    await subscribe(endpointId);
    const ids = await scheduled({}, { count: 20 });
    const culprit = Buffer.from(ids[7]!.replaceAll('-', ''), 'hex');
    const refusing = watched((name, values) => {
      const isIn = values.some((value) => Buffer.isBuffer(value) && value.includes(culprit));
      if (name === 'fan_out' && isIn) throw Object.assign(new Error('refused'), { code: '22P02' });
    });
    start(refusing);
    await waitFor(async () => expect(await open(ids)).toHaveLength(19));
    await waitFor(async () => {
      const rows = await bench.db.query(
        `SELECT event_id AS id FROM scheduled_events WHERE due_at > clock_timestamp() + interval '30 s'`,
      );
      expect(rows).toEqual([{ id: ids[7] }]);
    });
  });

  it('goes on when the database was away', async () => {
    await subscribe(endpointId);
    let failures = 2;
    start(
      watched((name) => {
        if (name === 'due_events' && failures-- > 0) throw Object.assign(new Error('away'), { code: '57P01' });
      }),
    );
    const ids = await scheduled();
    await waitFor(async () => expect(await open(ids)).toHaveLength(1));
  });
});
