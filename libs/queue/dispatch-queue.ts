import { performance } from 'node:perf_hooks';
import type { ConnectionListener, ProducerBackend } from './backend.js';
import { Breaker } from './breaker.js';
import { ConnectionLog } from './connection-log.js';
import { DepthGauge } from './depth-gauge.js';
import type { JobPayload } from './job.js';
import type { QueueLog } from './queue-log.js';
import { QueueUnavailableError } from './queue-unavailable-error.js';

/** Milliseconds that the server has for one batch. */
const ANSWER_WITHIN_MS = 1_000;

export interface DispatchQueueOptions {
  log: QueueLog;
  now: () => number;
  openBackend: (listener: ConnectionListener) => ProducerBackend;
}

/**
 * The producer's side of the fast lane. It may be away at any time, from the first moment on: nothing here waits for it,
 * and whoever cannot add a job goes on without, since the rows fall due in the database.
 */
export class DispatchQueue {
  private readonly backend: ProducerBackend;
  private readonly breaker: Breaker;
  private readonly gauge: DepthGauge;
  private readonly connection: ConnectionLog;
  private readonly now: () => number;
  private closing: Promise<void> | undefined;
  private firstConnected: () => void = () => {};
  private readonly connected = new Promise<void>((resolve) => (this.firstConnected = resolve));

  constructor(options: DispatchQueueOptions) {
    this.now = options.now;
    this.connection = new ConnectionLog(options.log, 'producer');
    this.breaker = new Breaker({
      probe: () => within(ANSWER_WITHIN_MS, this.backend.probe()),
      onChange: (isClosed, reason) => this.availabilityChanged(isClosed, reason),
    });
    this.backend = options.openBackend({
      onUp: () => this.breaker.hint(),
      onDown: (reason) => this.breaker.trip(reason),
    });
    this.gauge = new DepthGauge(
      () => within(ANSWER_WITHIN_MS, this.backend.count()),
      () => performance.now(),
    );
    this.breaker.start();
  }

  /** Whether a job added now is likely to be taken. Ask before building jobs. */
  get isAvailable(): boolean {
    return this.breaker.isClosed;
  }

  /**
   * Adds jobs in one round trip; those whose rank is lower are taken before all others, and without one they are taken
   * first. Rejects with {@link QueueUnavailableError}, after a second at the latest, when the queue
   * cannot take them; its `mayHaveBeenAdded` tells whether a worker may see them all the same.
   */
  async add(payloads: readonly JobPayload[], ranks: readonly number[] = []): Promise<void> {
    if (payloads.length === 0) return;
    if (!this.isAvailable) {
      throw new QueueUnavailableError(this.closing ? 'it was closed' : 'not connected', { mayHaveBeenAdded: false });
    }
    try {
      const jobs = payloads.map((payload, index) => ({ payload, rank: ranks[index] ?? 0 }));
      await within(ANSWER_WITHIN_MS, this.backend.add(jobs, Math.round(this.now())));
    } catch (error) {
      // A payload that cannot be written as JSON is the caller's mistake and says nothing about the server.
      if (error instanceof TypeError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      this.breaker.trip(reason);
      throw new QueueUnavailableError(reason, { mayHaveBeenAdded: !wasNeverSent(reason), cause: error });
    }
    this.breaker.succeeded();
    this.gauge.added(payloads.length);
  }

  /** Jobs waiting or being worked on, asked now. Rejects with {@link QueueUnavailableError}. */
  async depth(): Promise<number> {
    if (!this.isAvailable) throw new QueueUnavailableError('not connected', { mayHaveBeenAdded: false });
    try {
      return await this.gauge.read();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new QueueUnavailableError(reason, { mayHaveBeenAdded: false, cause: error });
    }
  }

  /**
   * The same without asking: the last measurement (at most half a second old while there is traffic) plus what this
   * process added since. 0 while the queue is away.
   */
  get lastDepth(): number {
    return this.isAvailable ? this.gauge.last : 0;
  }

  /** Resolves when the queue was available for the first time; never rejects. Nothing needs to wait for it but tests. */
  whenConnected(): Promise<void> {
    return this.connected;
  }

  close(): Promise<void> {
    this.connection.silence();
    this.breaker.stop();
    this.closing ??= this.backend.close();
    return this.closing;
  }

  private availabilityChanged(isAvailable: boolean, reason: string): void {
    if (this.closing) return;
    if (isAvailable) {
      this.connection.onUp();
      this.firstConnected();
    } else {
      this.gauge.reset();
      this.connection.onDown(reason);
    }
  }
}

/** ioredis says so when it had no connection to write to. */
function wasNeverSent(reason: string): boolean {
  return reason.startsWith("Stream isn't writeable") || reason.includes('ECONNREFUSED');
}

/** Settles with the promise, or rejects after `ms`; what comes too late is ignored. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => undefined);
  }
}
