/** The fast lane: jobs over BullMQ, on Redis or PostgreSQL. It may vanish at any time; the database holds the truth. */
export { DispatchConsumer } from './dispatch-consumer.js';
export { DispatchQueue } from './dispatch-queue.js';
export type { JobPayload, ReceivedJob } from './job.js';
export {
  type OpenConsumerOptions,
  openDispatchConsumer,
  openDispatchQueue,
  type OpenQueueOptions,
} from './open-queue.js';
export type { QueueLog } from './queue-log.js';
export { migrateQueue, queueMigrationsPending } from './queue-migrations.js';
export { QueueUnavailableError } from './queue-unavailable-error.js';
export { parseQueueUrl, type QueueTarget, QueueUrlError } from './queue-url.js';
