import {
  type Database,
  ensurePartitions,
  ensurePartitionsOf,
  isDataError,
  isMissingPartition,
  isTransient,
} from '#database';
import { type AttemptRecord, recordAttempts } from '#deliveries';
import { type Clock, GroupCommit } from '#kernel';
import { Outage } from './outage.js';

const GROUP_ATTEMPTS = 400;
const SLOWEST_RETRY_MS = 1_000;

/** What is not the database being away is tried this often before the attempts are given up on. */
const TRIES_ON_UNKNOWN_ERRORS = 5;

export interface RecorderLog {
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/**
 * Puts attempts on record, in groups. It goes on trying for as long as the database is away, and says so by
 * {@link isStuck}, so that no new work is begun whose results could not be kept.
 */
export class Recorder {
  private readonly groups: GroupCommit<AttemptRecord, void>;
  private failing = false;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly log: RecorderLog,
    private readonly outage = new Outage(),
  ) {
    this.groups = new GroupCommit({
      flush: (records) => this.write(records),
      maxWeight: GROUP_ATTEMPTS,
      // One whose partition cannot be made either is refused alone.
      isDataError: (error) => isDataError(error) || isMissingPartition(error),
      retryDelayMs: (error, failures) => this.retryDelayMs(error, failures),
    });
  }

  /** Attempts that are not on disk yet. */
  get pending(): number {
    return this.groups.pending;
  }

  /** Whether results cannot be recorded at present. Until they can, nothing new should be sent. */
  get isStuck(): boolean {
    return this.failing;
  }

  /** Resolves when the attempt is on disk. Rejects only when it cannot be written at all, which has been logged. */
  async record(record: AttemptRecord): Promise<void> {
    try {
      await this.groups.add(record);
    } catch (error) {
      if (!isDataError(error)) throw this.giveUp(record, error);
      this.log.warn({ err: error, delivery: record.deliveryId }, 'an answer could not be stored as it was');
      await this.groups.add(withoutContent(record)).catch((cause) => {
        throw this.giveUp(record, cause);
      });
    }
  }

  idle(): Promise<void> {
    return this.groups.idle();
  }

  private async write(records: readonly AttemptRecord[]): Promise<void[]> {
    try {
      await recordAttempts(this.db, records);
    } catch (error) {
      if (!isMissingPartition(error)) throw error;
      await ensurePartitions(this.db, this.clock.now());
      // A worker that stood still for days comes back with attempts of a day that was dropped meanwhile.
      await ensurePartitionsOf(
        this.db,
        this.clock.now(),
        records.map(({ deliveryId }) => deliveryId),
      );
      await recordAttempts(this.db, records);
    }
    if (this.failing) this.outage.end(this.clock.now());
    this.failing = false;
    return new Array<void>(records.length);
  }

  private retryDelayMs(error: unknown, failures: number): number | null {
    const isAway = isTransient(error);
    if (!isAway && failures >= TRIES_ON_UNKNOWN_ERRORS) return null;
    if (!this.failing) this.log.warn({ err: error }, 'attempts cannot be recorded; taking no new work until they can');
    this.failing = true;
    if (isAway) this.outage.begin(this.clock.now());
    return Math.min(SLOWEST_RETRY_MS, 10 * 2 ** failures);
  }

  private giveUp(record: AttemptRecord, error: unknown): unknown {
    this.failing = false;
    this.log.error(
      { err: error, delivery: record.deliveryId },
      'an attempt could not be recorded; it will be made again',
    );
    return error;
  }
}

/** The facts of an attempt without what the receiver sent, which the database would not take. */
function withoutContent(record: AttemptRecord): AttemptRecord {
  return { ...record, error: record.errorCode, responseHeaders: null, responseBody: null, truncated: true };
}
