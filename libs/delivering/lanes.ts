import type { Dispatch } from '#deliveries';
import type { Clock, Uuid } from '#kernel';
import { Lane } from './lane.js';
import { LargeBodies } from './large-bodies.js';
import { TenantTurns } from './tenant-turns.js';

export interface LanesOptions {
  /** Requests in flight at once, over all lanes. */
  readonly concurrency: number;
  /** Begins a delivery; to be followed by {@link Lanes.finished}. */
  readonly start: (dispatch: Dispatch) => void;
  /** The endpoint's own bound on requests in flight, if it has one. */
  readonly maxInFlightOf: (endpointId: Uuid) => number | null;
  readonly clock: Clock;
}

/** Held by the process in all (waiting and in flight), as a multiple of what it may have in flight. */
const HELD_PER_SLOT = 4;

/** A lane that drains this fast takes whatever the process has room for. */
const FAST_MS = 500;

/** What could not start within this has no business in a lane: another worker may be quicker, and others need the room. */
const SLOW_MS = 5_000;

/**
 * What goes back from a full lane is due again after this at the latest. How fast an endpoint is may have been a false
 * alarm: the first requests of a cold process take long, and those of one that was not let run. The pump leaves rows of
 * full lanes where they are, without a write, so that coming back too early costs nothing.
 */
const MAX_DRAIN_MS = 1_000;

/** Lanes that are remembered while they are empty, for how fast their endpoints are and how many requests they bear. */
const MAX_REMEMBERED = 10_000;

/**
 * The lanes of a worker: each endpoint waits only for itself. Slots go round over the tenants, and within a tenant over
 * the lanes, that have something to send. A lane may have at most half as many requests in flight as slots are free just then (the dynamic threshold of
 * shared-memory switches: Choudhury and Hahne, 1998), and a quarter of the slots is kept for first requests. What waits
 * is bounded by the time it would have to: a fast lane may fill the process for a moment, a lane that hangs may not. In
 * between a lane may have half of the room that is free, or twice its even share when all are busy.
 */
export class Lanes {
  private readonly lanes = new Map<Uuid, Lane>();
  private readonly turns: TenantTurns;
  private readonly largeBodies = new LargeBodies();
  private heldCount = 0;
  private inFlightCount = 0;
  /** Lanes with something in them. */
  private busyCount = 0;
  private finishWaiters: (() => void)[] = [];
  private whenFinished: () => void = () => undefined;
  /** What the process holds at most. */
  readonly capacity: number;
  private readonly reserve: number;

  constructor(private readonly options: LanesOptions) {
    this.capacity = options.concurrency * HELD_PER_SLOT;
    this.reserve = options.concurrency >> 2;
    this.turns = new TenantTurns(options.concurrency);
  }

  get held(): number {
    return this.heldCount;
  }

  get inFlight(): number {
    return this.inFlightCount;
  }

  /** What the process holds of one tenant. */
  heldOf(tenantId: Uuid): number {
    return this.turns.heldOf(tenantId);
  }

  /** Takes a dispatch into its endpoint's lane; false when that lane is full. */
  offer(dispatch: Dispatch): boolean {
    const nowMs = this.options.clock.now();
    const lane = this.laneOf(dispatch.endpointId);
    if (this.isFull(lane, nowMs)) return false;
    if (lane.isEmpty) {
      this.busyCount += 1;
      lane.part = this.turns.partOf(dispatch.tenantId);
    }
    lane.push(dispatch, nowMs);
    this.heldCount += 1;
    lane.part!.held += 1;
    this.turns.join(lane);
    this.startMore();
    return true;
  }

  /**
   * To be called once for each dispatch that was started, when its request has ended; `durationMs` is null when none was
   * made, `hasHung` says that it ran into its time-out, or was told that the endpoint is sent too much.
   */
  finished(endpointId: Uuid, durationMs: number | null, hasHung = false): void {
    const lane = this.laneOf(endpointId);
    lane.end(this.options.clock.now(), durationMs, hasHung);
    this.inFlightCount -= 1;
    this.heldCount -= 1;
    const part = lane.part!;
    part.inFlight -= 1;
    part.held -= 1;
    if (lane.waitingCount > 0) this.turns.join(lane);
    else if (lane.isEmpty) this.emptied(lane);
    this.turns.rejoin(part);
    this.startMore();
    this.tellFinished();
  }

  /** To be called, before {@link finished}, for a dispatch whose body had to be loaded: that is gone from memory. */
  released({ endpointId }: Dispatch): void {
    for (const lane of this.largeBodies.released(this.laneOf(endpointId).part!)) this.turns.join(lane);
  }

  /** Counts one that is held outside of the lanes, while it waits for a slot of its rate; {@link unpark} is its end. */
  park(): void {
    this.heldCount += 1;
  }

  unpark(): void {
    this.heldCount -= 1;
  }

  /** Endpoints whose lanes take nothing more now. */
  fullEndpoints(): Uuid[] {
    const nowMs = this.options.clock.now();
    const full: Uuid[] = [];
    for (const lane of this.lanes.values()) {
      if (!lane.isEmpty && this.isFull(lane, nowMs)) full.push(lane.endpointId);
    }
    return full;
  }

  /** About how long a full lane needs until there is room in it, or until it is worth looking again. */
  drainMs(endpointId: Uuid): number {
    const lane = this.lanes.get(endpointId);
    if (lane === undefined) return 0;
    return Math.min(MAX_DRAIN_MS, lane.drainMs(this.atOnceOf(lane), this.options.clock.now()));
  }

  /** Takes out what has waited for longer than `ms`, and what lanes have too much of since they became slow. */
  takeOverdue(ms: number): Dispatch[] {
    const nowMs = this.options.clock.now();
    return this.takeOut((lane) => {
      const bearable = lane.waitingWithin(SLOW_MS, this.atOnceOf(lane), nowMs);
      return lane.remove(({ sinceMs }, index) => index >= bearable || sinceMs <= nowMs - ms);
    });
  }

  /** Takes out what one endpoint's lane has not started. */
  takeWaiting(endpointId: Uuid): Dispatch[] {
    const lane = this.lanes.get(endpointId);
    if (lane === undefined || lane.waitingCount === 0) return [];
    const taken = lane.remove(() => true);
    if (lane.isEmpty) this.emptied(lane);
    this.heldCount -= taken.length;
    this.tellFinished();
    return taken;
  }

  /** Takes out everything that has not been started. */
  takeAllWaiting(): Dispatch[] {
    return this.takeOut((lane) => lane.remove(() => true));
  }

  /** Calls back whenever a request has ended or something has been taken out: there is room then. One listener only. */
  onFinished(listener: () => void): void {
    this.whenFinished = listener;
  }

  /** Resolves after the next request has ended. */
  afterNextFinish(): Promise<void> {
    return new Promise((resolve) => this.finishWaiters.push(resolve));
  }

  private isFull(lane: Lane, nowMs: number): boolean {
    const drainMs = lane.drainMs(this.atOnceOf(lane), nowMs);
    if (drainMs > SLOW_MS && lane.inFlight > 0) return true;
    if (lane.isKnown && drainMs <= FAST_MS) return false;
    const free = this.capacity - this.heldCount;
    const evenShare = this.capacity / (this.busyCount + 1);
    return lane.waitingCount >= Math.max(1, free >> 1, Math.min(this.capacity >> 2, 2 * evenShare));
  }

  private tellFinished(): void {
    this.whenFinished();
    if (this.finishWaiters.length === 0) return;
    const waiters = this.finishWaiters;
    this.finishWaiters = [];
    for (const wake of waiters) wake();
  }

  private takeOut(takeFrom: (lane: Lane) => Dispatch[]): Dispatch[] {
    const taken: Dispatch[] = [];
    for (const lane of this.lanes.values()) {
      if (lane.waitingCount === 0) continue;
      const takenOfLane = takeFrom(lane);
      lane.part!.held -= takenOfLane.length;
      taken.push(...takenOfLane);
      if (lane.isEmpty) this.emptied(lane);
    }
    this.heldCount -= taken.length;
    if (taken.length > 0) this.tellFinished();
    return taken;
  }

  private laneOf(endpointId: Uuid): Lane {
    let lane = this.lanes.get(endpointId);
    if (!lane) this.lanes.set(endpointId, (lane = new Lane(endpointId)));
    return lane;
  }

  private emptied(lane: Lane): void {
    this.busyCount -= 1;
    this.turns.emptied(lane.part!);
    if (!lane.isInRound && this.lanes.size > MAX_REMEMBERED) this.lanes.delete(lane.endpointId);
  }

  private startMore(): void {
    while (this.inFlightCount < this.options.concurrency) {
      const lane = this.turns.next(this.inFlightCount);
      if (lane === undefined) return;
      // A lane at its bound comes back when one of its own requests ends, or the body of another one is gone.
      if (lane.waitingCount === 0 || lane.inFlight >= this.boundOf(lane)) continue;
      if (lane.isNextLarge && !this.largeBodies.take(lane)) continue;
      const dispatch = lane.start(this.options.clock.now());
      this.inFlightCount += 1;
      lane.part!.inFlight += 1;
      if (lane.waitingCount > 0) this.turns.join(lane);
      this.options.start(dispatch);
    }
  }

  private boundOf(lane: Lane): number {
    const shared = this.options.concurrency - this.inFlightCount - this.reserve;
    return Math.max(1, Math.min(this.widthOf(lane), shared >> 1));
  }

  /** How many requests it really has at a time: its slots are shared with others. */
  private atOnceOf(lane: Lane): number {
    return Math.min(this.widthOf(lane), Math.max(lane.inFlight, this.boundOf(lane)));
  }

  private widthOf(lane: Lane): number {
    return lane.widthWithin(this.options.maxInFlightOf(lane.endpointId));
  }
}
