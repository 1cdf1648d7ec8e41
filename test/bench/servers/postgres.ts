import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrateDatabase, startEmbeddedPostgres } from '#database';
import { migrateQueue } from '#queue';
import type { Cleanup } from '../../rig/cleanup.js';
import { postmasterPidFile } from '../../rig/temp-folder.js';

/** The queue's own role, where the queue is on PostgreSQL: it tells its statements from ours. */
export const QUEUE_ROLE = 'bench_queue';

export interface BenchPostgres {
  /** What API and worker connect to. */
  url: string;
  queueUrl: string;
  /** The benchmark's own connection, to another database of the server, so that its statements are not counted. */
  statistics: pg.Client;
  /** The benchmark's connection to the platform's database: not while something is measured. */
  rows: pg.Client;
  pid: number;
}

/** As an operator of moderate care would run it on such a machine: durable, with room for the day's data. */
const SETTINGS = {
  shared_preload_libraries: 'pg_stat_statements',
  shared_buffers: '512MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  max_connections: '100',
};

export async function startPostgres(folder: string, cleanup: Cleanup): Promise<BenchPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), settings: SETTINGS });
  cleanup.add(() => server.stop());
  await migrateDatabase(server.url);
  await migrateQueue(server.url);
  const statistics = await connect(databaseNamed(server.url, 'postgres'), cleanup);
  const queueUrl = await makeQueueRole(statistics, server.url);
  await statistics.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  return {
    url: server.url,
    queueUrl,
    statistics,
    rows: await connect(server.url, cleanup),
    pid: Number.parseInt(readFileSync(postmasterPidFile(folder), 'utf8'), 10),
  };
}

async function connect(url: string, cleanup: Cleanup): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'posthorn-bench' });
  client.on('error', (error) => cleanup.fail(error));
  await client.connect();
  cleanup.add(() => client.end());
  return client;
}

function databaseNamed(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

async function makeQueueRole(client: pg.Client, url: string): Promise<string> {
  const password = randomBytes(24).toString('hex');
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [QUEUE_ROLE]);
  const make = rowCount === 0 ? 'CREATE' : 'ALTER';
  await client.query(`${make} ROLE ${QUEUE_ROLE} SUPERUSER LOGIN PASSWORD '${password}'`);
  const queueUrl = new URL(url);
  queueUrl.username = QUEUE_ROLE;
  queueUrl.password = password;
  return queueUrl.href;
}
