import { randomUUID } from 'node:crypto';
import { type Database, ensurePartitions } from '#database';
import { CircuitBacklogStore, HeldRelease, type OpenDeliveryStore } from '#deliveries';
import type { EndpointSwitch } from '#endpoints';
import type { Clock } from '#kernel';
import { CIRCUIT_RULES } from '#policy';
import type { Metrics } from '#telemetry';
import { buryExpired } from './bury-expired.js';
import { DeadLetterNews } from './dead-letter-news.js';
import { FailureWatch } from './failure-watch.js';
import { LeaderLease } from './leader-lease.js';
import { forgetIdempotencyKeys, forgetOldChallenges, forgetOldSecrets } from './sweep.js';
import type { UpkeepTask } from './upkeep-task.js';

export interface UpkeepLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

interface Task extends UpkeepTask {
  dueAtMs: number;
}

/** How often tasks are looked at, and with that the lease renewed. */
const TICK_MS = 5_000;
const RENEW_MS = TICK_MS / 2;
const LEASE_SECONDS = 20;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** What has to be done now and then, by one process at a time: whichever holds the lease. */
export class Upkeep {
  private readonly lease: LeaderLease;
  private readonly tasks: readonly Task[];
  private readonly deadLetters: DeadLetterNews;
  private readonly held: HeldRelease;
  private timer: NodeJS.Timeout | null = null;
  private ticking: Promise<void> | null = null;
  private isStopping = false;
  /** Of the monotonic clock: when the lease was last taken or renewed. */
  private heldAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    db: Database,
    deliveries: OpenDeliveryStore,
    endpoints: EndpointSwitch,
    clock: Clock,
    metrics: Metrics,
    private readonly log: UpkeepLog,
    /** What else there is to do. */
    more: readonly UpkeepTask[] = [],
  ) {
    this.lease = new LeaderLease(db, 'upkeep', randomUUID(), LEASE_SECONDS);
    const task = (name: string, everyMs: number, run: UpkeepTask['run']): UpkeepTask => ({ name, everyMs, run });
    this.deadLetters = new DeadLetterNews(db);
    this.held = new HeldRelease(db, deliveries);
    const failures = new FailureWatch(db, endpoints);
    const waitingForCircuits = new CircuitBacklogStore(db);
    const tasks = [
      task('partitions', 10 * MINUTE, () => ensurePartitions(db, clock.now())),
      task('held rows', 5 * SECOND, () => this.held.begin()),
      task('expired deliveries', 5 * SECOND, () => buryExpired(deliveries, clock, metrics)),
      task('idle lines', 5 * SECOND, () => deliveries.advanceIdle()),
      task('lost slots', 5 * SECOND, () => deliveries.rescheduleStrays()),
      task('waiting for no circuit', 15 * SECOND, () =>
        waitingForCircuits.adoptWaiting(CIRCUIT_RULES.firstCatchUpRate),
      ),
      task('dead letters', 5 * SECOND, () => this.deadLetters.tell()),
      task('failing endpoints', MINUTE, () => failures.look()),
      task('idempotency keys', 10 * MINUTE, () => forgetIdempotencyKeys(db)),
      task('expired secrets', 60 * MINUTE, () => forgetOldSecrets(db)),
      task('old challenges', 60 * MINUTE, () => forgetOldChallenges(db)),
      ...more,
    ];
    this.tasks = tasks.map((one) => ({ ...one, dueAtMs: 0 }));
  }

  start(): void {
    const tick = (): void => {
      this.ticking = this.tick().finally(() => (this.timer = setTimeout(tick, TICK_MS)));
    };
    tick();
  }

  /** A delivery of this process has died: its tenant is told in a moment, whoever leads. */
  hearOfDeath(): void {
    this.deadLetters.soon();
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all([this.ticking, this.deadLetters.stop(), this.held.stop()]);
    if (this.timer) clearTimeout(this.timer);
    await this.lease.release().catch(() => undefined);
  }

  private async tick(): Promise<void> {
    if (!(await this.isOurTurn())) return;
    const now = performance.now();
    for (const task of this.tasks) {
      if (task.dueAtMs > now) continue;
      if (this.isStopping || !(await this.isOurTurn())) return;
      await this.run(task, now);
    }
  }

  /** Whether the lease is ours. It is renewed between tasks too, for all together they may take a while. */
  private async isOurTurn(): Promise<boolean> {
    const now = performance.now();
    if (now < this.heldAtMs + RENEW_MS) return true;
    // The database may be away; the next tick looks again.
    const isHeld = await this.lease.hold().catch(() => false);
    if (!isHeld) for (const task of this.tasks) task.leave?.();
    this.heldAtMs = isHeld ? now : Number.NEGATIVE_INFINITY;
    return isHeld;
  }

  private async run(task: Task, now: number): Promise<void> {
    task.dueAtMs = now + task.everyMs;
    try {
      const result = await task.run();
      const { done, hasMore } = typeof result === 'number' ? { done: result, hasMore: false } : result;
      if (hasMore) task.dueAtMs = now;
      if (done > 0) this.log.info({ task: task.name, done }, 'upkeep');
    } catch (error) {
      this.log.warn({ err: error, task: task.name }, 'upkeep could not be done and will be tried again');
    }
  }
}
