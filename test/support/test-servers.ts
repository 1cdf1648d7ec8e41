import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase, startEmbeddedPostgres } from '#database';
import { migrateQueue } from '#queue';
import { endServer } from './end-server.js';
import { clearLeftovers } from './leftovers.js';
import { RedisServer } from './redis-server.js';
import { databaseNamed, runSql } from './sql.js';

export interface TestServers {
  databaseUrl: string;
  templateDatabase: string;
  redisUrl: string;
  stop(): Promise<void>;
}

const FOLDER_PREFIX = 'posthorn-test-';

/**
 * One PostgreSQL and one Redis for a whole test run, made for speed, and a migrated template database. Those that
 * TEST_DATABASE_URL and REDIS_URL name are used instead when given. Everything started here is gone afterwards, also
 * when the run is interrupted; what a killed run left behind is cleared away by the next.
 */
export async function startTestServers(): Promise<TestServers> {
  clearLeftovers(FOLDER_PREFIX, endServersIn);
  const folder = mkdtempSync(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
  chmodSync(folder, 0o755); // PostgreSQL runs as another user when this runs as root
  const stopAtExit = () => endServersIn(folder);
  process.once('exit', stopAtExit);
  const interrupt = (signal: NodeJS.Signals) => process.exit(signal === 'SIGINT' ? 130 : 143);
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);

  const [postgres, redis] = await Promise.all([openPostgres(folder), openRedis(folder)]);
  const templateDatabase = `posthorn_template_${randomBytes(4).toString('hex')}`;
  await makeTemplate(postgres.url, templateDatabase);

  const stop = async () => {
    if (postgres.stop === null) await runSql(postgres.url, `DROP DATABASE IF EXISTS ${templateDatabase}`);
    await Promise.all([postgres.stop?.(), redis.stop?.()]);
    process.off('exit', stopAtExit).off('SIGINT', interrupt).off('SIGTERM', interrupt);
    rmSync(folder, { recursive: true, force: true });
  };
  return { databaseUrl: postgres.url, templateDatabase, redisUrl: redis.url, stop };
}

interface OpenServer {
  url: string;
  /** Null for a server that is not ours. */
  stop: (() => Promise<void>) | null;
}

async function openPostgres(folder: string): Promise<OpenServer> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { url: given, stop: null };
  return startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    durable: false,
    settings: { max_connections: '300', shared_preload_libraries: 'pg_stat_statements', max_wal_size: '4GB' },
  });
}

async function openRedis(folder: string): Promise<OpenServer> {
  const given = process.env.REDIS_URL;
  if (given) return { url: given, stop: null };
  try {
    const server = await RedisServer.start({ dir: folder, settings: ['--pidfile', join(folder, 'redis.pid')] });
    return { url: server.url, stop: () => server.stop() };
  } catch (error) {
    throw new Error(
      'These tests need a real Redis. Give one with REDIS_URL, or let "node scripts/setup.mjs --redis" put a ' +
        'redis-server on this machine (npm test does that by itself).',
      { cause: error },
    );
  }
}

async function makeTemplate(url: string, name: string): Promise<void> {
  await runSql(url, `CREATE DATABASE ${name}`);
  const template = databaseNamed(url, name);
  await migrateDatabase(template);
  await migrateQueue(template);
}

/** The last resort, when the process ends without the teardown: no awaiting here, and no data worth saving. */
function endServersIn(folder: string): void {
  for (const pidFile of ['postgres/postmaster.pid', 'redis.pid']) endServer(join(folder, pidFile));
  rmSync(folder, { recursive: true, force: true });
}
