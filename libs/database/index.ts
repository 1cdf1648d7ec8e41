export { keepClock, syncClock } from './clock-keeper.js';
export {
  boolColumn,
  doubleColumn,
  intColumn,
  plainArray,
  realColumn,
  textArray,
  textColumn,
  timeColumn,
  uuidColumn,
} from './columns.js';
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
export {
  embeddedDatabaseUrl,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded-postgres.js';
export { EmbeddedPostgresError } from './embedded-postgres-error.js';
export { findFreePort } from './free-port.js';
export { assertUuidPosition, keyset, type ListPage } from './keyset.js';
export { Listener } from './listener.js';
export { hasPendingMigrations, migrateDatabase, type MigrateOptions } from './migrate.js';
export { type OpenDatabase, openDatabase } from './open-database.js';
export { type DropResult, dropPartitionsBelow } from './old-partitions.js';
export {
  ensurePartitions,
  ensurePartitionsOf,
  listPartitions,
  PARTITIONED_TABLES,
  type PartitionedTable,
  partitionName,
} from './partitions.js';
