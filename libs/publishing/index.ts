export { DataChecker } from './data-checker.js';
export { Enqueuer, type EnqueuerLog } from './enqueuer.js';
export type { PublishResult } from './publish-result.js';
export type { PublishScope } from './publish-scope.js';
export { Publisher } from './publisher.js';
export { Scheduler, type SchedulerLog, type SchedulerOptions } from './scheduler.js';
