import { statfsSync } from 'node:fs';
import type { Client } from 'pg';
import { PARTITIONED_TABLES, partitionName } from '#database';
import { uuidFloor } from '#kernel';
import type { Progress } from '../progress.js';
import { prepareSeeding, type Seed, seedRows } from './seed-rows.js';

const DAY_MS = 86_400_000;

/** All within the default retention, and before the partitions that the platform has made itself (from yesterday on). */
const DAYS = { oldest: 27, newest: 2 };

const BYTES_PER_DELIVERY = 2_500;

/** 97 in a hundred arrived, two died, one was cancelled. */
const STATUS = `CASE WHEN n % 100 < 97 THEN 'succeeded' WHEN n % 100 < 99 THEN 'dead' ELSE 'cancelled' END`;

/**
 * Fills the past days with `count` deliveries, their events and attempts. Each day's tables are filled before they become
 * partitions, so that their indexes are built once instead of row by row.
 */
export async function loadHistory(rows: Client, count: number, folder: string, progress: Progress): Promise<void> {
  assertRoom(folder, count);
  await prepareSeeding(rows);
  await rows.query(`SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET jit = off`);
  const days = Math.min(count, DAYS.oldest - DAYS.newest + 1);
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  for (let day = 0; day < days; day++) {
    const from = Math.floor((count * day) / days);
    const to = Math.floor((count * (day + 1)) / days);
    await loadDay(rows, from, to, today - (DAYS.newest + days - 1 - day) * DAY_MS);
    progress.tick(`history: ${to.toLocaleString('en-US')} of ${count.toLocaleString('en-US')} deliveries loaded`);
  }
  await rows.query('VACUUM ANALYZE dead_letters');
  await rows.query('CHECKPOINT');
}

async function loadDay(rows: Client, from: number, to: number, dayMs: number): Promise<void> {
  const tables = {
    events: partitionName('events', dayMs),
    deliveries: partitionName('deliveries', dayMs),
    attempts: partitionName('attempts', dayMs),
  };
  const seed: Seed = { from, to, startMs: dayMs, msPerRow: DAY_MS / (to - from), status: STATUS, tables };
  for (const table of PARTITIONED_TABLES) {
    await rows.query(`CREATE TABLE ${tables[table]} (LIKE ${table} INCLUDING DEFAULTS INCLUDING STORAGE)`);
  }
  await seedRows(rows, seed);
  for (const table of PARTITIONED_TABLES) {
    await rows.query(
      `ALTER TABLE ${table} ATTACH PARTITION ${tables[table]}
         FOR VALUES FROM ('${uuidFloor(dayMs)}') TO ('${uuidFloor(dayMs + DAY_MS)}')`,
    );
    await rows.query(`VACUUM ANALYZE ${tables[table]}`);
  }
}

function assertRoom(folder: string, count: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const gib = (bytes: number): string => (bytes / 1024 ** 3).toFixed(1);
  const wanted = count * BYTES_PER_DELIVERY;
  if (bavail * bsize < wanted) {
    throw new Error(
      `${count} deliveries take about ${gib(wanted)} GiB, and ${folder} has ${gib(bavail * bsize)} GiB left. ` +
        'Load fewer with --rows, or set TMPDIR to where there is more room.',
    );
  }
}
