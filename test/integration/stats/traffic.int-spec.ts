import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '#database';
import { DatabaseClock, newUuid } from '#kernel';
import { ALL, type TrafficBucket, TrafficLedger, TrafficReadModel, TrafficRollup, TrafficStore } from '#stats';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let database: TestDatabase;
let db: Database;
let nowMs: number;
let rollup: TrafficRollup;
let traffic: TrafficReadModel;
beforeAll(async () => {
  database = await createTestDatabase();
  db = await Database.connect({ url: database.url, poolSize: 4, applicationName: 'posthorn-test' });
  rollup = new TrafficRollup(db);
  traffic = new TrafficReadModel(db);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

beforeEach(async () => {
  nowMs = await db.readClock();
  for (const table of ['traffic_minutes', 'traffic_hours', 'traffic_days']) await db.query(`DELETE FROM ${table}`);
});

/** Upkeep has summed up nothing since then. */
async function rolledUpTo(ms: number): Promise<void> {
  await db.query(`UPDATE traffic_rollups SET done_until = to_timestamp($1::float8 / 1000)`, [
    Math.floor(ms / DAY_MS) * DAY_MS,
  ]);
}

const [tenantId, endpointId, keyId] = [1, 2, 3].map(newUuid) as [string, string, string];

/** Counts some attempts as a worker did at that time. */
async function count(atMs: number, attempts: number, writer = 'w'): Promise<void> {
  const ledger = new TrafficLedger(new TrafficStore(db), writer, { now: () => atMs });
  for (let n = 0; n < attempts; n++) ledger.attempted(tenantId, endpointId, 10, 'succeeded');
  await ledger.flush();
}

const floor = (ms: number, size: number): number => Math.floor(ms / size) * size;
const attemptsOf = (series: readonly TrafficBucket[]): number =>
  series.reduce((sum, { attempts }) => sum + attempts, 0);
const ofEndpoint = { tenantId, partId: endpointId };

describe('counts of traffic', () => {
  it('are kept by minute of an endpoint, its tenant and everything, whoever writes them', async () => {
    const clock = { now: () => nowMs };
    const worker = new TrafficLedger(new TrafficStore(db), 'w1', clock);
    worker.attempted(tenantId, endpointId, 12, 'succeeded');
    worker.attempted(tenantId, endpointId, 250, 'retry');
    worker.attempted(tenantId, newUuid(nowMs), 90_000, 'dead');
    const api = new TrafficLedger(new TrafficStore(db), 'w2', clock);
    api.published(tenantId, keyId);
    await Promise.all([worker.flush(), api.flush()]);
    const minute = floor(nowMs, MINUTE_MS);
    const read = async (scope: { tenantId: string; partId: string }): Promise<TrafficBucket> =>
      (await traffic.series(scope, 'minute', minute, minute + MINUTE_MS))[0]!;
    expect(await read(ofEndpoint)).toMatchObject({
      attempts: 2,
      failed: 1,
      delivered: 1,
      retried: 1,
      dead: 0,
      durationMsSum: 262,
    });
    const all = { published: 1, attempts: 3, failed: 2, delivered: 1, retried: 1, dead: 1, durationMsSum: 90_262 };
    expect(await read({ tenantId, partId: ALL })).toMatchObject(all);
    const everything = await read({ tenantId: ALL, partId: ALL });
    expect(everything).toMatchObject(all);
    expect(everything.latency.reduce((sum, n) => sum + n, 0)).toBe(3);
    expect(await read({ tenantId: ALL, partId: keyId })).toMatchObject({ published: 1, attempts: 0 });
  });

  it('show minutes in which nothing happened', async () => {
    await count(nowMs - 2 * MINUTE_MS, 1);
    await count(nowMs, 2);
    const since = floor(nowMs, MINUTE_MS) - 3 * MINUTE_MS;
    const series = await traffic.series(ofEndpoint, 'minute', since, since + 4 * MINUTE_MS);
    expect(series.map(({ attempts }) => attempts)).toEqual([0, 1, 0, 2]);
    expect(series[0]!.startMs).toBe(since);
  });

  it('are the same before, while and after they are summed up to hours and days', async () => {
    await rolledUpTo(nowMs - 3 * DAY_MS);
    for (const agoMs of [0, MINUTE_MS, 61 * MINUTE_MS, 5 * HOUR_MS, 26 * HOUR_MS, 27 * HOUR_MS, 50 * HOUR_MS]) {
      await count(nowMs - agoMs, 3, `w${agoMs}`);
    }
    const since = floor(nowMs, DAY_MS) - 3 * DAY_MS;
    const until = floor(nowMs, DAY_MS) + DAY_MS;
    const days = (): Promise<TrafficBucket[]> => traffic.series(ofEndpoint, 'day', since, until);
    const hours = (): Promise<TrafficBucket[]> => traffic.series(ofEndpoint, 'hour', since, until);
    const before = [await days(), await hours()];
    expect(before.map(attemptsOf)).toEqual([21, 21]);
    let rolled = 0;
    for (; await rollup.rollUp('hours'); rolled++) {
      if (rolled % 20 === 0) await rollup.rollUp('days');
      if (rolled % 20 === 10) expect([await days(), await hours()]).toEqual(before);
    }
    while (await rollup.rollUp('days'));
    expect(rolled).toBeGreaterThanOrEqual(72);
    expect([await days(), await hours()]).toEqual(before);
    const [{ n: summed } = { n: 0 }] = await db.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM traffic_hours WHERE part_id = $1`,
      [endpointId],
    );
    expect(summed).toBeGreaterThanOrEqual(4);
  });

  it('are summed up once, however many processes do it at the same moment', async () => {
    await rolledUpTo(nowMs - 2 * DAY_MS);
    await count(floor(nowMs, DAY_MS) - 2 * DAY_MS + 1, 5);
    await Promise.all(Array.from({ length: 4 }, () => rollup.rollUp('hours')));
    const [row] = await db.query<{ sum: number }>(
      `SELECT sum(attempts)::int AS sum FROM traffic_hours WHERE part_id = $1`,
      [endpointId],
    );
    expect(row).toEqual({ sum: 5 });
  });

  it('of an hour that is not over stay where they are', async () => {
    await rolledUpTo(nowMs);
    await count(nowMs, 1);
    while (await rollup.rollUp('hours'));
    const [row] = await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM traffic_hours WHERE starts_at >= $1`, [
      new Date(floor(nowMs, HOUR_MS)),
    ]);
    expect(row).toEqual({ n: 0 });
  });

  it('are forgotten when they are old, and not before they have been summed up', async () => {
    await rolledUpTo(nowMs - 2 * DAY_MS);
    await count(nowMs - DAY_MS, 4);
    await count(nowMs, 1);
    const minutes = async (): Promise<number> =>
      (await db.query(`SELECT FROM traffic_minutes WHERE part_id = $1`, [endpointId])).length;
    await rollup.forget(nowMs);
    expect(await minutes()).toBe(2);
    while (await rollup.rollUp('hours'));
    expect(await rollup.forget(nowMs)).toBe(3);
    expect(await minutes()).toBe(1);
    const since = floor(nowMs, DAY_MS) - 2 * DAY_MS;
    expect(attemptsOf(await traffic.series(ofEndpoint, 'day', since, since + 3 * DAY_MS))).toBe(5);
  });

  it('are written by a process’s own clock, which follows the database’s', async () => {
    const ledger = new TrafficLedger(new TrafficStore(db), 'w', new DatabaseClock());
    ledger.attempted(tenantId, endpointId, 1, 'succeeded');
    await ledger.flush();
    const [row] = await db.query<{ isNow: boolean }>(
      `SELECT starts_at > clock_timestamp() - interval '3 minutes' AS "isNow" FROM traffic_minutes WHERE part_id = $1`,
      [endpointId],
    );
    expect(row).toEqual({ isNow: true });
  });
});
