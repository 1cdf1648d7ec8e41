import type { Config } from '#config';
import { openDatabase } from '#database';
import { KeyRing, onStopSignal } from '#kernel';
import { openDispatchQueue } from '#queue';
import { type Logger, Metrics } from '#telemetry';
import { serveApi } from './serve-api.js';

/** Connections of one API process; publishing needs few, for many publishes share one statement. */
const POOL_SIZE = 10;

/** Runs the API until SIGTERM or SIGINT. Resolves when it listens; rejects when it must not start. */
export async function runApi(config: Config, logger: Logger): Promise<void> {
  for (const name of config.unknownVariables) logger.warn({ variable: name }, 'no such configuration variable');
  const database = await openDatabase({
    url: config.database.url,
    poolSize: POOL_SIZE,
    applicationName: 'posthorn-api',
  });
  const { db, clock } = database;
  const queue = openDispatchQueue({ url: config.queue.url, log: logger, now: () => clock.now() });
  const keyRing = new KeyRing(config.encryption.keys);
  const api = await serveApi({ config, db, clock, keyRing, logger, metrics: new Metrics(), queue });
  logger.info(`Posthorn API listening on ${api.url}, ready`);
  const stop = async (): Promise<void> => {
    await api.stop();
    await queue.close();
    await database.close();
  };
  onStopSignal(stop, config.shutdown.seconds, logger);
}
