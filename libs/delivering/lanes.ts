import type { Dispatch } from '#deliveries';
import type { Clock, Uuid } from '#kernel';
import { Lane } from './lane.js';

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

/** One endpoint may have in flight at most this many in one worker, unless it says less. */
const MAX_IN_FLIGHT = 64;

/**
 * The lanes of a worker: each endpoint waits only for itself. Slots go round over the lanes that have something to
 * send. A lane may have at most half as many requests in flight as slots are free just then (the dynamic threshold of
 * shared-memory switches: Choudhury and Hahne, 1998), and a quarter of the slots is kept for first requests: endpoints
 * that hang leave room for those that do not.
 */
export class Lanes {
  private readonly lanes = new Map<Uuid, Lane>();
  /** Lanes that may start something, in turn. */
  private round: Lane[] = [];
  private roundHead = 0;
  private heldCount = 0;
  private inFlightCount = 0;
  private roomWaiters: (() => void)[] = [];
  readonly capacity: number;
  private readonly maxWaiting: number;
  private readonly reserve: number;

  constructor(private readonly options: LanesOptions) {
    this.capacity = options.concurrency * HELD_PER_SLOT;
    this.maxWaiting = Math.max(1, this.capacity >> 2);
    this.reserve = options.concurrency >> 2;
  }

  get held(): number {
    return this.heldCount;
  }

  get inFlight(): number {
    return this.inFlightCount;
  }

  /** Takes a dispatch into its endpoint's lane; false when that lane is full. */
  offer(dispatch: Dispatch): boolean {
    const lane = this.laneOf(dispatch.endpointId);
    if (lane.waitingCount >= this.maxWaiting) return false;
    lane.push(dispatch, this.options.clock.now());
    this.heldCount += 1;
    this.joinRound(lane);
    this.startMore();
    return true;
  }

  /** To be called once for each dispatch that was started, when its request has ended. */
  finished(endpointId: Uuid, durationMs: number): void {
    const lane = this.laneOf(endpointId);
    lane.inFlight -= 1;
    lane.answered(durationMs);
    this.inFlightCount -= 1;
    this.heldCount -= 1;
    if (lane.waitingCount > 0) this.joinRound(lane);
    else if (lane.isEmpty) this.lanes.delete(endpointId);
    this.startMore();
    this.wakeWaiters();
  }

  /** Endpoints whose lanes take nothing more now. */
  fullEndpoints(): Uuid[] {
    const full: Uuid[] = [];
    for (const lane of this.lanes.values()) if (lane.waitingCount >= this.maxWaiting) full.push(lane.endpointId);
    return full;
  }

  /** About how long a full lane needs until there is room in it. */
  drainMs(endpointId: Uuid): number {
    return this.lanes.get(endpointId)?.drainMs(this.capOf(endpointId)) ?? 0;
  }

  /** Takes out what has waited for longer than `ms`. */
  takeWaitingSince(ms: number): Dispatch[] {
    const before = this.options.clock.now() - ms;
    return this.takeOut((sinceMs) => sinceMs <= before);
  }

  /** Takes out everything that has not been started. */
  takeAllWaiting(): Dispatch[] {
    return this.takeOut(() => true);
  }

  /** Resolves after the next request has ended. */
  afterNextFinish(): Promise<void> {
    return new Promise((resolve) => this.roomWaiters.push(resolve));
  }

  private wakeWaiters(): void {
    if (this.roomWaiters.length === 0) return;
    const waiters = this.roomWaiters;
    this.roomWaiters = [];
    for (const wake of waiters) wake();
  }

  private takeOut(which: (sinceMs: number) => boolean): Dispatch[] {
    const taken: Dispatch[] = [];
    for (const lane of this.lanes.values()) {
      if (lane.waitingCount === 0) continue;
      taken.push(...lane.remove(({ sinceMs }) => which(sinceMs)));
      if (lane.isEmpty) this.lanes.delete(lane.endpointId);
    }
    this.heldCount -= taken.length;
    if (taken.length > 0) this.wakeWaiters();
    return taken;
  }

  private laneOf(endpointId: Uuid): Lane {
    let lane = this.lanes.get(endpointId);
    if (!lane) this.lanes.set(endpointId, (lane = new Lane(endpointId)));
    return lane;
  }

  private joinRound(lane: Lane): void {
    if (lane.isInRound) return;
    lane.isInRound = true;
    this.round.push(lane);
  }

  private startMore(): void {
    while (this.inFlightCount < this.options.concurrency && this.roundHead < this.round.length) {
      const lane = this.nextInRound();
      lane.isInRound = false;
      // A lane at its bound comes back when one of its own requests ends.
      if (lane.waitingCount === 0 || lane.inFlight >= this.boundOf(lane)) continue;
      const dispatch = lane.shift();
      lane.inFlight += 1;
      this.inFlightCount += 1;
      if (lane.waitingCount > 0) this.joinRound(lane);
      this.options.start(dispatch);
    }
  }

  private nextInRound(): Lane {
    const lane = this.round[this.roundHead]!;
    this.roundHead += 1;
    if (this.roundHead > 256 && this.roundHead * 2 > this.round.length) {
      this.round = this.round.slice(this.roundHead);
      this.roundHead = 0;
    }
    return lane;
  }

  private boundOf(lane: Lane): number {
    const shared = this.options.concurrency - this.inFlightCount - this.reserve;
    return Math.max(1, Math.min(this.capOf(lane.endpointId), shared >> 1));
  }

  private capOf(endpointId: Uuid): number {
    return Math.min(MAX_IN_FLIGHT, this.options.maxInFlightOf(endpointId) ?? MAX_IN_FLIGHT);
  }
}
