import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from 'pg';
import { Database, listPartitions, partitionName } from '#database';
import { type ExpiringDeadLetters, OpenDeliveryStore, recordAttempts, RetentionStore } from '#deliveries';
import { FixedClock, type Uuid } from '#kernel';
import { Metrics } from '#telemetry';
import { type ExpiringListener, Retention, type RetentionLog } from '#upkeep';
import { anAttempt, openStoreBench, type StoreBench } from '../../support/stores.js';
import { DAY_MS, dayOf, OldTraffic } from './old-traffic.js';

const DAYS = 30;
const HOUR_MS = 3_600_000;

const silent: RetentionLog = { info: () => undefined, warn: () => undefined };

let bench: StoreBench;
let db: Database;
let endpoint: { tenantId: Uuid; endpointId: Uuid };
let old: OldTraffic;
let metrics: Metrics;

beforeEach(async () => {
  bench = await openStoreBench();
  db = bench.db;
  endpoint = await bench.anEndpoint();
  old = new OldTraffic(db, endpoint);
  metrics = new Metrics({ processDefaults: false });
});
afterEach(() => bench.close());

function retentionAt(clock: FixedClock, onExpiring?: ExpiringListener, log = silent): Retention {
  const store = new RetentionStore(db, new OpenDeliveryStore(db));
  const options = { days: DAYS, directUrl: bench.url, ...(onExpiring === undefined ? {} : { onExpiring }) };
  return new Retention(db, store, clock, metrics, log, options);
}

const count = async (table: string, column: string, id: Uuid): Promise<number> =>
  (await db.query(`SELECT FROM ${table} WHERE ${column} = $1`, [id])).length;

const tablesOf = async (dayMs: number): Promise<string[]> => {
  const names = ['attempts', 'deliveries', 'events'].map((table) => partitionName(table as 'events', dayMs));
  const rows = await db.query<{ name: string }>(`SELECT relname AS name FROM pg_class WHERE relname = ANY ($1)`, [
    names,
  ]);
  return rows.map(({ name }) => name).sort();
};

describe('old days', () => {
  it('are dropped with events, deliveries, attempts, dead letters and uids, and the younger ones stay', async () => {
    const now = Date.now();
    const [gone, kept] = [now - 33 * DAY_MS, now - 29 * DAY_MS];
    for (const at of [gone, kept]) {
      const event = await old.event(at, `u-${at}`);
      await old.ended(event, at, 'dead');
    }
    await retentionAt(new FixedClock(now)).forgetOldDays();
    expect(await tablesOf(gone)).toEqual([]);
    expect(await tablesOf(kept)).toHaveLength(3);
    for (const table of ['events', 'deliveries', 'attempts', 'dead_letters', 'event_uids']) {
      expect([table, (await db.query(`SELECT FROM ${table}`)).length]).toEqual([table, 1]);
    }
  });

  it('begin and end at midnight: an event of the last millisecond goes a day before the one after it', async () => {
    const midnight = dayOf(Date.now()) - 40 * DAY_MS;
    const before = await old.event(midnight - 1, 'before');
    const after = await old.event(midnight, 'after');
    const clock = new FixedClock(midnight + DAYS * DAY_MS + HOUR_MS - 1);
    const retention = retentionAt(clock);
    await retention.forgetOldDays();
    expect(await count('events', 'id', before)).toBe(1);
    clock.advance(1);
    await retention.forgetOldDays();
    expect(await count('events', 'id', before)).toBe(0);
    expect(await count('event_uids', 'event_id', before)).toBe(0);
    expect(await count('events', 'id', after)).toBe(1);
    expect(await count('event_uids', 'event_id', after)).toBe(1);
    clock.advance(DAY_MS);
    await retention.forgetOldDays();
    expect(await count('events', 'id', after)).toBe(0);
  });

  it('stay while something open belongs to them', async () => {
    const now = Date.now();
    const at = now - 35 * DAY_MS;
    await old.open(await old.event(at, 'u'), at);
    const retention = retentionAt(new FixedClock(now));
    await retention.forgetOldDays();
    expect(await tablesOf(at)).toHaveLength(3);
    await retention.buryOutlived();
    await retention.forgetOldDays();
    expect(await tablesOf(at)).toEqual([]);
  });

  it('do not hold up publishing, and are dropped later, while somebody reads them', async () => {
    const now = Date.now();
    const at = now - 35 * DAY_MS;
    await old.ended(await old.event(at), at);
    const reader = new Client({ connectionString: bench.url });
    await reader.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM events');
    const retention = retentionAt(new FixedClock(now));
    const dropping = retention.forgetOldDays();
    // All the while that it waits for the reader, events are written and read by one who would not wait for any lock.
    const impatient = { url: bench.url, poolSize: 1, applicationName: 'posthorn-test', lockTimeoutMs: 20 };
    const publisher = await Database.connect(impatient);
    const traffic = new OldTraffic(publisher, endpoint);
    const over = new AbortController();
    void dropping.finally(() => over.abort());
    let published = 0;
    for (; !over.signal.aborted; published++) {
      const event = await traffic.event(now);
      expect(await publisher.query(`SELECT FROM events WHERE id = $1`, [event])).toHaveLength(1);
    }
    expect(published).toBeGreaterThan(5);
    await publisher.close();
    await dropping;
    expect(await tablesOf(at)).toEqual([partitionName('events', at)]);
    await reader.query('COMMIT');
    await reader.end();
    await retention.forgetOldDays();
    expect(await tablesOf(at)).toEqual([]);
  });

  it('may be made while one is half dropped', async () => {
    const now = Date.now();
    const at = now - 35 * DAY_MS;
    await old.event(at);
    await old.event(at - DAY_MS);
    const reader = new Client({ connectionString: bench.url });
    await reader.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM events');
    const retention = retentionAt(new FixedClock(now));
    await retention.forgetOldDays();
    const pending = await db.query(`SELECT FROM pg_inherits WHERE inhdetachpending`);
    expect(pending).toHaveLength(1);
    await old.day(now + 20 * DAY_MS);
    expect(await listPartitions(db)).toContain(partitionName('events', now + 20 * DAY_MS));
    await reader.query('COMMIT');
    await reader.end();
    await retention.forgetOldDays();
    expect([...(await tablesOf(at)), ...(await tablesOf(at - DAY_MS))]).toEqual([]);
  });

  it('are finished by the next process when one died in the middle', async () => {
    const now = Date.now();
    const at = now - 35 * DAY_MS;
    await old.ended(await old.event(at), at);
    const name = partitionName('events', at);
    // It came as far as detaching it, and did not drop it.
    await db.query(`COMMENT ON TABLE ${name} IS 'posthorn: older than retention, to be dropped'`);
    await db.query(`ALTER TABLE events DETACH PARTITION ${name} CONCURRENTLY`);
    // What an operator has detached to keep is not ours.
    const archived = partitionName('attempts', at);
    await db.query(`ALTER TABLE attempts DETACH PARTITION ${archived}`);
    await retentionAt(new FixedClock(now)).forgetOldDays();
    expect(await tablesOf(at)).toEqual([archived]);
    await retentionAt(new FixedClock(now)).forgetOldDays();
    expect(await tablesOf(at)).toEqual([archived]);
  });
});

describe('what is still open when its event grows too old', () => {
  it('dies as expired: held, retrying or waiting, and leaves a dead letter', async () => {
    const now = Date.now();
    const at = now - DAYS * DAY_MS;
    const [held, retrying, replayed, young] = [
      await old.open(await old.event(at - 1), at - 1, { due_at: `'infinity'`, waiting_for: `'held'` }),
      await old.open(await old.event(at - 1), at - 1, { attempts: '3' }),
      // A replay is younger than its event.
      await old.open(await old.event(at - 1), now - HOUR_MS, { due_at: `'infinity'`, waiting_for: `'held'` }),
      await old.open(await old.event(at + 1), at + 1, { due_at: `'infinity'`, waiting_for: `'held'` }),
    ];
    const retention = retentionAt(new FixedClock(now));
    expect(await retention.buryOutlived()).toEqual({ done: 3, hasMore: false });
    for (const id of [held, retrying, replayed]) {
      expect(await bench.ended(id)).toMatchObject({ status: 'dead' });
      const letters = await db.query(`SELECT reason FROM dead_letters WHERE delivery_id = $1`, [id]);
      expect(letters).toEqual([{ reason: 'expired' }]);
    }
    expect(await bench.open(young)).toBeDefined();
    expect(await retention.buryOutlived()).toEqual({ done: 0, hasMore: false });
  });

  it('is left to the worker that holds it, but not for ever; its attempt is on record all the same', async () => {
    const at = Date.now() - DAYS * DAY_MS - 1;
    const sending = { due_at: `clock_timestamp() + interval '1 h'`, waiting_for: `'sending'` };
    const id = await old.open(await old.event(at), at, sending);
    const clock = new FixedClock(Date.now());
    const retention = retentionAt(clock);
    expect((await retention.buryOutlived()).done).toBe(0);
    clock.advance(16 * 60_000);
    expect((await retention.buryOutlived()).done).toBe(1);
    await recordAttempts(db, [anAttempt({ deliveryId: id, generation: 1, attempts: 0 })]);
    expect(await bench.ended(id)).toMatchObject({ status: 'dead' });
    expect(await bench.attemptsOf(id)).toHaveLength(1);
  });

  it('dies in bounded batches, however much it is', async () => {
    const now = Date.now();
    const at = now - 31 * DAY_MS;
    const id = await old.open(await old.event(at), at, { due_at: `'infinity'`, waiting_for: `'held'` });
    await db.query(
      `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, created_at, type, due_at, waiting_for)
       SELECT (left(id::text, 24) || lpad(to_hex(n), 12, '0'))::uuid, event_id, tenant_id, endpoint_id, 1, created_at, type,
              due_at, waiting_for FROM open_deliveries, generate_series(1, 2500) n WHERE id = $1`,
      [id],
    );
    const store = new RetentionStore(db, new OpenDeliveryStore(db));
    expect(await store.buryOutlived(now - DAYS * DAY_MS, now)).toEqual({ done: 1_000, hasMore: true });
    expect(await retentionAt(new FixedClock(now)).buryOutlived()).toEqual({ done: 1_501, hasMore: false });
    expect(await db.query('SELECT FROM open_deliveries')).toEqual([]);
  });
});

describe('dead letters', () => {
  it('are warned of two days before they go, once, by tenant', async () => {
    const other = await bench.anEndpoint();
    const theirs = new OldTraffic(db, other);
    const today = dayOf(Date.now());
    // Their day is dropped in two days.
    const at = today - (DAYS - 1) * DAY_MS + HOUR_MS;
    for (let n = 0; n < 3; n++) await old.ended(await old.event(at), at, 'dead');
    await theirs.ended(await theirs.event(at + 1), at + 1, 'dead');
    const resolved = await theirs.ended(await theirs.event(at), at, 'dead');
    await db.query(`UPDATE dead_letters SET resolved_at = now(), resolution = 'discarded' WHERE delivery_id = $1`, [
      resolved,
    ]);
    const younger = await old.ended(await old.event(at + DAY_MS), at + DAY_MS, 'dead');
    const told: ExpiringDeadLetters[][] = [];
    const warned: object[] = [];
    const log = { ...silent, warn: (facts: object) => void warned.push(facts) };
    const clock = new FixedClock(today + HOUR_MS - 1);
    const retention = retentionAt(clock, async (expiring) => void told.push([...expiring]), log);
    await retention.warnOfExpiring();
    expect(told).toEqual([]);
    clock.advance(1);
    await retention.warnOfExpiring();
    expect(told).toHaveLength(1);
    expect(new Map(told[0]!.map(({ tenantId, fresh }) => [tenantId, fresh]))).toEqual(
      new Map([
        [endpoint.tenantId, 3],
        [other.tenantId, 1],
      ]),
    );
    expect(warned).toHaveLength(2);
    expect((await metrics.expose()).text).toMatch(/posthorn_dead_letters_expiring 4/);
    await retention.warnOfExpiring();
    expect(told).toHaveLength(1);

    clock.advance(DAY_MS);
    await retention.warnOfExpiring();
    expect(told[1]!.map(({ tenantId, fresh, count: all }) => [tenantId, fresh, all])).toEqual([
      [endpoint.tenantId, 1, 4],
    ]);

    clock.advance(DAY_MS);
    await retention.forgetOldDays();
    const left = await db.query<{ id: Uuid }>(`SELECT delivery_id AS id FROM dead_letters`);
    expect(left.map(({ id }) => id)).toEqual([younger]);
  });

  it('are warned of again when nobody could be told', async () => {
    const today = dayOf(Date.now());
    const at = today - (DAYS - 1) * DAY_MS;
    await old.ended(await old.event(at), at, 'dead');
    const clock = new FixedClock(today + HOUR_MS);
    const failing = retentionAt(clock, () => Promise.reject(new Error('no')));
    await expect(failing.warnOfExpiring()).rejects.toThrow('no');
    let told = 0;
    await retentionAt(clock, async ({ length }) => void (told += length)).warnOfExpiring();
    expect(told).toBe(1);
  });

  it('of a replay go with their event, though the replay is younger', async () => {
    const now = Date.now();
    const event = await old.event(now - 33 * DAY_MS);
    const delivery = await old.ended(event, now - 5 * DAY_MS, 'dead');
    await retentionAt(new FixedClock(now)).forgetOldDays();
    expect(await count('dead_letters', 'delivery_id', delivery)).toBe(0);
    expect(await bench.ended(delivery)).toMatchObject({ status: 'dead' });
  });
});
