import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { findFreePort, isPortFree } from './free-port.js';
import { type OwnerLock, takeOwnerLock } from './owner-lock.js';
import { PostgresCluster, SUPERUSER } from './postgres-cluster.js';
import { findPostgresTools } from './postgres-tools.js';
import { chooseServerAccount } from './server-account.js';

const DATABASE = 'posthorn';
const MOST_PORTS_TRIED = 5;

export interface EmbeddedPostgresOptions {
  /** The data folder, made if missing. Password, port and lock are files beside it: `<dataDir>.password` and so on. */
  dataDir: string;
  /** The port on 127.0.0.1. Unless given, a free one is chosen once and kept for the next start. */
  port?: number;
  /** False trades the safety of the data for speed (fsync off): for tests only. True unless given. */
  durable?: boolean;
  /** PostgreSQL settings by name, e.g. `{ max_connections: '300' }`. */
  settings?: Record<string, string>;
  /** Takes progress in words, one line at a time. */
  log?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** Connects to the database `posthorn` as its superuser. Holds the password. */
  url: string;
  port: number;
  /** Whether a server that an earlier process had left running was taken over. */
  adopted: boolean;
  /** Stops the server, its open connections at once. The last thing to do; doing it twice is fine. */
  stop(): Promise<void>;
}

/**
 * Runs a PostgreSQL of our own from an npm package, on 127.0.0.1 only, without a Unix socket.
 *
 * The server outlives a Ctrl-C in our terminal and even a `kill -9` of this process: whoever drains decides when it
 * stops, and the next start adopts what was left running. A lock lets one process at a time own a data folder.
 *
 * @throws EmbeddedPostgresError in words for a person: folder in use, of another version, out of reach, port taken.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const lock = lockFolder(dataDir);
  try {
    const { cluster, ...server } = await openServer(dataDir, options);
    return { ...server, stop: stopOnce(cluster, lock) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openServer(dataDir: string, options: EmbeddedPostgresOptions) {
  const log = options.log ?? (() => undefined);
  const settings = serverSettings(options);
  const tools = await findPostgresTools();
  const account = await chooseServerAccount(dataDir, tools.pgCtl);
  const cluster = new PostgresCluster(dataDir, tools, account);

  const password = await ensureCluster(cluster, dataDir, options.durable ?? true, log);
  const adoptedPort = await adoptServer(cluster, options.port, settings, log);
  try {
    const port = adoptedPort ?? (await launchServer(cluster, dataDir, options.port, settings, log));
    const url = urlOf(password, port);
    await ensureDatabase(url);
    return { cluster, url, port, adopted: adoptedPort !== null };
  } catch (error) {
    await cluster.stop().catch(() => undefined);
    throw error;
  }
}

/** Where the server of this folder listens, if it runs, by what lies beside the folder; null where there never was one. */
export function embeddedDatabaseUrl(dataDir: string): string | null {
  const password = `${dataDir}.password`;
  const port = keptPort(`${dataDir}.port`);
  return port === null || !existsSync(password) ? null : urlOf(readFileSync(password, 'utf8').trim(), port);
}

function urlOf(password: string, port: number): string {
  return `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${DATABASE}`;
}

function lockFolder(dataDir: string): OwnerLock {
  try {
    mkdirSync(dirname(dataDir), { recursive: true });
    return takeOwnerLock(`${dataDir}.lock`);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw new EmbeddedPostgresError(
      `${dirname(dataDir)} cannot be used for data: ${(error as Error).message}. If another user made it, run as that user, or use ` +
        'another folder.',
    );
  }
}

function serverSettings({ durable = true, settings = {} }: EmbeddedPostgresOptions): Record<string, string> {
  return {
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...settings,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  };
}

/** Makes the data folder on the first start; returns the superuser's password either way. */
async function ensureCluster(
  cluster: PostgresCluster,
  dataDir: string,
  durable: boolean,
  log: (line: string) => void,
): Promise<string> {
  const file = `${dataDir}.password`;
  if (cluster.exists()) {
    if (!existsSync(file)) {
      throw new EmbeddedPostgresError(`The password of the database in ${dataDir} is missing: restore ${file}.`);
    }
    return readFileSync(file, 'utf8').trim();
  }
  log(`Making a new database in ${dataDir}`);
  const password = randomBytes(24).toString('base64url');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  await cluster.create(password, durable);
  return password;
}

/**
 * A server that runs on our folder although nobody holds the lock was left behind by a process that died. It is taken
 * over when it is as we would start it, and stopped otherwise. Returns its port, or null when there is none now.
 */
async function adoptServer(
  cluster: PostgresCluster,
  port: number | undefined,
  settings: Record<string, string>,
  log: (line: string) => void,
): Promise<number | null> {
  const running = cluster.running();
  if (running === null) return null;
  if (running.ready && cluster.wasStartedWith(port ?? running.port, settings)) {
    log(`Taking over the PostgreSQL that an earlier process left running (process ${running.pid})`);
    return running.port;
  }
  log(`Stopping the PostgreSQL that an earlier process left running (process ${running.pid})`);
  await cluster.stop();
  return null;
}

/** Starts the server: on the port asked for, else on that of last time, else on any that is free. */
async function launchServer(
  cluster: PostgresCluster,
  dataDir: string,
  wanted: number | undefined,
  settings: Record<string, string>,
  log: (line: string) => void,
): Promise<number> {
  const file = `${dataDir}.port`;
  let port = wanted ?? keptPort(file) ?? (await findFreePort());
  for (let tried = 1; ; tried++) {
    const taken = !(await isPortFree(port));
    if (taken && wanted !== undefined) throw new EmbeddedPostgresError(`Port ${port} on 127.0.0.1 is taken.`);
    if (!taken) {
      const result = await cluster.start(port, settings);
      if (result.exitCode === 0) break;
      const lostTheRace = !(await isPortFree(port)) && wanted === undefined;
      if (!lostTheRace || tried >= MOST_PORTS_TRIED) {
        throw new EmbeddedPostgresError(`PostgreSQL does not start: ${result.output}`);
      }
    }
    log(`Port ${port} is taken by another program; choosing another`);
    port = await findFreePort();
  }
  writeFileSync(file, `${port}\n`);
  return port;
}

function keptPort(file: string): number | null {
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) || null : null;
}

async function ensureDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new Client({ connectionString: maintenance.href });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

function stopOnce(cluster: PostgresCluster, lock: OwnerLock): () => Promise<void> {
  let stopped: Promise<void> | null = null;
  return () => (stopped ??= cluster.stop().finally(() => lock.release()));
}
