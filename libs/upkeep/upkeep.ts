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
import { forgetIdempotencyKeys, forgetOldSecrets } from './sweep.js';

export interface UpkeepLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

interface Task {
  readonly name: string;
  readonly everyMs: number;
  /** Answers how much there was to do. */
  readonly run: () => Promise<number>;
  dueAtMs: number;
}

/** How often the lease is renewed and tasks are looked at. */
const TICK_MS = 5_000;
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

  constructor(
    db: Database,
    deliveries: OpenDeliveryStore,
    endpoints: EndpointSwitch,
    clock: Clock,
    metrics: Metrics,
    private readonly log: UpkeepLog,
  ) {
    this.lease = new LeaderLease(db, 'upkeep', randomUUID(), LEASE_SECONDS);
    const task = (name: string, everyMs: number, run: () => Promise<number>): Task => ({
      name,
      everyMs,
      run,
      dueAtMs: 0,
    });
    this.deadLetters = new DeadLetterNews(db);
    this.held = new HeldRelease(db, deliveries);
    const failures = new FailureWatch(db, endpoints);
    const waitingForCircuits = new CircuitBacklogStore(db);
    this.tasks = [
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
    ];
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
    await Promise.all([this.ticking, this.deadLetters.stop(), this.held.stop()]);
    if (this.timer) clearTimeout(this.timer);
    await this.lease.release().catch(() => undefined);
  }

  private async tick(): Promise<void> {
    try {
      if (!(await this.lease.hold())) return;
    } catch {
      return; // The database is away; the next tick looks again.
    }
    const now = performance.now();
    for (const task of this.tasks) if (task.dueAtMs <= now) await this.run(task, now);
  }

  private async run(task: Task, now: number): Promise<void> {
    task.dueAtMs = now + task.everyMs;
    try {
      const done = await task.run();
      if (done > 0) this.log.info({ task: task.name, done }, 'upkeep');
    } catch (error) {
      this.log.warn({ err: error, task: task.name }, 'upkeep could not be done and will be tried again');
    }
  }
}
