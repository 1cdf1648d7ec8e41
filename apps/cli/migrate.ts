import type { Config } from '#config';
import { Database, hasPendingMigrations, migrateDatabase } from '#database';
import { migrateQueue, parseQueueUrl, queueMigrationsPending } from '#queue';
import { loadCliConfig } from './cli-config.js';

export async function migrateUp(): Promise<void> {
  const config = loadCliConfig();
  const names = await migrateDatabase(config.database.directUrl, { log: (line) => console.log(line) });
  for (const name of names) console.log(`migrated  ${name}`);
  const queueChanged = hasQueueSchema(config) && (await migrateQueue(config.queue.url));
  if (queueChanged) console.log('migrated  the queue');
  console.log(names.length > 0 || queueChanged ? 'The schema is up to date.' : 'The schema was up to date.');
}

export async function migrateStatus(): Promise<void> {
  const { database, queue } = await pendingMigrations(loadCliConfig());
  console.log(`database  ${database ? 'migrations are missing' : 'up to date'}`);
  if (queue !== null) console.log(`queue     ${queue ? 'migrations are missing' : 'up to date'}`);
  if (!database && !queue) return;
  console.log('Run `npx posthorn migrate up`.');
  process.exitCode = 1;
}

/** What is pending; `queue` is null when the queue has no schema (it is on Redis). */
export async function pendingMigrations(config: Config): Promise<{ database: boolean; queue: boolean | null }> {
  const db = await Database.connect({
    url: config.database.directUrl,
    poolSize: 1,
    applicationName: 'posthorn-cli',
  });
  try {
    const queue = hasQueueSchema(config) ? await queueMigrationsPending(config.queue.url) : null;
    return { database: await hasPendingMigrations(db), queue };
  } finally {
    await db.close();
  }
}

function hasQueueSchema(config: Config): boolean {
  return parseQueueUrl(config.queue.url).kind === 'postgres';
}
