import {
  type BackendFactory,
  type Job,
  type Processor,
  Queue,
  QueueKeys,
  RedisConnection,
  RedisQueueBackend,
  Worker,
} from 'bullmq';
import {
  type BackendOptions,
  type BullWorker,
  type ConsumerBackend,
  JOB_OPTIONS,
  MAX_EVENTS,
  type ProducerBackend,
  WORKER_OPTIONS,
} from './backend.js';
import { ConnectionAge } from './connection-age.js';
import type { JobPayload, RankedJob } from './job.js';
import {
  type AnyRedisTarget,
  closeRedisClient,
  createRedisClient,
  type RedisClient,
  watchRedisClient,
  whenReady,
} from './redis-client.js';

/** Braces make all keys of a queue one slot of a cluster; used everywhere, so that moving to one renames nothing. */
const keyPrefix = (prefix: string) => `{${prefix}}`;

/**
 * BullMQ over clients that we made: it then neither waits for them nor closes them, and we see their events. The version
 * check is skipped because it is one command after connecting which, if the connection breaks right then, leaves BullMQ
 * with a rejected promise for ever.
 */
function backendOver(main: RedisClient, blocking?: RedisClient): BackendFactory<RedisQueueBackend> {
  return (name, opts) => {
    const keys = new QueueKeys((opts as { prefix?: string }).prefix);
    const wrap = (client: RedisClient, isBlocking: boolean) =>
      new RedisConnection(client, {
        shared: true,
        blocking: isBlocking,
        skipVersionCheck: true,
        skipWaitingForReady: !isBlocking,
      });
    const blockingConnection = blocking === undefined ? undefined : wrap(blocking, true);
    return new RedisQueueBackend(
      wrap(main, false),
      name,
      keys.getKeys(name),
      (type) => keys.toKey(name, type),
      opts,
      blockingConnection,
    );
  };
}

export class RedisProducer implements ProducerBackend {
  private readonly client: RedisClient;
  private readonly queue: Queue;

  constructor(target: AnyRedisTarget, { name, prefix, listener, log }: BackendOptions) {
    this.client = createRedisClient(target, 'producer');
    watchRedisClient(this.client, { onReady: listener.onUp, onLost: listener.onDown });
    this.queue = new Queue(
      name,
      { connection: this.client, prefix: keyPrefix(prefix), skipMetasUpdate: true },
      backendOver(this.client),
    );
    this.queue.on('error', (error) => log.debug({ err: error }, 'queue connection'));
  }

  async probe(): Promise<void> {
    await whenReady(this.client);
    await this.queue.getBackend().setQueueMeta({ 'opts.maxLenEvents': MAX_EVENTS });
  }

  async add(jobs: readonly RankedJob[], addedAtMs: number): Promise<void> {
    const opts = { ...JOB_OPTIONS, timestamp: addedAtMs };
    await this.queue.addBulk(
      jobs.map(({ payload, rank }) => ({
        name: 'd',
        data: payload,
        opts: rank === 0 ? opts : { ...opts, priority: rank },
      })),
    );
  }

  count(): Promise<number> {
    return this.queue.getJobCountByTypes('waiting', 'prioritized', 'active');
  }

  async close(): Promise<void> {
    await closeRedisClient(this.client);
    await this.queue.close().catch(() => undefined);
  }
}

/**
 * Jobs come over the main connection; the blocking one only waits for the wake-up. Both count for `connectedSince`: a
 * restart breaks both, and as long as one of them is missing there is no telling what happened.
 */
export class RedisConsumer implements ConsumerBackend {
  private readonly main: RedisClient;
  private readonly blocking: RedisClient;
  private readonly age: ConnectionAge;

  constructor(
    private readonly target: AnyRedisTarget,
    private readonly options: BackendOptions & { now: () => number },
  ) {
    this.age = new ConnectionAge(options.now, 2);
    this.main = this.watched('worker');
    this.blocking = this.watched('blocking');
  }

  get connectedSince(): number | null {
    return this.age.connectedSince;
  }

  async connect(): Promise<void> {
    await Promise.all([whenReady(this.main), whenReady(this.blocking)]);
  }

  async work(
    process: Processor<unknown, void>,
    concurrency: number,
    onError: (error: Error) => void,
  ): Promise<BullWorker> {
    const { name, prefix } = this.options;
    const worker = new Worker<unknown, void>(
      name,
      process,
      { ...WORKER_OPTIONS, connection: this.main, prefix: keyPrefix(prefix), concurrency },
      backendOver(this.main, this.blocking),
    );
    worker.on('error', onError);
    return worker;
  }

  payloadOf(job: Job): JobPayload {
    return job.data as JobPayload;
  }

  async close(): Promise<void> {
    await Promise.all([closeRedisClient(this.main), closeRedisClient(this.blocking)]);
  }

  private watched(role: 'worker' | 'blocking'): RedisClient {
    const { listener } = this.options;
    const client = createRedisClient(this.target, role);
    watchRedisClient(client, {
      onReady: () => {
        this.age.made(client);
        if (this.connectedSince !== null) listener.onUp();
      },
      onLost: (reason) => {
        this.age.lost(client);
        listener.onDown(reason);
      },
      onShaken: () => this.age.shaken(client),
    });
    return client;
  }
}
