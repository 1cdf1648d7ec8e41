import { Database, type Executor } from './database.js';
import { isTransient } from './database-errors.js';
import type { PartitionedTable } from './partitions.js';

/** What refers goes before what it refers to. */
const DROP_ORDER: readonly PartitionedTable[] = ['attempts', 'deliveries', 'events'];

/**
 * Nobody queues behind these locks: the parent's is one that traffic does not mind, and new statements do not look at a
 * partition that is being detached. Long enough that autovacuum gives way.
 */
const LOCK_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 10_000;

/** Stands at a table that was or is about to be detached by us: what an operator has detached to keep is not ours. */
const MARK = 'posthorn: older than retention, to be dropped';

interface OldPartition {
  readonly table: PartitionedTable;
  readonly name: string;
  readonly state: 'attached' | 'detaching' | 'detached';
}

export interface DropResult {
  readonly dropped: readonly string[];
  /** What somebody was still reading, or could not be dropped now for another such reason. */
  readonly postponed: readonly string[];
}

/** The partitions of days that lie before `belowMs` as a whole; $1 is that day as YYYYMMDD. */
const OLD = `
  SELECT parts[1] AS "table", name,
         CASE WHEN inhparent IS NULL THEN 'detached' WHEN inhdetachpending THEN 'detaching' ELSE 'attached' END AS state
    FROM (SELECT c.oid, c.relname AS name, i.inhparent, i.inhdetachpending,
                 regexp_match(c.relname, '^(events|deliveries|attempts)_(\\d{8})$') AS parts
            FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
           WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r') tables
   WHERE parts IS NOT NULL AND parts[2] < $1
     AND (inhparent IS NOT NULL OR obj_description(oid, 'pg_class') = $2)
   ORDER BY parts[2]`;

/**
 * Drops the day partitions that lie before `belowMs` (the beginning of a day) and answers which; those that somebody
 * reads are left for the next time. `directUrl` is a session connection, made only when there is something to drop.
 *
 * Detached concurrently and then dropped on its own: DROP, and DETACH without CONCURRENTLY, would lock the parent, and
 * publishing with it, for as long as the slowest statement at that moment takes. A process that dies in between leaves a
 * partition half detached, or a table with our mark, and the next one goes on from there.
 */
export async function dropPartitionsBelow(db: Database, belowMs: number, directUrl: string): Promise<DropResult> {
  const old = await listOld(db, belowMs);
  if (old.length === 0) return { dropped: [], postponed: [] };
  const session = await Database.connect({
    url: directUrl,
    poolSize: 1,
    applicationName: 'posthorn-retention',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
  });
  try {
    return await dropAll(session, old);
  } finally {
    await session.close();
  }
}

async function listOld(db: Database, belowMs: number): Promise<OldPartition[]> {
  const day = new Date(belowMs).toISOString().slice(0, 10).replaceAll('-', '');
  const rows = await db.query<OldPartition>(OLD, [day, MARK]);
  return DROP_ORDER.flatMap((table) => {
    const ofTable = rows.filter((row) => row.table === table);
    // A parent detaches one at a time: what is half done comes first.
    return [...ofTable.filter(({ state }) => state === 'detaching'), ...ofTable.filter(isNotDetaching)];
  });
}

const isNotDetaching = ({ state }: OldPartition): boolean => state !== 'detaching';

async function dropAll(session: Executor, old: readonly OldPartition[]): Promise<DropResult> {
  const dropped: string[] = [];
  const postponed: string[] = [];
  const busy = new Set<PartitionedTable>();
  for (const partition of old) {
    const isDropped = !busy.has(partition.table) && (await drop(session, partition));
    if (!isDropped) busy.add(partition.table);
    (isDropped ? dropped : postponed).push(partition.name);
  }
  return { dropped, postponed };
}

async function drop(session: Executor, { table, name, state }: OldPartition): Promise<boolean> {
  try {
    if (state === 'attached') {
      await session.query(`COMMENT ON TABLE ${name} IS '${MARK}'`);
      await session.query(`ALTER TABLE ${table} DETACH PARTITION ${name} CONCURRENTLY`);
    } else if (state === 'detaching') {
      await session.query(`ALTER TABLE ${table} DETACH PARTITION ${name} FINALIZE`);
    }
    await session.query(`DROP TABLE ${name}`);
    return true;
  } catch (error) {
    if (isTransient(error)) return false;
    throw error;
  }
}
