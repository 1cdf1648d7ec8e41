import { pino } from 'pino';
import { ConfigError, loadConfig } from '#config';
import { EmbeddedPostgresError } from '#database';
import { onStopSignal } from '#kernel';
import { createLogger } from '#telemetry';
import { startPlatform } from './platform.js';

/** Beyond the drain time: results onto disk, and the database's own stop. */
const AFTER_DRAIN_SECONDS = 15;

try {
  const { log } = loadConfig(process.env, { requires: [] });
  // Standard output has one line, for whoever waits for it; what happens otherwise is told on standard error.
  const logger = createLogger({
    level: log.level,
    process: 'standalone',
    destination: pino.destination({ fd: 2, sync: true }),
  });
  const platform = await startPlatform(process.env, logger);
  for (const name of platform.config.unknownVariables)
    logger.warn({ variable: name }, 'no such configuration variable');
  onStopSignal(() => platform.stop(), platform.config.shutdown.seconds + AFTER_DRAIN_SECONDS, logger);
  const key = platform.newAdminKey === null ? '' : ` · admin key (shown once): ${platform.newAdminKey}`;
  process.stdout.write(`Posthorn is ready at ${platform.url} · console: ${platform.url}/console/${key}\n`);
} catch (error) {
  const isExpected = error instanceof ConfigError || error instanceof EmbeddedPostgresError;
  process.stderr.write(`${isExpected ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exitCode = 1;
}
