import { hostname } from 'node:os';
import { SYSTEM } from '#audit';
import { type Database, Listener } from '#database';
import {
  type AttemptRecord,
  CircuitBacklogStore,
  type Dispatch,
  type DispatchJob,
  DUE_CHANNEL,
  NewsDesk,
  type OpenDeliveryStore,
  WATCH_CHANNEL,
} from '#deliveries';
import {
  CircuitStore,
  type CircuitTransition,
  type EndpointHealthStore,
  type EndpointSwitch,
  type SendTargets,
  type SlotStore,
} from '#endpoints';
import { type Clock, uuidTime } from '#kernel';
import { CIRCUIT_RULES, type CircuitRules, isPushBack } from '#policy';
import { type DispatchConsumer, openDispatchConsumer } from '#queue';
import type { TrafficLedger } from '#stats';
import { type Logger, type Metrics, statusClass } from '#telemetry';
import { SWITCHES_CHANNEL, type SwitchStore } from '#tenants';
import type { Sender } from '#transport';
import { AuthenticatedSender } from './authenticated-sender.js';
import { CircuitBoard, type Watched } from './circuit-board.js';
import { CircuitKeeper } from './circuit-keeper.js';
import { type Attempted, DeliveryExecutor } from './delivery-executor.js';
import { Detour, DETOUR_OPTIONS, type DetourOptions } from './detour.js';
import { HealthLedger } from './health-ledger.js';
import { Intake, JOBS_AT_ONCE } from './intake.js';
import { LaneExits } from './lane-exits.js';
import { Lanes } from './lanes.js';
import { Outage } from './outage.js';
import { PayloadLoader } from './payload-loader.js';
import { Pump } from './pump.js';
import { RatePacer } from './rate-pacer.js';
import { Recorder } from './recorder.js';
import { Succession } from './succession.js';

export interface DeliveryWorkerDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly deliveries: OpenDeliveryStore;
  readonly targets: SendTargets;
  readonly slots: SlotStore;
  readonly endpoints: EndpointSwitch;
  readonly health: EndpointHealthStore;
  readonly traffic: TrafficLedger;
  readonly switches: SwitchStore;
  readonly sender: Sender;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Whoever wants to know that a delivery has died, and is on record as dead. */
  readonly onDead?: () => void;
}

export interface DeliveryWorkerOptions {
  /** Requests in flight at once. */
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly retryScheduleSeconds: readonly number[];
  readonly retentionMs: number;
  readonly userAgent: string;
  readonly queueUrl: string;
  readonly queuePrefix?: string;
  /** A session connection, for LISTEN. */
  readonly listenUrl: string;
  readonly circuits?: Partial<CircuitRules & DetourOptions>;
  /** Told of each change of a circuit's state that this process has made. */
  readonly onCircuitTransition?: (transition: CircuitTransition) => void;
}

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
  private readonly succession: Succession;
  private readonly pacer: RatePacer;
  private readonly executor: DeliveryExecutor;
  private readonly board: CircuitBoard;
  private readonly detour: Detour;
  private readonly circuits: CircuitKeeper;
  private readonly ledger: HealthLedger;
  private readonly news: NewsDesk;
  private readonly listener: Listener;
  private readonly consumer: DispatchConsumer;
  private isKeepingCircuits = false;
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
    const circuits = new CircuitStore(db);
    const rules = { ...CIRCUIT_RULES, ...DETOUR_OPTIONS, ...options.circuits };
    this.board = new CircuitBoard(circuits, clock);
    this.detour = new Detour(this.board, circuits, targets, this.exits, clock, rules);
    this.intake = new Intake(this.lanes, this.recorder, this.exits, deliveries, clock, this.detour);
    this.intake.setPaused(true);
    this.pump = new Pump(deliveries, this.lanes, this.intake, this.exits, clock, logger, undefined, outage);
    this.succession = new Succession(deliveries, this.intake, this.exits);
    const place = (dispatch: Dispatch): void => this.intake.place(dispatch);
    this.pacer = new RatePacer(deps.slots, this.exits, this.lanes, place, clock, {
      retentionMs: options.retentionMs,
      maxWaiting: this.lanes.capacity >> 2,
      maxWaitingOfOne: this.lanes.capacity >> 3,
    });
    this.executor = new DeliveryExecutor(
      targets,
      new PayloadLoader(db),
      new AuthenticatedSender(sender, options.userAgent),
      deliveries,
      this.exits,
      this.pacer,
      clock,
      options,
    );
    this.circuits = new CircuitKeeper(
      {
        board: this.board,
        store: circuits,
        backlog: new CircuitBacklogStore(db),
        clock,
        log: logger,
        wakePump: () => this.pump.wake(),
        onTransition: options.onCircuitTransition ?? (() => undefined),
      },
      rules,
      rules.probeLeaseMs,
    );
    this.board.onBlocked((watched) => this.clearLane(watched));
    this.detour.onSend((dispatch) => this.intake.placeInLane(dispatch));
    this.detour.onProbe((watched) => this.circuits.probing(watched));
    this.ledger = new HealthLedger(health, `${hostname()}:${process.pid}`);
    this.news = new NewsDesk(db);
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
    this.board.listen(this.listener);
    this.listener.on(DUE_CHANNEL, () => this.pump.wake());
    this.listener.on(WATCH_CHANNEL, () => this.news.watch());
    this.listener.on(SWITCHES_CHANNEL, () => void this.followSwitch());
    this.listener.start();
    this.housekeeping = setInterval(() => void this.keepHouse(), HOUSEKEEPING_MS);
    void this.followSwitch();
    this.pump.start();
  }

  /** Deliveries were made that are due now. */
  wake(): void {
    this.pump.wake();
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
    this.pacer.close();
    this.news.close();
    for (const dispatch of this.lanes.takeAllWaiting()) this.intake.place(dispatch);
    while (this.lanes.inFlight > 0 && this.deps.clock.now() < deadline) {
      await within(deadline - this.deps.clock.now(), this.lanes.afterNextFinish());
    }
    const left = (): number => Math.max(1_000, deadline - this.deps.clock.now());
    await within(
      left(),
      this.detour.idle().then(() => Promise.all([this.recorder.idle(), this.exits.idle()])),
    );
    await within(left(), this.succession.idle());
    await within(left(), Promise.all([this.ledger.flush(), this.deps.traffic.flush()]));
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
    if (attempted === null) this.circuits.left(dispatch);
    else this.circuits.note(attempted);
    const { durationMs, errorCode, statusCode } = attempted?.record ?? NO_ATTEMPT;
    if (dispatch.event.body === null) this.lanes.released(dispatch);
    this.lanes.finished(dispatch.endpointId, durationMs, errorCode === 'timeout' || isPushBack(statusCode));
    if (attempted === null || recording === null) return;
    try {
      await recording;
      this.account(attempted);
    } catch {
      // Logged by the recorder; the row's lease runs out and the delivery is made again.
    }
  }

  private account({ dispatch, target, record }: Attempted): void {
    const { metrics, traffic } = this.deps;
    metrics.attempts[statusClass(record.statusCode)].inc();
    metrics.attemptSeconds.observe(record.durationMs / 1000);
    this.ledger.note(dispatch.endpointId, record);
    this.news.note(dispatch, target.tenantId, record.next.to);
    traffic.attempted(target.tenantId, dispatch.endpointId, record.durationMs, record.next.to);
    switch (record.next.to) {
      case 'succeeded':
        metrics.deliveries.succeeded.inc();
        this.succession.follow(dispatch);
        if (dispatch.replayOf === null) metrics.endToEndSeconds.observe(secondsSince(dispatch.deliveryId, record));
        return;
      case 'retry':
        this.pump.noteDue(record.next.dueAtMs);
        return;
      case 'dead':
        metrics.deliveries.dead.inc();
        this.deps.onDead?.();
        // What stands behind it is cancelled with its endpoint.
        if (record.next.reason === 'gone') void this.disableGone(target.tenantId, dispatch.endpointId);
        else this.succession.follow(dispatch);
    }
  }

  /** 410 Gone: the receiver says that nobody lives there any more. */
  private async disableGone(tenantId: string, endpointId: string): Promise<void> {
    try {
      await this.deps.endpoints.turn(SYSTEM, tenantId, endpointId, 'disable', 'gone');
    } catch (error) {
      this.deps.logger.warn({ err: error, endpoint: endpointId }, 'an endpoint that is gone could not be disabled');
    }
  }

  private async keepHouse(): Promise<void> {
    await this.followSwitch();
    this.giveBackOverdue();
    await this.keepCircuits();
  }

  private async keepCircuits(): Promise<void> {
    if (this.isKeepingCircuits) return;
    this.isKeepingCircuits = true;
    try {
      await this.board.follow();
      if (this.isPaused === false) await this.circuits.keep();
    } catch (error) {
      this.deps.logger.debug({ err: error }, 'cannot look at the circuits');
    } finally {
      this.isKeepingCircuits = false;
    }
  }

  /** What waits for an endpoint that is to be left in peace does not wait in its lane. */
  private clearLane({ endpointId }: Watched): void {
    for (const dispatch of this.lanes.takeWaiting(endpointId)) this.intake.place(dispatch);
  }

  /** Long waits in a lane outlive neither their lease nor another worker's chance: they go back. */
  private giveBackOverdue(): void {
    for (const dispatch of this.lanes.takeOverdue(MAX_WAIT_MS)) {
      void this.exits.giveBack(dispatch, this.lanes.drainMs(dispatch.endpointId)).catch(() => undefined);
    }
  }

  private async followSwitch(): Promise<void> {
    try {
      await this.board.load();
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

const NO_ATTEMPT = { durationMs: null, errorCode: null, statusCode: null };

/**
 * From the making of the delivery, which its id tells, to the end of the attempt. It was made when its event was accepted,
 * or when that was due.
 */
function secondsSince(deliveryId: string, { startedAtMs, durationMs }: AttemptRecord): number {
  return Math.max(0, startedAtMs + durationMs - uuidTime(deliveryId)) / 1000;
}

/** Waits for `promise`, but no longer than `ms`. */
async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([promise, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
