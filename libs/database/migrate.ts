import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from './database.js';
import { ensurePartitions } from './partitions.js';

const MIGRATION_LOCK = `hashtext('posthorn.migrations')`;

/** Whoever finds another process migrating looks again after this. */
const LOCK_POLL_MS = 100;

/**
 * Brings the schema up to date and makes the partitions of the coming week. Processes that boot together take turns.
 * `url` must be a session connection (contract: DATABASE_DIRECT_URL). Answers the names of what was run.
 */
export async function migrateDatabase(url: string): Promise<string[]> {
  const db = await Database.connect({ url, poolSize: 2, applicationName: 'posthorn-migrate', statementTimeoutMs: 0 });
  try {
    return await withSessionLock(db, async () => {
      const done = await db.dataSource.runMigrations();
      await ensurePartitions(db, await db.readClock());
      return done.map(({ name }) => name);
    });
  } finally {
    await db.close();
  }
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
