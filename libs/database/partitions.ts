import { type Uuid, uuidFloor, uuidTime } from '#kernel';
import type { Database } from './database.js';
import { isTransient } from './database-errors.js';

/** The tables that are partitioned by day, and the UUIDv7 column that says which day. */
const PARTITIONED = { events: 'id', deliveries: 'id', attempts: 'delivery_id' } as const;

export type PartitionedTable = keyof typeof PARTITIONED;

export const PARTITIONED_TABLES = Object.keys(PARTITIONED) as PartitionedTable[];

const DAY_MS = 86_400_000;

/** No lock of ours makes the traffic wait longer than this; a partition that cannot be attached now is tried again. */
const LOCK_TIMEOUT_MS = 200;

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

/** `events` and a day → `events_20261124`. */
export function partitionName(table: PartitionedTable, dayMs: number): string {
  return `${table}_${new Date(dayMs).toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/**
 * Makes the partitions of every day from `daysBehind` before `nowMs` to `daysAhead` after it that are missing, and
 * answers how many that were. Safe under load and in several processes at once: a table is made on its own and then
 * attached, which takes a weak lock for a moment (CREATE TABLE … PARTITION OF would block the parent's readers).
 */
export async function ensurePartitions(
  db: Database,
  nowMs: number,
  { daysAhead = 7, daysBehind = 1 } = {},
): Promise<number> {
  const days: number[] = [];
  for (let day = dayOf(nowMs) - daysBehind * DAY_MS; day <= nowMs + daysAhead * DAY_MS; day += DAY_MS) days.push(day);
  return ensureDays(db, days);
}

/**
 * Makes the partitions of the days up to `nowMs` that these ids are of and that are missing. For what is written about a delivery that is older than
 * its partition: by the rule that nothing open outlives its partition this is only a process that stood still for long.
 */
export async function ensurePartitionsOf(db: Database, nowMs: number, ids: readonly Uuid[]): Promise<number> {
  const days = new Set(ids.map((id) => dayOf(uuidTime(id))));
  return ensureDays(
    db,
    [...days].filter((day) => day <= nowMs),
  );
}

async function ensureDays(db: Database, days: readonly number[]): Promise<number> {
  const existing = await listPartitions(db);
  let made = 0;
  for (const day of days) {
    for (const table of PARTITIONED_TABLES) {
      const name = partitionName(table, day);
      if (existing.has(name)) continue;
      await attachDay(db, table, day);
      made += 1;
    }
  }
  return made;
}

/** Names of the day partitions that are attached. */
export async function listPartitions(db: Database): Promise<Set<string>> {
  const rows = await db.query<{ name: string }>(
    `SELECT child.relname AS name FROM pg_inherits
       JOIN pg_class child ON child.oid = inhrelid
       JOIN pg_class parent ON parent.oid = inhparent
      WHERE parent.relname = ANY($1) AND parent.relnamespace = current_schema()::regnamespace`,
    [PARTITIONED_TABLES],
  );
  return new Set(rows.map(({ name }) => name));
}

async function attachDay(db: Database, table: PartitionedTable, day: number): Promise<void> {
  const name = partitionName(table, day);
  const column = PARTITIONED[table];
  const [from, to] = [uuidFloor(day), uuidFloor(day + DAY_MS)];
  for (let tries = 1; ; tries++) {
    try {
      await db.transaction(async (tx) => {
        // Two processes that find the same day missing take turns; the second finds it made.
        await tx.query(`SELECT pg_advisory_xact_lock(hashtext('posthorn.partitions'))`);
        const [found] = await tx.query(`SELECT FROM pg_inherits WHERE inhrelid = to_regclass($1)`, [name]);
        if (found) return;
        await tx.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
        await tx.query(`CREATE TABLE IF NOT EXISTS ${name} (LIKE ${table} INCLUDING DEFAULTS INCLUDING STORAGE)`);
        // Names the bounds beforehand, so that attaching need not scan for rows outside them.
        await tx.query(
          `ALTER TABLE ${name} ADD CONSTRAINT ${name}_day CHECK (${column} >= '${from}' AND ${column} < '${to}')`,
        );
        await tx.query(`ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`);
        await tx.query(`ALTER TABLE ${name} DROP CONSTRAINT ${name}_day`);
      });
      return;
    } catch (error) {
      if (tries >= 20 || !isTransient(error)) throw error;
    }
  }
}
