import { performance } from 'node:perf_hooks';
import { Database, listPartitions, PARTITIONED_TABLES, partitionName } from '#database';
import { type Finding, fail, ok, warn } from './finding.js';

const OLDEST_VERSION = 14;
const DAY_MS = 86_400_000;

/** Leases do not depend on it, but logs and the times shown do. */
const TOLERABLE_OFFSET_MS = 2_000;

/** Version, speed, clock and partitions of a database that answers. */
export async function checkDatabase(db: Database): Promise<Finding[]> {
  return [await checkVersion(db), await checkClock(db), await checkPartitions(db)];
}

async function checkVersion(db: Database): Promise<Finding> {
  const [row] = await db.query<{ number: string; version: string }>(
    `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version`,
  );
  const askedAt = performance.now();
  await db.query('SELECT 1');
  const tookMs = performance.now() - askedAt;
  const message = `PostgreSQL ${row!.version}, ${tookMs.toFixed(1)} ms away`;
  if (Number(row!.number) >= OLDEST_VERSION * 10_000) return ok('database', message);
  return fail('database', `${message}: version ${OLDEST_VERSION} or newer is needed.`);
}

async function checkClock(db: Database): Promise<Finding> {
  const askedAt = Date.now();
  const databaseMs = await db.readClock();
  const offsetMs = Math.round(databaseMs - (askedAt + Date.now()) / 2);
  const message = `this machine's clock is ${Math.abs(offsetMs)} ms ${offsetMs > 0 ? 'behind' : 'ahead of'} the database's`;
  if (Math.abs(offsetMs) <= TOLERABLE_OFFSET_MS) return ok('clock', message);
  return warn('clock', `${message}; deliveries go by the database's, but run NTP on both`);
}

async function checkPartitions(db: Database): Promise<Finding> {
  const existing = await listPartitions(db);
  const nowMs = await db.readClock();
  const wanted = [nowMs, nowMs + DAY_MS].flatMap((ms) => PARTITIONED_TABLES.map((table) => partitionName(table, ms)));
  const missing = wanted.filter((name) => !existing.has(name));
  if (missing.length === 0) return ok('partitions', `${existing.size} day partitions, tomorrow's among them`);
  const todaysMissing = missing.some((name) => wanted.indexOf(name) < PARTITIONED_TABLES.length);
  const message = `missing: ${missing.join(', ')}`;
  return todaysMissing
    ? fail('partitions', `${message}. Run \`npx posthorn migrate up\`, and let a worker run.`)
    : warn('partitions', `${message}; a running worker makes them ahead`);
}
