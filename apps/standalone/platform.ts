import { join, resolve } from 'node:path';
import { type Config, type Environment, loadConfig } from '#config';
import { type Database, type EmbeddedPostgres, migrateDatabase, openDatabase, startEmbeddedPostgres } from '#database';
import { type DatabaseClock, KeyRing } from '#kernel';
import { migrateQueue, openDispatchQueue, parseQueueUrl } from '#queue';
import { type Logger, Metrics } from '#telemetry';
import { ApiKeyStore } from '#tenants';
import { type ServedApi, serveApi } from '../api/serve-api.js';
import { startWorker } from '../worker/create-worker.js';
import { keptEncryptionKeys, makeAdminKey } from './made-secrets.js';

/** The whole platform, running in this process. */
export interface Platform {
  readonly url: string;
  readonly config: Config;
  /** The admin key that was made, on the first start of an embedded installation only. */
  readonly newAdminKey: string | null;
  /** Drains and stops everything that was started here, the embedded database last. */
  stop(): Promise<void>;
}

const POOL_SIZE = 16;

export interface PlatformOptions {
  /** Keeps the queues of several installations on one server apart. */
  readonly queuePrefix?: string;
}

/** Starts database (unless one is given), API and worker. Rejects, with nothing left running, when one of them cannot. */
export async function startPlatform(
  env: Environment,
  logger: Logger,
  options: PlatformOptions = {},
): Promise<Platform> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = (): Promise<void> => stopAll(stops.splice(0).reverse());
  try {
    const config = await settle(env, logger, stops);
    await migrate(config, logger);
    const { db, clock, close } = await openDatabase({
      url: config.database.url,
      poolSize: POOL_SIZE,
      applicationName: 'posthorn',
    });
    stops.push(close);
    const newAdminKey = await makeFirstKey(db, clock, config);
    const queue = openDispatchQueue({
      url: config.queue.url,
      ...(options.queuePrefix === undefined ? {} : { prefix: options.queuePrefix }),
      log: logger,
      now: () => clock.now(),
    });
    stops.push(() => queue.close());
    const shared = { config, db, clock, keyRing: new KeyRing(config.encryption.keys), logger, metrics: new Metrics() };
    const worker = startWorker({ ...shared, ...options });
    stops.push(() => worker.stop(config.shutdown.seconds * 1000));
    const api: ServedApi = await serveApi({ ...shared, queue });
    stops.push(() => api.stop());
    return { url: api.url, config, newAdminKey, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Every step is taken, whatever becomes of the others: the database must not stay behind. Then the first failure is told. */
async function stopAll(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

/** The configuration, with what an embedded installation makes for itself: a database, and the keys to its secrets. */
async function settle(env: Environment, logger: Logger, stops: (() => Promise<unknown>)[]): Promise<Config> {
  const isEmbedded = !env['DATABASE_URL'] && !env['DATABASE_URL_FILE'];
  if (!isEmbedded) return loadConfig(env);
  const { embedded } = loadConfig(env, { requires: [] });
  const dataDir = resolve(embedded.dataDir);
  const postgres = await startDatabase(dataDir, logger);
  stops.push(() => postgres.stop());
  const hasKeys = Boolean(env['POSTHORN_ENCRYPTION_KEYS'] || env['POSTHORN_ENCRYPTION_KEYS_FILE']);
  const made = hasKeys ? {} : { POSTHORN_ENCRYPTION_KEYS: keptEncryptionKeys(dataDir) };
  return loadConfig({ ...env, ...made, DATABASE_URL: postgres.url });
}

function startDatabase(dataDir: string, logger: Logger): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir: join(dataDir, 'postgres'),
    log: (line) => logger.info(line),
  });
}

async function migrate({ database, queue }: Config, logger: Logger): Promise<void> {
  const done = await migrateDatabase(database.directUrl, { log: (line) => logger.warn(line) });
  if (done.length > 0) logger.info({ migrations: done }, 'migrated the database');
  if (parseQueueUrl(queue.url).kind === 'postgres') await migrateQueue(queue.url);
}

async function makeFirstKey(db: Database, clock: DatabaseClock, { access }: Config): Promise<string | null> {
  if (access.adminKey !== null) return null;
  const [any] = await db.query('SELECT 1 FROM api_keys LIMIT 1');
  if (any) return null;
  const key = makeAdminKey();
  await new ApiKeyStore(db, clock).ensureAdminKey(key);
  return key;
}
