import { hostname } from 'node:os';
import { type Database, Listener } from '#database';
import { type AttemptRecord, type Dispatch, type DispatchJob, DUE_CHANNEL, type OpenDeliveryStore } from '#deliveries';
import type { EndpointHealthStore, EndpointSwitch, SendTargets } from '#endpoints';
import { type Clock, uuidTime } from '#kernel';
import { type DispatchConsumer, openDispatchConsumer } from '#queue';
import { type Logger, type Metrics, statusClass } from '#telemetry';
import { SWITCHES_CHANNEL, type SwitchStore } from '#tenants';
import type { Sender } from '#transport';
import { type Attempted, DeliveryExecutor } from './delivery-executor.js';
import { HealthLedger } from './health-ledger.js';
import { Intake } from './intake.js';
import { LaneExits } from './lane-exits.js';
import { Lanes } from './lanes.js';
import { Outage } from './outage.js';
import { PayloadLoader } from './payload-loader.js';
import { Pump } from './pump.js';
import { Recorder } from './recorder.js';

export interface DeliveryWorkerDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly deliveries: OpenDeliveryStore;
  readonly targets: SendTargets;
  readonly endpoints: EndpointSwitch;
  readonly health: EndpointHealthStore;
  readonly switches: SwitchStore;
  readonly sender: Sender;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface DeliveryWorkerOptions {
  /** Requests in flight at once. */
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly retryScheduleSeconds: readonly number[];
  readonly userAgent: string;
  readonly queueUrl: string;
  readonly queuePrefix?: string;
  /** A session connection, for LISTEN. */
  readonly listenUrl: string;
}

/** Jobs being put into lanes at once. */
const JOBS_AT_ONCE = 8;

/** Nothing waits in a lane longer than this under the lease it came with. */
const MAX_WAIT_MS = 20_000;

const HOUSEKEEPING_MS = 1_000;

/**
 * A worker: takes deliveries from the queue and from what is due, and makes attempts until it is told to stop. Several
 * may run, in as many processes as there are; each finds its own work.
 */
export class DeliveryWorker {
  private readonly recorder: Recorder;
  private readonly exits: LaneExits;
  private readonly lanes: Lanes;
  private readonly intake: Intake;
  private readonly pump: Pump;
  private readonly executor: DeliveryExecutor;
  private readonly ledger: HealthLedger;
  private readonly listener: Listener;
  private readonly consumer: DispatchConsumer;
  private housekeeping: NodeJS.Timeout | null = null;
  /** Null until it is known: nothing is sent before. */
  private isPaused: boolean | null = null;

  constructor(
    private readonly deps: DeliveryWorkerDeps,
    options: DeliveryWorkerOptions,
  ) {
    const { db, clock, deliveries, targets, sender, health, logger, metrics } = deps;
    const outage = new Outage();
    this.recorder = new Recorder(db, clock, logger, outage);
    this.exits = new LaneExits(deliveries, clock, metrics);
    this.lanes = new Lanes({
      concurrency: options.concurrency,
      start: (dispatch) => void this.deliver(dispatch),
      maxInFlightOf: (endpointId) => targets.peek(endpointId, 0)?.maxInFlight ?? null,
      clock,
    });
    this.intake = new Intake(this.lanes, this.recorder, this.exits, deliveries, clock);
    this.intake.setPaused(true);
    this.pump = new Pump(deliveries, this.lanes, this.intake, this.exits, clock, logger, undefined, outage);
    this.executor = new DeliveryExecutor(
      targets,
      new PayloadLoader(db),
      sender,
      deliveries,
      this.exits,
      clock,
      options,
    );
    this.ledger = new HealthLedger(health, `${hostname()}:${process.pid}`);
    this.listener = new Listener({ url: options.listenUrl, applicationName: 'posthorn-listen' });
    this.consumer = openDispatchConsumer({
      url: options.queueUrl,
      ...(options.queuePrefix === undefined ? {} : { prefix: options.queuePrefix }),
      concurrency: JOBS_AT_ONCE,
      handler: ({ payload }) => this.intake.takeJob(payload as unknown as DispatchJob, this.consumer.connectedSince),
      log: logger,
      now: () => clock.now(),
    });
  }

  /** Whether the fast lane works; without it deliveries come by the pump alone. */
  get isQueueConnected(): boolean {
    return this.consumer.connectedSince !== null;
  }

  /** Whether what is due can be fetched and results can be kept. */
  get isHealthy(): boolean {
    return !this.recorder.isStuck;
  }

  start(): void {
    this.deps.targets.follow(this.listener, this.deps.logger);
    this.listener.on(DUE_CHANNEL, () => this.pump.wake());
    this.listener.on(SWITCHES_CHANNEL, () => void this.followSwitch());
    this.listener.start();
    this.housekeeping = setInterval(() => void this.keepHouse(), HOUSEKEEPING_MS);
    void this.followSwitch();
    this.pump.start();
  }

  /**
   * Takes no more, gives back what has not been started, finishes what is in flight within `drainMs`, and puts it on
   * record. Nothing is lost or sent twice; what is still unanswered then is left to its lease.
   */
  async stop(drainMs: number): Promise<void> {
    const deadline = this.deps.clock.now() + drainMs;
    if (this.housekeeping) clearInterval(this.housekeeping);
    this.intake.close();
    // Bounded, for one that waits for a server that is away must not cost the others their drain.
    await within(drainMs, Promise.all([this.pump.stop(), this.consumer.close(), this.listener.close()]));
    this.deps.targets.stop();
    for (const dispatch of this.lanes.takeAllWaiting()) this.intake.place(dispatch);
    while (this.lanes.inFlight > 0 && this.deps.clock.now() < deadline) {
      await within(deadline - this.deps.clock.now(), this.lanes.afterNextFinish());
    }
    const left = (): number => Math.max(1_000, deadline - this.deps.clock.now());
    await within(left(), Promise.all([this.recorder.idle(), this.exits.idle()]));
    await within(left(), this.ledger.flush());
  }

  /** One delivery, from its turn in the lane to its attempt on disk. */
  private async deliver(dispatch: Dispatch): Promise<void> {
    let attempted: Attempted | null = null;
    try {
      attempted = await this.executor.attempt(dispatch);
    } catch (error) {
      this.deps.logger.error({ err: error, delivery: dispatch.deliveryId }, 'an attempt failed by our own fault');
    }
    // The slot is free when the request has ended: recording is somebody else's waiting.
    const recording = attempted === null ? null : this.recorder.record(attempted.record);
    const { durationMs, errorCode } = attempted?.record ?? { durationMs: null, errorCode: null };
    this.lanes.finished(dispatch.endpointId, durationMs, errorCode === 'timeout');
    if (attempted === null || recording === null) return;
    try {
      await recording;
      this.account(attempted);
    } catch {
      // Logged by the recorder; the row's lease runs out and the delivery is made again.
    }
  }

  private account({ dispatch, target, record }: Attempted): void {
    const { metrics } = this.deps;
    metrics.attempts[statusClass(record.statusCode)].inc();
    metrics.attemptSeconds.observe(record.durationMs / 1000);
    this.ledger.note(dispatch.endpointId, record);
    switch (record.next.to) {
      case 'succeeded':
        metrics.deliveries.succeeded.inc();
        if (dispatch.replayOf === null) metrics.endToEndSeconds.observe(secondsSince(dispatch.event.id, record));
        return;
      case 'retry':
        this.pump.noteDue(record.next.dueAtMs);
        return;
      case 'dead':
        metrics.deliveries.dead.inc();
        if (record.next.reason === 'gone') void this.disableGone(target.tenantId, dispatch.endpointId);
    }
  }

  /** 410 Gone: the receiver says that nobody lives there any more. */
  private async disableGone(tenantId: string, endpointId: string): Promise<void> {
    try {
      await this.deps.endpoints.turn(tenantId, endpointId, 'disable', 'gone');
    } catch (error) {
      this.deps.logger.warn({ err: error, endpoint: endpointId }, 'an endpoint that is gone could not be disabled');
    }
  }

  private async keepHouse(): Promise<void> {
    await this.followSwitch();
    this.giveBackOverdue();
  }

  /** Long waits in a lane outlive neither their lease nor another worker's chance: they go back. */
  private giveBackOverdue(): void {
    for (const dispatch of this.lanes.takeOverdue(MAX_WAIT_MS)) {
      void this.exits.giveBack(dispatch, this.lanes.drainMs(dispatch.endpointId)).catch(() => undefined);
    }
  }

  private async followSwitch(): Promise<void> {
    try {
      const isPaused = (await this.deps.switches.deliveriesPausedAt()) !== null;
      if (isPaused === this.isPaused) return;
      const wasPaused = this.isPaused;
      this.isPaused = isPaused;
      this.intake.setPaused(isPaused);
      if (isPaused) await this.pauseIntake();
      else if (wasPaused) await this.consumer.resume();
    } catch (error) {
      this.deps.logger.debug({ err: error }, 'cannot look at the switches');
    }
  }

  private async pauseIntake(): Promise<void> {
    const waiting = this.lanes.takeAllWaiting();
    for (const dispatch of waiting) void this.exits.giveBack(dispatch, 0).catch(() => undefined);
    await this.consumer.pause();
  }
}

/** From the acceptance of the event, which its id tells, to the end of the attempt. */
function secondsSince(eventId: string, { startedAtMs, durationMs }: AttemptRecord): number {
  return Math.max(0, startedAtMs + durationMs - uuidTime(eventId)) / 1000;
}

/** Waits for `promise`, but no longer than `ms`. */
async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([promise, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
