import { ConfigError, loadConfig } from '#config';
import { createLogger } from '#telemetry';
import { runWorker } from './run-worker.js';

try {
  const config = loadConfig(process.env);
  await runWorker(config, createLogger({ level: config.log.level, process: 'worker' }));
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
