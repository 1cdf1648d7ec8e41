import type { Config } from '#config';
import { Database, hasPendingMigrations, keepClock, syncClock } from '#database';
import { DatabaseClock, KeyRing } from '#kernel';
import { type Logger, Metrics } from '#telemetry';
import { ApiKeyStore } from '#tenants';
import { createApi } from './create-api.js';
import { Readiness } from './readiness.js';

/** Connections of one API process; publishing needs few, for many publishes share one statement. */
const POOL_SIZE = 10;

/** Runs the API until SIGTERM or SIGINT. Resolves when it listens; rejects when it must not start. */
export async function runApi(config: Config, logger: Logger): Promise<void> {
  for (const name of config.unknownVariables) logger.warn({ variable: name }, 'no such configuration variable');
  const db = await Database.connect({ url: config.database.url, poolSize: POOL_SIZE, applicationName: 'posthorn-api' });
  if (await hasPendingMigrations(db)) {
    await db.close();
    throw new Error('The database is not migrated for this version. Run `npx posthorn migrate up` and start again.');
  }
  const clock = new DatabaseClock();
  await syncClock(db, clock);
  const stopClock = keepClock(db, clock);
  const keyRing = new KeyRing(config.encryption.keys);
  const app = await createApi({ config, db, clock, keyRing, logger, metrics: new Metrics() });
  if (config.access.adminKey) await app.get(ApiKeyStore).ensureAdminKey(config.access.adminKey);
  await app.listen(config.http.port, config.http.host);
  logger.info(`Posthorn API listening on ${await app.getUrl()}, ready`);

  const stop = async (): Promise<void> => {
    app.get(Readiness).stop();
    await app.close();
    stopClock();
    await db.close();
  };
  stopOnSignal(stop, config.shutdown.seconds, logger);
}

/** The first signal drains; a second one, or the end of the time allowed, ends the process where it stands. */
function stopOnSignal(stop: () => Promise<void>, seconds: number, logger: Logger): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), seconds * 1000).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
