import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { anonymousAt, recordChange } from '#audit';
import { Database } from '#database';
import { DatabaseClock } from '#kernel';
import { type AuthenticationFailure, type FailureSum, FailureTally } from './failure-tally.js';

export type { AuthenticationFailure, FailureReason } from './failure-tally.js';

/**
 * Puts failed authentications into the audit log, added up: the first of a kind within a second, the others once a minute.
 * Costs nothing while nobody fails.
 */
@Injectable()
export class FailureRecord implements OnApplicationShutdown {
  private readonly tally = new FailureTally();
  private timer: NodeJS.Timeout | null = null;
  /** Of the clock: what the timer is set for. */
  private timerAtMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly db: Database,
    private readonly clock: DatabaseClock,
  ) {}

  note(failure: AuthenticationFailure): void {
    this.tally.add(failure, this.clock.now());
    this.schedule();
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    await this.write(this.tally.take(this.clock.now(), true));
  }

  /** The first of a new kind is due before the sums of those that are known. */
  private schedule(): void {
    const dueMs = this.tally.nextDueMs();
    if (dueMs === null || dueMs >= this.timerAtMs) return;
    if (this.timer) clearTimeout(this.timer);
    this.timerAtMs = dueMs;
    this.timer = setTimeout(() => void this.writeDue(), Math.max(0, dueMs - this.clock.now()));
    this.timer.unref();
  }

  private async writeDue(): Promise<void> {
    this.timer = null;
    this.timerAtMs = Number.POSITIVE_INFINITY;
    await this.write(this.tally.take(this.clock.now()));
    this.schedule();
  }

  /** What cannot be written is lost: the metric has counted it, and a database that is away is trouble enough. */
  private async write(sums: readonly FailureSum[]): Promise<void> {
    for (const sum of sums) await recordChange(this.db, anonymousAt(sum.address), toChange(sum)).catch(() => undefined);
  }
}

function toChange({ prefix, reason, count, sinceMs, untilMs }: FailureSum) {
  const since = new Date(sinceMs).toISOString();
  const until = new Date(untilMs).toISOString();
  return {
    action: 'authentication.failed',
    object: null,
    tenantId: null,
    after: { reason, prefix, count, since, until },
  } as const;
}
