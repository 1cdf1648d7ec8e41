import { setTimeout as sleep } from 'node:timers/promises';
import { MigrationExecutor, QueryFailedError, type QueryRunner } from 'typeorm';
import { Database } from './database.js';
import { isLockTimeout, isRolledBack } from './database-errors.js';
import { ensurePartitions } from './partitions.js';

const MIGRATION_LOCK = `hashtext('posthorn.migrations')`;

/** Whoever finds another process migrating looks again after this. */
const LOCK_POLL_MS = 100;

/**
 * Whoever asks for a table's lock keeps all others waiting who come after, for as long as somebody before them has one. So
 * no statement of a migration waits longer than this for it, and what waits behind is let through before it asks again.
 */
const LOCK_TIMEOUT_MS = 200;
const LOCK_PAUSE_MS = 800;
const WAIT_AT_MOST_MS = 10 * 60_000;

/** It is told again who is in the way after so many tries. */
const TELL_EVERY = 30;

export interface MigrateOptions {
  /** Told, in words, for whom the migrations wait. */
  readonly log?: (line: string) => void;
  /** How long the migrations together may wait for locks, in milliseconds; ten minutes unless given. */
  readonly waitAtMostMs?: number;
}

/**
 * Brings the schema up to date and makes the partitions of the coming week. Processes that boot together take turns. Safe
 * under load: a migration that does not get its locks at once is rolled back and tried again, and the traffic goes on.
 * `url` must be a session connection (contract: DATABASE_DIRECT_URL). Answers the names of what was run; rejects when
 * somebody holds a lock for too long.
 */
export async function migrateDatabase(url: string, options: MigrateOptions = {}): Promise<string[]> {
  const db = await Database.connect({
    url,
    poolSize: 2,
    applicationName: 'posthorn-migrate',
    statementTimeoutMs: 0,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
  });
  try {
    return await withSessionLock(db, async () => {
      const names = await runPending(db, options);
      await ensurePartitions(db, await db.readClock());
      return names;
    });
  } finally {
    await db.close();
  }
}

async function runPending(
  db: Database,
  { log = () => undefined, waitAtMostMs = WAIT_AT_MOST_MS }: MigrateOptions,
): Promise<string[]> {
  const runner = db.dataSource.createQueryRunner();
  waitAtEaseForConcurrent(runner);
  const executor = new MigrationExecutor(db.dataSource, runner);
  executor.transaction = 'each';
  const waitFor = async (error: unknown, tries: number): Promise<void> => {
    const waitedMs = tries * (LOCK_TIMEOUT_MS + LOCK_PAUSE_MS);
    const isOver = waitedMs >= waitAtMostMs;
    if (!isOver && tries % TELL_EVERY !== 1) return;
    const wait = `${statementOf(error)} (${await describeOldest(runner)})`;
    if (isOver) throw givenUp(wait, waitedMs, error);
    log(`waiting for a lock to run ${wait}`);
  };
  try {
    const pending = await executor.getPendingMigrations();
    for (let tries = 1; !(await runUnlessLocked(executor, (error) => waitFor(error, tries))); tries++) {
      await sleep(LOCK_PAUSE_MS);
    }
    return pending.map(({ name }) => name);
  } finally {
    await runner.release();
  }
}

/** False when somebody was in the way of one, who `inTheWay` is told of; those before it are done. */
async function runUnlessLocked(
  executor: MigrationExecutor,
  inTheWay: (error: unknown) => Promise<void>,
): Promise<boolean> {
  try {
    await executor.executePendingMigrations();
    return true;
  } catch (error) {
    if (!isLockTimeout(error) && !isRolledBack(error)) throw error;
    await inTheWay(error);
    return false;
  }
}

/** What is made or dropped CONCURRENTLY keeps nobody waiting, and would be left half done if it were to be in time. */
function waitAtEaseForConcurrent(runner: QueryRunner): void {
  const query = runner.query.bind(runner) as (sql: string, ...rest: unknown[]) => Promise<unknown>;
  const atEase = async (sql: string, ...rest: unknown[]): Promise<unknown> => {
    if (!/\bINDEX CONCURRENTLY\b/.test(sql)) return query(sql, ...rest);
    await query('SET lock_timeout = 0');
    try {
      return await query(sql, ...rest);
    } finally {
      await query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
    }
  };
  Object.assign(runner, { query: atEase });
}

function statementOf(error: unknown): string {
  const sql = error instanceof QueryFailedError ? error.query : 'a migration';
  return sql.replace(/\s+/g, ' ').trim().slice(0, 120);
}

/** Who had the lock all the while has a transaction that is at least as old; so the oldest ones, most likely. */
async function describeOldest(runner: QueryRunner): Promise<string> {
  const rows: { pid: number; application: string; seconds: number }[] = await runner.query(
    `SELECT pid, coalesce(nullif(application_name, ''), backend_type) AS application,
            extract(epoch FROM clock_timestamp() - xact_start)::integer AS seconds
       FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND xact_start < clock_timestamp() - make_interval(secs => ${LOCK_TIMEOUT_MS / 1_000})
      ORDER BY xact_start LIMIT 3`,
  );
  if (rows.length === 0) return 'no old transaction is to be seen';
  const told = rows.map(({ pid, application, seconds }) => `${application}, pid ${pid}, for ${seconds} s`);
  return `oldest transactions: ${told.join('; ')}`;
}

function givenUp(wait: string, waitedMs: number, cause: unknown): Error {
  const seconds = Math.round(waitedMs / 1_000);
  const message = `The migrations have waited ${seconds} seconds for a lock to run ${wait}. What was done before is kept; let that end, and migrate again.`;
  return new Error(message, { cause });
}

/** Whether the schema is older than this program. */
export async function hasPendingMigrations(db: Database): Promise<boolean> {
  return db.dataSource.showMigrations();
}

async function withSessionLock<T>(db: Database, work: () => Promise<T>): Promise<T> {
  const runner = db.dataSource.createQueryRunner();
  await runner.connect();
  try {
    // Not by waiting in a statement: CREATE INDEX CONCURRENTLY in the other process would wait for that statement's end.
    const isOurs = async (): Promise<boolean> => {
      const [row] = await runner.query(`SELECT pg_try_advisory_lock(${MIGRATION_LOCK}) AS "isOurs"`);
      return row.isOurs;
    };
    while (!(await isOurs())) await sleep(LOCK_POLL_MS);
    try {
      return await work();
    } finally {
      await runner.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
    }
  } finally {
    await runner.release();
  }
}
