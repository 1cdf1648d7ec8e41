export { Config, type EncryptionKey, LOG_LEVELS, type LogLevel } from './config.js';
export { ConfigError, type ConfigProblem } from './config-error.js';
export { type Environment, loadConfig, type LoadOptions } from './load-config.js';
export { configurationReference } from './reference.js';
export type { VariableName } from './variables.js';
