import { type Job, WaitingError } from 'bullmq';
import type { BullWorker, ConnectionListener, ConsumerBackend } from './backend.js';
import { ConnectionLog } from './connection-log.js';
import type { ReceivedJob } from './job.js';
import { saysServerIsGone } from './postgres-pool.js';
import type { QueueLog } from './queue-log.js';

export interface DispatchConsumerOptions {
  /** Jobs handled at once. */
  concurrency: number;
  /** What becomes of a job. If it rejects, that is logged and the job is gone all the same. */
  handler: (job: ReceivedJob) => Promise<void>;
  log: QueueLog;
  openBackend: (listener: ConnectionListener) => ConsumerBackend;
}

/** Milliseconds that BullMQ has for putting finished jobs away when we close. */
const GOODBYE_MS = 2_000;
const SLOWEST_CONNECT_MS = 1_000;

/**
 * The worker's side of the fast lane: hands each job to one handler, once. What is lost stays lost, here: the job's rows
 * fall due in the database.
 */
export class DispatchConsumer {
  private readonly backend: ConsumerBackend;
  private readonly connection: ConnectionLog;
  private readonly running = new Set<Promise<void>>();
  private worker: BullWorker | undefined;
  private paused = false;
  private closing: Promise<void> | undefined;
  private closed = false;
  private readonly started: Promise<void>;

  constructor(private readonly options: DispatchConsumerOptions) {
    this.connection = new ConnectionLog(options.log, 'consumer');
    this.backend = options.openBackend(this.connection);
    this.started = this.start();
  }

  /**
   * Epoch milliseconds, by the injected `now`, since when the connections stand that jobs come over; null while they do
   * not. A job added before that moment may be one that the server had forgotten and found again: it must be claimed.
   */
  get connectedSince(): number | null {
    return this.closed ? null : this.backend.connectedSince;
  }

  /** Resolves when jobs are being taken for the first time, or when it was closed before. Never rejects. */
  whenConnected(): Promise<void> {
    return this.started;
  }

  /** Takes no more jobs from this moment on; resolves when the running handlers have finished. */
  async pause(): Promise<void> {
    this.paused = true;
    // BullMQ would otherwise wait for the blocking connection, which may be away.
    await this.worker?.pause(true);
    await this.idle();
  }

  async resume(): Promise<void> {
    if (this.closing) return;
    this.paused = false;
    await this.worker?.resume();
  }

  /** Takes no more jobs, waits for the running handlers and lets go of the connections. */
  close(): Promise<void> {
    this.connection.silence();
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async start(): Promise<void> {
    for (let delayMs = 25; !this.closing; delayMs = Math.min(delayMs * 2, SLOWEST_CONNECT_MS)) {
      try {
        await this.backend.connect();
        if (!this.closing) await this.work();
        return;
      } catch (error) {
        if (!this.closing) this.connection.onDown(error instanceof Error ? error.message : String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }

  private async work(): Promise<void> {
    const worker = await this.backend.work(
      (job, token) => this.process(job as Job, token),
      this.options.concurrency,
      (error) => this.workerFailed(error),
    );
    if (this.closing) {
      // It was made while we closed, and nobody else knows of it. Its connections are gone by now: not waited for.
      void worker.close().catch(() => undefined);
      return;
    }
    this.worker = worker;
    this.connection.onUp();
    if (this.paused) await worker.pause(true);
  }

  private async process(job: Job, token: string | undefined): Promise<void> {
    if (this.paused || this.closing) {
      // The fetch was under way when we stopped: somebody else may have it.
      await job.moveToWait(token);
      throw new WaitingError();
    }
    const run = this.handle(job);
    this.running.add(run);
    await run;
    this.running.delete(run);
  }

  private async handle(job: Job): Promise<void> {
    try {
      await this.options.handler({ payload: this.backend.payloadOf(job), addedAtMs: job.timestamp });
    } catch (error) {
      this.options.log.error({ err: error }, 'a queue job failed; its deliveries fall due again in the database');
    }
  }

  private async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private async shutDown(): Promise<void> {
    await this.worker?.pause(true);
    await this.idle();
    if (this.worker !== undefined) {
      const bye = this.worker.close().catch(() => undefined);
      // Without a connection there is nobody to say it to.
      const patienceMs = this.connectedSince === null ? 0 : GOODBYE_MS;
      await Promise.race([bye, new Promise((resolve) => setTimeout(resolve, patienceMs))]);
    }
    await this.backend.close();
    await this.started;
    this.closed = true;
  }

  private workerFailed(error: Error): void {
    const isNews = this.connectedSince !== null && !this.closing && !isLostConnection(error) && !isLostJob(error);
    this.options.log[isNews ? 'warn' : 'debug']({ err: error }, 'queue worker');
  }
}

/** The server forgot a job, or gave it away, while its handler ran. That is allowed. */
function isLostJob(error: Error): boolean {
  return /^(Missing key|Missing lock|Lock mismatch|Job .* is not in the)/.test(error.message);
}

/**
 * May be reported a moment before the connection is known to be lost: by the socket, or by a PostgreSQL that says goodbye
 * to a client which BullMQ has taken out of the pool, where nobody gives the error another name.
 */
function isLostConnection(error: Error): boolean {
  const bySocket =
    'syscall' in error || /^(Connection |Socket timeout|Command aborted)|ECONN|EPIPE/.test(error.message);
  return bySocket || saysServerIsGone(error);
}
