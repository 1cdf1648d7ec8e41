import { statfsSync } from 'node:fs';
import { Client } from 'pg';
import { PARTITIONED_TABLES, partitionName } from '#database';
import { uuidFloor } from '#kernel';
import type { Progress } from '../../rig/progress.js';
import { prepareSeeding, type Seed, seedRows } from './seed-rows.js';

const DAY_MS = 86_400_000;

/** All within the default retention, and before the partitions that the platform has made itself (from yesterday on). */
const DAYS = { oldest: 27, newest: 2 };

/** What a delivery takes with its event, its attempt and all indexes; and what the write-ahead log takes beside it. */
const BYTES_PER_DELIVERY = 1_200;
const WAL_BYTES = 5 * 1024 ** 3;

/** 970 in a thousand arrived, 20 died, 10 were cancelled. */
const STATUS = `CASE WHEN bench_dice(2, n) < 970 THEN 'succeeded' WHEN bench_dice(2, n) < 990 THEN 'dead' ELSE 'cancelled' END`;

const CONNECTIONS = 2;

/** Which rows of the history a day has. */
interface Day {
  from: number;
  to: number;
  startMs: number;
}

/**
 * Fills the past days with `count` deliveries, their events and attempts, several days at a time. Each day's tables are
 * filled before they have indexes, and have them before they become partitions: attaching is a moment's work then.
 */
export async function loadHistory(url: string, count: number, folder: string, progress: Progress): Promise<void> {
  assertRoom(folder, count);
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect(url)));
  try {
    const [first] = clients;
    await prepareSeeding(first!);
    const days = daysOf(count);
    let loaded = 0;
    const loadDays = async (rows: Client): Promise<void> => {
      for (let day = days.shift(); day !== undefined; day = days.shift()) {
        await loadDay(rows, day);
        loaded += day.to - day.from;
        progress.tick(
          `history: ${loaded.toLocaleString('en-US')} of ${count.toLocaleString('en-US')} deliveries loaded`,
        );
      }
    };
    await Promise.all(clients.map(loadDays));
    await first!.query('VACUUM ANALYZE dead_letters');
    await first!.query('CHECKPOINT');
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'posthorn-bench' });
  await client.connect();
  await client.query(`SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET jit = off`);
  return client;
}

function daysOf(count: number): Day[] {
  const days = Math.min(count, DAYS.oldest - DAYS.newest + 1);
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  return Array.from({ length: days }, (_, day) => ({
    from: Math.floor((count * day) / days),
    to: Math.floor((count * (day + 1)) / days),
    startMs: today - (DAYS.newest + days - 1 - day) * DAY_MS,
  }));
}

async function loadDay(rows: Client, { from, to, startMs }: Day): Promise<void> {
  const tables = {
    events: partitionName('events', startMs),
    deliveries: partitionName('deliveries', startMs),
    attempts: partitionName('attempts', startMs),
  };
  const seed: Seed = { from, to, startMs, msPerRow: DAY_MS / (to - from), status: STATUS, tables };
  const bounds = [uuidFloor(startMs), uuidFloor(startMs + DAY_MS)] as const;
  for (const table of PARTITIONED_TABLES) {
    await rows.query(`CREATE TABLE ${tables[table]} (LIKE ${table} INCLUDING DEFAULTS INCLUDING STORAGE)`);
  }
  await seedRows(rows, seed);
  for (const table of PARTITIONED_TABLES) {
    await addIndexes(rows, table, tables[table]);
    await attach(rows, table, tables[table], bounds);
    await rows.query(`VACUUM ANALYZE ${tables[table]}`);
  }
}

/** Those of the table that it is to be a part of; attaching takes them over. */
async function addIndexes(rows: Client, table: string, partition: string): Promise<void> {
  const indexes = await rows.query<{ key: string | null; definition: string }>(
    `SELECT pg_get_constraintdef(c.oid) AS key, pg_get_indexdef(i.indexrelid) AS definition
       FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'p'
      WHERE i.indrelid = $1::regclass ORDER BY i.indexrelid`,
    [table],
  );
  for (const { key, definition } of indexes.rows) {
    const sql = `CREATE INDEX ON ${partition} ${definition.slice(definition.indexOf('USING '))}`;
    await rows.query(key === null ? sql : `ALTER TABLE ${partition} ADD ${key}`);
  }
}

/** The check lets PostgreSQL attach without reading the rows again. */
async function attach(rows: Client, table: string, part: string, [from, to]: readonly [string, string]): Promise<void> {
  const column = table === 'attempts' ? 'delivery_id' : 'id';
  await rows.query(
    `ALTER TABLE ${part} ADD CONSTRAINT bench_day CHECK (${column} >= '${from}' AND ${column} < '${to}')`,
  );
  await rows.query(`ALTER TABLE ${table} ATTACH PARTITION ${part} FOR VALUES FROM ('${from}') TO ('${to}')`);
  await rows.query(`ALTER TABLE ${part} DROP CONSTRAINT bench_day`);
}

function assertRoom(folder: string, count: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const gib = (bytes: number): string => (bytes / 1024 ** 3).toFixed(1);
  const wanted = count * BYTES_PER_DELIVERY + WAL_BYTES;
  if (bavail * bsize < wanted) {
    throw new Error(
      `${count} deliveries take about ${gib(wanted)} GiB, and ${folder} has ${gib(bavail * bsize)} GiB left. ` +
        'Load fewer with --rows, or set TMPDIR to where there is more room.',
    );
  }
}
