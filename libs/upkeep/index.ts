export { DeadLetterNews } from './dead-letter-news.js';
export { FailureWatch } from './failure-watch.js';
export { Erasure, type ErasureLog, type ErasureStores } from './erasure.js';
export { type ExpiringListener, Retention, type RetentionLog, type RetentionOptions } from './retention.js';
export { retentionTasks, type RetentionTaskDeps } from './retention-tasks.js';
export { forgetOldAudits } from './sweep.js';
export { trafficTasks } from './traffic-tasks.js';
export { Upkeep, type UpkeepLog } from './upkeep.js';
export type { UpkeepTask } from './upkeep-task.js';
