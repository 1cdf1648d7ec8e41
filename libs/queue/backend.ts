import type { Job, Processor } from 'bullmq';
import type { JobPayload, RankedJob } from './job.js';
import type { QueueLog } from './queue-log.js';

/** What a backend tells of its connections. Each may be called again and again; the listener looks for changes. */
export interface ConnectionListener {
  onUp: () => void;
  onDown: (reason: string) => void;
}

/** A queue server as a producer needs it. */
export interface ProducerBackend {
  /** Resolves when the server takes jobs; also brings the queue's settings back that a wiped server has forgotten. */
  probe(): Promise<void>;
  /** @param addedAtMs epoch milliseconds, stored with each job */
  add(jobs: readonly RankedJob[], addedAtMs: number): Promise<void>;
  /** Jobs waiting or active. */
  count(): Promise<number>;
  close(): Promise<void>;
}

/** A queue server as a consumer needs it. */
export interface ConsumerBackend {
  /** Epoch milliseconds of the youngest connection that jobs come over; null while there is none. */
  readonly connectedSince: number | null;
  /** Resolves when the server can be worked with; rejects when it cannot be now. */
  connect(): Promise<void>;
  /** Starts to take jobs, after `connect` resolved. Rejects when the server went away meanwhile: connect again, then. */
  work(process: Processor<unknown, void>, concurrency: number, onError: (error: Error) => void): Promise<BullWorker>;
  /** Takes the payload out of a job. */
  payloadOf(job: Job): JobPayload;
  close(): Promise<void>;
}

/** The part of BullMQ's `Worker` that is alike on both backends. */
export interface BullWorker {
  pause(doNotWaitActive?: boolean): Promise<void>;
  resume(): Promise<void>;
  close(force?: boolean): Promise<void>;
}

export interface BackendOptions {
  /** The queue's name; without a colon. */
  name: string;
  /** Keeps several installations apart on one server. */
  prefix: string;
  listener: ConnectionListener;
  log: QueueLog;
}

/**
 * BullMQ writes four events per job, for listeners that we do not have. On Redis they cannot be turned off, but the stream
 * can be kept short. Not 0: on PostgreSQL that means "never trim".
 */
export const MAX_EVENTS = 1;

/** There is one retry engine, and it is not this one; a job that is over leaves no trace. */
export const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const;

/**
 * How a worker runs on either backend.
 *
 * - Locks are long and never renewed: no commands for it. A job ends when its dispatches are in lanes, in seconds.
 * - A lost job must never run again, hence `maxStalledCount: 0`. The check for stalled jobs is still made, once a minute
 *   over all workers: it takes away what dead workers left in the active list, which otherwise nobody would.
 */
export const WORKER_OPTIONS = {
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
  maxStalledCount: 0,
  stalledInterval: 60_000,
  lockDuration: 300_000,
  skipLockRenewal: true,
  /** Seconds that an idle worker waits for a wake-up before it looks by itself. A wake-up comes at once. */
  drainDelay: 5,
  /** Milliseconds before a failed fetch is repeated. */
  runRetryDelay: 250,
} as const;
