import { loadConfig } from '#config';
import { reasonOf } from '#kernel';
import { createLogger } from '#telemetry';
import { runWorker } from './run-worker.js';

try {
  const config = loadConfig();
  await runWorker(config, createLogger({ level: config.log.level, process: 'worker' }));
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exitCode = 1;
}
