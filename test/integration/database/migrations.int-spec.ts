import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Database,
  ensurePartitions,
  hasPendingMigrations,
  listPartitions,
  migrateDatabase,
  partitionName,
} from '#database';
import { newUuid } from '#kernel';
import { migrations } from '#migrations';
import { waitFor } from '../../support/wait-for.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';

const SCHEMA = `
  SELECT table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2`;
const INDEXES = `SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2`;
const TABLES = `
  SELECT c.relname AS name, EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS "hasKey"
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition`;

/** Needs `events` for itself. */
const CALLED_OFF = 'EventsCalledOff1764000242000';
/** Makes and drops indexes of `dead_letters` concurrently. */
const INDEXED = 'DeadLetterGroupTypes1764000241000';

/** Undoes down to this migration. */
async function undoTo(db: Database, migration: string): Promise<void> {
  const at = migrations.findIndex(({ name }) => name === migration);
  for (const _ of migrations.slice(at)) await db.dataSource.undoLastMigration();
}

/** Runs `work` while a transaction has read the table and goes on. */
async function withLongReader<T>(db: Database, table: string, work: () => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    await tx.query(`SELECT count(*) FROM ${table}`);
    return work();
  });
}

const publish = (db: Database): Promise<unknown> =>
  db.query(`INSERT INTO events (id, tenant_id, type, occurred_at, created_at) VALUES ($1, $1, 'a', now(), now())`, [
    newUuid(Date.now()),
  ]);

describe('migrations', () => {
  let database: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = await Database.connect({ url: database.url, poolSize: 3, applicationName: 'posthorn-test' });
  });
  afterAll(async () => {
    await db.close();
    await database.drop();
  });

  it('go down and up again to the same schema', async () => {
    const before = [await db.query(SCHEMA), await db.query(INDEXES)];
    for (const _ of migrations) await db.dataSource.undoLastMigration();
    expect(await db.query(`${TABLES} AND c.relname NOT LIKE 'posthorn%'`)).toEqual([]);
    expect(await hasPendingMigrations(db)).toBe(true);
    await migrateDatabase(database.url);
    expect([await db.query(SCHEMA), await db.query(INDEXES)]).toEqual(before);
    expect(await hasPendingMigrations(db)).toBe(false);
  });

  it('give every table a primary key', async () => {
    const tables = await db.query<{ name: string; hasKey: boolean }>(TABLES);
    expect(tables.filter(({ hasKey }) => !hasKey)).toEqual([]);
  });

  it('may be run by several processes that boot at once', async () => {
    await db.dataSource.undoLastMigration();
    const runs = await Promise.all([1, 2, 3].map(() => migrateDatabase(database.url)));
    expect(runs.flat()).toHaveLength(1);
  });

  it('let the traffic through while they wait for somebody who reads for long', async () => {
    await undoTo(db, CALLED_OFF);
    let migrated: Promise<string[]> | undefined;
    await withLongReader(db, 'events', async () => {
      const told = await new Promise((resolve, reject) => {
        migrated = migrateDatabase(database.url, { log: resolve });
        migrated.then(() => reject(new Error('It has not waited.')), reject);
      });
      expect(told).toMatch(/ALTER TABLE events ADD COLUMN.*oldest transactions: posthorn-test, pid/);
      for (let n = 0; n < 20; n++) await publish(db);
    });
    expect(await migrated).toContain(CALLED_OFF);
    expect(await hasPendingMigrations(db)).toBe(false);
  });

  it('make and drop indexes beside somebody who reads for long, and wait for them as long as it takes', async () => {
    await undoTo(db, INDEXED);
    const waits: string[] = [];
    let migrated: Promise<string[]> | undefined;
    await withLongReader(db, 'dead_letters', async () => {
      migrated = migrateDatabase(database.url, { log: (line) => waits.push(line) });
      await waitFor(async () => {
        const making = await db.query(
          `SELECT FROM pg_stat_activity WHERE application_name = 'posthorn-migrate' AND datname = current_database()
              AND wait_event_type = 'Lock' AND query LIKE '% INDEX CONCURRENTLY %'
              AND query_start < clock_timestamp() - interval '500 ms'`,
        );
        expect(making).toHaveLength(1);
      });
    });
    expect(await migrated).toContain(INDEXED);
    expect(waits).toEqual([]);
  });

  it('give up with a word about who is in the way, and can be run again', async () => {
    await undoTo(db, CALLED_OFF);
    await withLongReader(db, 'events', async () => {
      const migrated = migrateDatabase(database.url, { waitAtMostMs: 1 });
      await expect(migrated).rejects.toThrow(/waited 1 seconds for a lock to run ALTER TABLE events .*posthorn-test/);
    });
    expect(await migrateDatabase(database.url)).toContain(CALLED_OFF);
  });
});

describe(ensurePartitions, () => {
  let database: TestDatabase;
  let db: Database;
  const DAY_MS = 86_400_000;

  beforeAll(async () => {
    database = await createTestDatabase();
    db = await Database.connect({ url: database.url, poolSize: 8, applicationName: 'posthorn-test' });
  });
  afterAll(async () => {
    await db.close();
    await database.drop();
  });

  it('has made a week ahead and a day behind, in time for the first event', async () => {
    const names = await listPartitions(db);
    for (let day = -1; day <= 7; day++) {
      for (const table of ['events', 'deliveries', 'attempts'] as const) {
        expect(names).toContain(partitionName(table, Date.now() + day * DAY_MS));
      }
    }
    expect(await ensurePartitions(db, Date.now())).toBe(0);
  });

  it('is safe in several processes at once', async () => {
    const later = Date.now() + 40 * DAY_MS;
    await Promise.all([1, 2, 3, 4].map(() => ensurePartitions(db, later)));
    expect(await listPartitions(db)).toContain(partitionName('events', later));
    expect(await ensurePartitions(db, later)).toBe(0);
  });

  it('puts each row into the partition of its own day, at both ends of midnight', async () => {
    const midnight = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
    for (const [ms, day] of [
      [midnight - 1, midnight - DAY_MS],
      [midnight, midnight],
    ] as const) {
      const id = newUuid(ms);
      await db.query(
        `INSERT INTO events (id, tenant_id, type, occurred_at, created_at) VALUES ($1, $1, 'a', now(), now())`,
        [id],
      );
      const [row] = await db.query<{ name: string }>(
        `SELECT tableoid::regclass::text AS name FROM events WHERE id = $1`,
        [id],
      );
      expect(row!.name).toBe(partitionName('events', day));
    }
  });
});
