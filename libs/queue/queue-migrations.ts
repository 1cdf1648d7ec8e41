import { LATEST_SCHEMA_VERSION, runMigrations } from 'bullmq';
import { Client } from 'pg';
import { parseQueueUrl, QueueUrlError } from './queue-url.js';

/** What a crash may empty: the jobs and what hangs on them, dependents first (their foreign keys point at `job`). */
const DISPOSABLE_TABLES = ['event', 'job_log', 'job_dependency', 'job'];

/** BullMQ's own lock key ("BULL"), in a slot of ours: it orders two boots over our step, too. */
const OUR_STEP_LOCK = [0x42554c4c, 1] as const;

/** Takes the place of BullMQ's function of that name, which inserts a row and notifies all listeners, four times per job. */
const NO_EVENTS = 'SELECT 0::bigint /* Posthorn has no listeners for job events */';

/**
 * Brings the queue's tables (schema `bullmq`) up to date: BullMQ's own migrations, and then its job tables are made
 * UNLOGGED. Jobs may be lost, so a crash may empty them; in return their payloads are not written to the WAL, which is
 * that of the truth, a second time. And nobody is told of job events any more, which is half of the cost of a job.
 * Idempotent; processes that boot at once wait for each other.
 *
 * @param postgresUrl a session connection (not through a transaction pooler)
 * @returns whether anything was changed
 */
export async function migrateQueue(postgresUrl: string): Promise<boolean> {
  return await withClient(postgresUrl, async (client) => {
    if (!(await isPending(client))) return false;
    await runMigrations(client);
    await client.query('SELECT pg_advisory_lock($1, $2)', [...OUR_STEP_LOCK]);
    try {
      for (const table of await loggedTables(client)) {
        await client.query(`ALTER TABLE bullmq.${table} SET UNLOGGED`);
      }
      await client.query(
        `CREATE OR REPLACE FUNCTION bullmq.publish_event(p_queue text, p_event text, p_data jsonb) RETURNS bigint
           LANGUAGE sql AS $$ ${NO_EVENTS} $$`,
      );
    } finally {
      await client.query('SELECT pg_advisory_unlock($1, $2)', [...OUR_STEP_LOCK]);
    }
    return true;
  });
}

/** Whether {@link migrateQueue} has anything to do. Reads only. */
export async function queueMigrationsPending(postgresUrl: string): Promise<boolean> {
  return await withClient(postgresUrl, isPending);
}

async function isPending(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    `SELECT to_regclass('bullmq.migration') IS NOT NULL AS found`,
  );
  if (rows[0]?.found !== true) return true;
  const version = await client.query<{ version: number }>(
    'SELECT coalesce(max(version), 0)::int AS version FROM bullmq.migration',
  );
  if ((version.rows[0]?.version ?? 0) < LATEST_SCHEMA_VERSION) return true;
  return (await loggedTables(client)).length > 0 || (await publishesEvents(client));
}

async function loggedTables(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'bullmq'::regnamespace AND relkind = 'r' AND relpersistence = 'p' AND relname = ANY ($1)
      ORDER BY array_position($1, relname::text)`,
    [DISPOSABLE_TABLES],
  );
  return rows.map((row) => row.name);
}

async function publishesEvents(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ source: string }>(
    `SELECT prosrc AS source FROM pg_proc WHERE pronamespace = 'bullmq'::regnamespace AND proname = 'publish_event'`,
  );
  return rows.some(({ source }) => source.trim() !== NO_EVENTS);
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  if (parseQueueUrl(url).kind !== 'postgres') throw new QueueUrlError('is not a PostgreSQL URL: nothing to migrate');
  const client = new Client({ connectionString: url, application_name: 'posthorn queue migrations' });
  // Without a listener a connection that breaks between two queries would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
