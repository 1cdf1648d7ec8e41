import { DatabaseClock } from '#kernel';
import { keepClock, syncClock } from './clock-keeper.js';
import { Database, type DatabaseOptions } from './database.js';
import { hasPendingMigrations } from './migrate.js';

/** The database as a process uses it: connected, migrated, its clock kept. */
export interface OpenDatabase {
  readonly db: Database;
  readonly clock: DatabaseClock;
  readonly close: () => Promise<void>;
}

/** Connects for a process of ours. Rejects, naming the command that helps, when the schema is older than the program. */
export async function openDatabase(options: DatabaseOptions): Promise<OpenDatabase> {
  const db = await Database.connect(options);
  try {
    if (await hasPendingMigrations(db)) {
      throw new Error('The database is not migrated for this version. Run `npx posthorn migrate up` and start again.');
    }
    const clock = new DatabaseClock();
    await syncClock(db, clock);
    const stopClock = keepClock(db, clock);
    const close = async (): Promise<void> => {
      stopClock();
      await db.close();
    };
    return { db, clock, close };
  } catch (error) {
    await db.close();
    throw error;
  }
}
