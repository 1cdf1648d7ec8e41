import { type Database, dropPartitionsBelow } from '#database';
import type { ExpiringDeadLetters, Progress, RetentionStore } from '#deliveries';
import { type Clock, toTypeId, type Uuid, uuidFloor, uuidTime } from '#kernel';
import { retentionBounds } from '#policy';
import type { Metrics } from '#telemetry';
import { inParts } from './upkeep-task.js';

export interface RetentionLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** Told once of dead letters that go within two days; should it fail, it is told again. */
export type ExpiringListener = (expiring: readonly ExpiringDeadLetters[]) => Promise<void>;

export interface RetentionOptions {
  readonly days: number;
  /** A session connection, for what no transaction may do. */
  readonly directUrl: string;
  readonly onExpiring?: ExpiringListener;
}

/** Parts of a task that are done in one go. */
const PARTS = 10;

const MARK = 'dead_letters.expiring';
const NOTHING_YET: Uuid = '00000000-0000-0000-0000-000000000000';

/**
 * Forgets what is older than retention, in the order that leaves nothing behind which refers to nothing: what is open dies
 * as `expired`, then dead letters and uids of events whose day has passed go, then the days themselves.
 */
export class Retention {
  constructor(
    private readonly db: Database,
    private readonly store: RetentionStore,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly log: RetentionLog,
    private readonly options: RetentionOptions,
  ) {}

  /** Nothing open outlives its event: held, waiting or retrying, it becomes a dead letter. */
  async buryOutlived(): Promise<Progress> {
    const { openFromMs } = this.bounds();
    const buried = await inParts(PARTS, () => this.store.buryOutlived(openFromMs, this.clock.now()));
    this.metrics.deliveries.dead.inc(buried.done);
    return buried;
  }

  /** Forgets the days that have passed. */
  async forgetOldDays(): Promise<Progress> {
    const { keptFromMs } = this.bounds();
    const forgotten = await inParts(PARTS, () => this.store.forgetOfEvents(keptFromMs));
    if (forgotten.hasMore) return forgotten;
    // A day that something open still belongs to stays until that is buried.
    if (await this.store.isOpenBelow(keptFromMs)) return forgotten;
    const { dropped, postponed } = await dropPartitionsBelow(this.db, keptFromMs, this.options.directUrl);
    if (dropped.length > 0) this.log.info({ partitions: dropped }, 'days older than retention were dropped');
    if (postponed.length > 0) this.log.info({ partitions: postponed }, 'old days are in use and will be dropped later');
    return { done: forgotten.done + dropped.length, hasMore: false };
  }

  /** Warns of unresolved dead letters two days before they go, once of each day. */
  async warnOfExpiring(): Promise<number> {
    const belowMs = this.bounds().warnedBelowMs;
    const toldBelow = await this.toldBelow();
    const expiring = await this.store.expiringDeadLetters(toldBelow, belowMs);
    this.metrics.expiringDeadLetters.set(expiring.reduce((sum, { count }) => sum + count, 0));
    const fresh = expiring.filter((tenant) => tenant.fresh > 0);
    if (toldBelow >= uuidFloor(belowMs)) return 0;
    for (const { tenantId, fresh: deadLetters, oldestEventId } of fresh) {
      const facts = { tenant: toTypeId('ten', tenantId), deadLetters, oldest: new Date(uuidTime(oldestEventId)) };
      this.log.warn(facts, 'unresolved dead letters are dropped with their events within two days');
    }
    if (fresh.length > 0) await this.options.onExpiring?.(fresh);
    await this.tell(uuidFloor(belowMs));
    return fresh.length;
  }

  /** Another process shows the gauge from now on. */
  leave(): void {
    this.metrics.expiringDeadLetters.set(0);
  }

  private bounds(): ReturnType<typeof retentionBounds> {
    return retentionBounds(this.options.days, this.clock.now());
  }

  private async toldBelow(): Promise<Uuid> {
    const [mark] = await this.db.query<{ below: Uuid }>(
      `SELECT done_below AS below FROM upkeep_marks WHERE name = $1`,
      [MARK],
    );
    return mark?.below ?? NOTHING_YET;
  }

  private async tell(below: Uuid): Promise<void> {
    await this.db.query(
      `INSERT INTO upkeep_marks (name, done_below) VALUES ($1, $2)
           ON CONFLICT (name) DO UPDATE SET done_below = excluded.done_below, changed_at = clock_timestamp()`,
      [MARK, below],
    );
  }
}
