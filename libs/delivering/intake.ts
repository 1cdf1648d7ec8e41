import { type Dispatch, type DispatchJob, type OpenDeliveryStore, unpackJob } from '#deliveries';
import type { Clock } from '#kernel';
import type { LaneExits } from './lane-exits.js';
import type { Lanes } from './lanes.js';
import type { Recorder } from './recorder.js';

/**
 * A job counts as added to the queue that we are connected to now only if it was made this much later than the
 * connection: the two moments are taken by two processes' readings of the database's clock.
 */
const TRUST_MARGIN_MS = 2_000;

/** Less lease than this and the rows are claimed anew, which also renews it. */
const MIN_LEASE_LEFT_MS = 45_000;

/** Attempts that wait to be recorded count as held work; with more than this the process takes nothing new. */
const MAX_UNRECORDED = 2_000;

/** While results cannot be recorded, or nothing may be sent, look again this often. */
const STUCK_POLL_MS = 250;

/** Where work enters the lanes, whether a job brought it or a claim, and where it has to wait for room. */
export class Intake {
  private isClosed = false;
  private isPaused = false;
  /** Places promised to those who are on their way with something to put there. */
  private reserved = 0;
  private readonly waiters = new Set<() => void>();

  constructor(
    private readonly lanes: Lanes,
    private readonly recorder: Recorder,
    private readonly exits: LaneExits,
    private readonly deliveries: OpenDeliveryStore,
    private readonly clock: Clock,
  ) {}

  /** Takes nothing more; whoever waits for room gets its answer, and jobs under way are given back. */
  close(): void {
    this.isClosed = true;
    this.wake();
  }

  /** While paused nothing enters the lanes: jobs wait for room, and what was being claimed is given back. */
  setPaused(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.wake();
  }

  /** Dispatches that the process may take now. */
  get room(): number {
    if (this.isClosed || this.isPaused || this.recorder.isStuck || this.recorder.pending >= MAX_UNRECORDED) return 0;
    return Math.max(0, this.lanes.capacity - this.lanes.held - this.reserved);
  }

  /**
   * Reserves room for `atLeast` dispatches (or as many as there ever is room for), and up to `atMost` if there is; waits
   * until it can. Answers how many: to be given to {@link release} when they have been placed. 0 when the intake is closed.
   */
  async reserve(atLeast: number, atMost: number = atLeast): Promise<number> {
    const wanted = Math.min(atLeast, this.lanes.capacity);
    while (!this.isClosed && this.room < wanted) await this.change();
    if (this.isClosed) return 0;
    const places = Math.min(atMost, this.room);
    this.reserved += places;
    return places;
  }

  release(places: number): void {
    this.reserved -= places;
    this.wake();
  }

  /**
   * Takes a job's dispatches into the lanes; resolves when they are there. A job is trusted, and costs no statement, if
   * it must have been made while this worker was connected to the queue it came over (`connectedSinceMs`); any other may
   * have come back from the dead, and only what can still be claimed of it is sent.
   */
  async takeJob(job: DispatchJob, connectedSinceMs: number | null): Promise<void> {
    const places = await this.reserve(job.dispatches.length);
    try {
      const dispatches = unpackJob(job);
      const won = this.isTrusted(job, connectedSinceMs) ? dispatches : await this.claim(dispatches);
      for (const dispatch of won) this.place(dispatch);
    } finally {
      this.release(places);
    }
  }

  /** Puts a dispatch into its lane; if that is full, or we are paused or closing, any worker may have it later. */
  place(dispatch: Dispatch): void {
    if (this.isClosed || this.isPaused) void this.exits.giveBack(dispatch, 0).catch(() => undefined);
    else if (!this.lanes.offer(dispatch)) {
      void this.exits.giveBack(dispatch, this.lanes.drainMs(dispatch.endpointId)).catch(() => undefined);
    }
  }

  /**
   * Resolves when there may be room: a request has ended, or we have been closed, paused or resumed. Promise.race with one
   * promise for all of it would leave a reaction on that promise for each turn, for as long as the process lives.
   */
  private change(): Promise<void> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const wake = (): void => {
        clearTimeout(timer);
        this.waiters.delete(wake);
        resolve();
      };
      this.waiters.add(wake);
      if (this.lanes.inFlight > 0 && !this.recorder.isStuck) void this.lanes.afterNextFinish().then(wake);
      else timer = setTimeout(wake, STUCK_POLL_MS);
    });
  }

  private wake(): void {
    for (const wake of this.waiters) wake();
  }

  private isTrusted(job: DispatchJob, connectedSinceMs: number | null): boolean {
    if (connectedSinceMs === null || job.at < connectedSinceMs + TRUST_MARGIN_MS) return false;
    return job.until - this.clock.now() >= MIN_LEASE_LEFT_MS;
  }

  private async claim(dispatches: readonly Dispatch[]): Promise<Dispatch[]> {
    const leases = await this.deliveries.claimFresh(dispatches.map(({ deliveryId }) => deliveryId));
    const byId = new Map(leases.map((lease) => [lease.id, lease]));
    const won: Dispatch[] = [];
    for (const dispatch of dispatches) {
      const lease = byId.get(dispatch.deliveryId);
      if (lease) won.push({ ...dispatch, generation: lease.generation, leaseUntilMs: lease.leaseUntilMs });
    }
    return won;
  }
}
