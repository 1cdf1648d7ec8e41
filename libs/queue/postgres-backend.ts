import {
  createPostgresBackend,
  type Job,
  type JobJson,
  type JobProgress,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
  type Processor,
  Queue,
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
import { fromJsonbSafe, type JobPayload, type RankedJob, toJsonbSafe } from './job.js';
import { QueuePool } from './postgres-pool.js';

type PostgresQueue = Queue<
  unknown,
  void,
  string,
  unknown,
  void,
  string,
  PostgresQueueBackend,
  PostgresConnectionOptions
>;
type PostgresWorker = Worker<unknown, void, string, PostgresQueueBackend, JobProgress, PostgresConnectionOptions>;

/** BullMQ knows no key prefix on PostgreSQL: the queue's name has to tell installations apart. */
const queueName = (name: string, prefix: string) => `${prefix}.${name}`;

/** Its BullMQ queue is opened by the first probe that succeeds; until then there is nothing to add to. */
export class PostgresProducer implements ProducerBackend {
  private readonly pool: QueuePool;
  private opening: Promise<PostgresQueue> | undefined;
  private queue: PostgresQueue | undefined;

  constructor(
    url: string,
    private readonly options: BackendOptions,
  ) {
    // Two, so that a question for the depth does not wait behind a large batch.
    const { onUp, onDown } = options.listener;
    this.pool = new QueuePool({ url, max: 2, queryTimeoutMs: 2_000, now: Date.now, onUp, onDown });
  }

  async probe(): Promise<void> {
    this.queue ??= await (this.opening ??= this.open().finally(() => (this.opening = undefined)));
    await this.queue.getBackend().setQueueMeta({ 'opts.maxLenEvents': MAX_EVENTS });
  }

  /**
   * Not by BullMQ's `addBulk`, which makes and drops two temporary tables per call: 8 ms, and rows in the system catalogs
   * of the database that holds the truth. Its statement for flows takes independent jobs as well, in one go: 1.5 ms.
   */
  async add(jobs: readonly RankedJob[], addedAtMs: number): Promise<void> {
    const queue = this.opened();
    const results = await queue.getBackend().addFlow(
      jobs.map(({ payload, rank }) => ({
        prefix: '',
        queueName: queue.name,
        jobId: '',
        jobData: newJob(JSON.stringify(toJsonbSafe(payload)), rank, addedAtMs),
        parentKeyOpts: {},
      })),
    );
    const [error] = results.find(([error]) => error !== null) ?? [];
    if (error) throw error;
  }

  count(): Promise<number> {
    return this.opened().getJobCountByTypes('waiting', 'prioritized', 'active');
  }

  async close(): Promise<void> {
    await this.queue?.close().catch(() => undefined);
    await this.pool.close();
  }

  private async open(): Promise<PostgresQueue> {
    await this.pool.check();
    const { name, prefix, log } = this.options;
    const opts = { connection: this.pool.front, skipMetasUpdate: true };
    const queue: PostgresQueue = new Queue(queueName(name, prefix), opts, createPostgresBackend);
    queue.on('error', (error) => log.debug({ err: error }, 'queue connection'));
    return firstLook(queue);
  }

  private opened(): PostgresQueue {
    if (this.queue === undefined) throw new Error('the queue has not been opened');
    return this.queue;
  }
}

/** The parts of a new job that are written, and the empty ones that the type asks for. */
function newJob(data: string, rank: number, addedAtMs: number): JobJson {
  const unused = { id: '', progress: 0, attemptsMade: 0, attemptsStarted: 0, failedReason: '', returnvalue: '' };
  return { ...unused, stalledCounter: 0, name: 'd', data, opts: JOB_OPTIONS, priority: rank, timestamp: addedAtMs };
}

/** Jobs come over any connection of the pool, wake-ups (LISTEN) over one of them. */
export class PostgresConsumer implements ConsumerBackend {
  private readonly pool: QueuePool;

  constructor(
    url: string,
    private readonly options: BackendOptions & { now: () => number },
  ) {
    const { onUp, onDown } = options.listener;
    this.pool = new QueuePool({ url, max: 4, queryTimeoutMs: 10_000, now: options.now, onUp, onDown });
  }

  get connectedSince(): number | null {
    return this.pool.connectedSince;
  }

  connect(): Promise<void> {
    return this.pool.check();
  }

  async work(
    process: Processor<unknown, void>,
    concurrency: number,
    onError: (error: Error) => void,
  ): Promise<BullWorker> {
    const { name, prefix } = this.options;
    const worker: PostgresWorker = new Worker(
      queueName(name, prefix),
      process,
      { ...WORKER_OPTIONS, connection: this.pool.front, concurrency, autorun: false },
      createPostgresBackend,
    );
    worker.on('error', onError);
    await firstLook(worker);
    void worker.run().catch(onError);
    return worker;
  }

  payloadOf(job: Job): JobPayload {
    return fromJsonbSafe(job.data as { json: string });
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

/**
 * Resolves when BullMQ has had its first look at the database. It remembers that look for ever, a failed one too, and a
 * worker would then ask again in a hot loop, in which not even a timer gets its turn: rejects after such a one, and what
 * was made must be made anew.
 */
async function firstLook<Made extends PostgresQueue | PostgresWorker>(made: Made): Promise<Made> {
  try {
    await made.waitUntilReady();
    return made;
  } catch (error) {
    void made.close().catch(() => undefined);
    throw error;
  }
}
