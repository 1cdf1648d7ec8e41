import type { Config } from '#config';
import { openDatabase } from '#database';
import { KeyRing, onStopSignal } from '#kernel';
import { type Logger, Metrics } from '#telemetry';
import { startWorker } from './create-worker.js';
import { StatusServer } from './status-server.js';

/** Recording, claiming, the pump's look ahead, and a few for what is rare. */
const POOL_SIZE = 8;

/** Beyond the drain time, for putting results on record and letting go of connections. */
const AFTER_DRAIN_SECONDS = 5;

/** Runs a worker until SIGTERM or SIGINT. Resolves when it works; rejects when it must not start. */
export async function runWorker(config: Config, logger: Logger): Promise<void> {
  for (const name of config.unknownVariables) logger.warn({ variable: name }, 'no such configuration variable');
  const { db, clock, close } = await openDatabase({
    url: config.database.url,
    poolSize: POOL_SIZE,
    applicationName: 'posthorn-worker',
  });
  const metrics = new Metrics();
  const keyRing = new KeyRing(config.encryption.keys);
  const worker = startWorker({ config, db, clock, keyRing, logger, metrics });
  const status = config.http.metricsPort === null ? null : new StatusServer(db, worker, metrics);
  await status?.listen(config.http.metricsPort!, config.http.host);
  logger.info('Posthorn worker ready');
  const stop = async (): Promise<void> => {
    status?.stopping();
    await worker.stop(config.shutdown.seconds * 1000);
    await status?.close();
    await close();
  };
  onStopSignal(stop, config.shutdown.seconds + AFTER_DRAIN_SECONDS, logger);
}
