import { loadConfig } from '#config';
import { reasonOf } from '#kernel';
import { createLogger } from '#telemetry';
import { runApi } from './run-api.js';

try {
  const config = loadConfig();
  await runApi(config, createLogger({ level: config.log.level, process: 'api' }));
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exitCode = 1;
}
