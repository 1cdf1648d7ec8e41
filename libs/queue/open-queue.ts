import { DispatchConsumer } from './dispatch-consumer.js';
import { DispatchQueue } from './dispatch-queue.js';
import type { ReceivedJob } from './job.js';
import { PostgresConsumer, PostgresProducer } from './postgres-backend.js';
import { type QueueLog, SILENT_LOG } from './queue-log.js';
import { parseQueueUrl } from './queue-url.js';
import { RedisConsumer, RedisProducer } from './redis-backend.js';

export interface OpenQueueOptions {
  /** `QUEUE_URL`, see {@link parseQueueUrl}. */
  url: string;
  /** The queue's name: `deliveries` unless given. */
  name?: string;
  /** Keeps several installations apart on one server: `posthorn` unless given. */
  prefix?: string;
  log?: QueueLog;
  /** Epoch milliseconds: the wall clock unless given. Producers and consumers should go by the same clock. */
  now?: () => number;
}

export interface OpenConsumerOptions extends OpenQueueOptions {
  /** Jobs handled at once. */
  concurrency: number;
  handler: (job: ReceivedJob) => Promise<void>;
}

/** Opens the producer's side, without waiting for the server. Throws {@link QueueUrlError} for a wrong URL. */
export function openDispatchQueue(options: OpenQueueOptions): DispatchQueue {
  const { target, name, prefix, log, now } = settled(options);
  return new DispatchQueue({
    log,
    now,
    openBackend: (listener) =>
      target.kind === 'postgres'
        ? new PostgresProducer(target.url, { name, prefix, listener, log })
        : new RedisProducer(target, { name, prefix, listener, log }),
  });
}

/** Opens the worker's side and starts to take jobs as soon as the server is there. Throws {@link QueueUrlError}. */
export function openDispatchConsumer(options: OpenConsumerOptions): DispatchConsumer {
  const { target, name, prefix, log, now } = settled(options);
  return new DispatchConsumer({
    log,
    concurrency: options.concurrency,
    handler: options.handler,
    openBackend: (listener) =>
      target.kind === 'postgres'
        ? new PostgresConsumer(target.url, { name, prefix, listener, log, now })
        : new RedisConsumer(target, { name, prefix, listener, log, now }),
  });
}

function settled({
  url,
  name = 'deliveries',
  prefix = 'posthorn',
  log = SILENT_LOG,
  now = Date.now,
}: OpenQueueOptions) {
  return { target: parseQueueUrl(url), name, prefix, log, now };
}
