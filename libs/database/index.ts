export { keepClock, syncClock } from './clock-keeper.js';
export { plainArray, secondsArray, textArray } from './columns.js';
export { CONFIG_CHANNEL, raiseConfigVersion } from './config-version.js';
export { Database, type DatabaseOptions, type Executor, type Statement } from './database.js';
export {
  isConnectionLost,
  isDataError,
  isMissingPartition,
  isRolledBack,
  isTransient,
  isUniqueViolation,
  withRetries,
} from './database-errors.js';
export { Listener } from './listener.js';
export { hasPendingMigrations, migrateDatabase } from './migrate.js';
export { ensurePartitions, listPartitions, PARTITIONED_TABLES, partitionName } from './partitions.js';
