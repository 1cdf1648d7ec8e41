import { ConfigError, loadConfig } from '#config';
import { createLogger } from '#telemetry';
import { runApi } from './run-api.js';

try {
  const config = loadConfig();
  await runApi(config, createLogger({ level: config.log.level, process: 'api' }));
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
