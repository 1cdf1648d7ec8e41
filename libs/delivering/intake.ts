import { type Dispatch, type DispatchJob, type OpenDeliveryStore, unpackJob } from '#deliveries';
import type { Clock } from '#kernel';
import type { Detour } from './detour.js';
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

/** Whoever waits for room looks again this often, whatever happens. */
const STUCK_POLL_MS = 250;

interface Waiting {
  readonly wanted: number;
  readonly atMost: number;
  readonly resolve: (places: number) => void;
}

const NO_DETOUR: Pick<Detour, 'take' | 'pending'> = { take: () => false, pending: 0 };

/** Where work enters the lanes, whether a job brought it or a claim, and where it has to wait for room. */
export class Intake {
  private isClosed = false;
  private isPaused = false;
  /** Places promised to those who are on their way with something to put there. */
  private reserved = 0;
  private readonly waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly lanes: Lanes,
    private readonly recorder: Recorder,
    private readonly exits: LaneExits,
    private readonly deliveries: OpenDeliveryStore,
    private readonly clock: Clock,
    /** For what may not be sent now. */
    private readonly detour: Pick<Detour, 'take' | 'pending'> = NO_DETOUR,
  ) {
    lanes.onFinished(() => this.admit());
  }

  /** Takes nothing more; whoever waits for room gets its answer, and jobs under way are given back. */
  close(): void {
    this.isClosed = true;
    if (this.timer) clearTimeout(this.timer);
    this.admit();
  }

  /** While paused nothing enters the lanes: jobs wait for room, and what was being claimed is given back. */
  setPaused(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.admit();
  }

  /** Dispatches that the process may take now. */
  get room(): number {
    if (this.isClosed || this.isPaused || this.recorder.isStuck || this.recorder.pending >= MAX_UNRECORDED) return 0;
    return Math.max(0, this.lanes.capacity - this.lanes.held - this.detour.pending - this.reserved);
  }

  /**
   * Reserves room for `atLeast` dispatches (or as many as there ever is room for), and up to `atMost` if there is; waits
   * until it can, behind those who came before. Answers how many: to be given to {@link release} when they have been
   * placed. 0 when the intake is closed.
   */
  reserve(atLeast: number, atMost: number = atLeast): Promise<number> {
    return new Promise((resolve) => {
      this.waiting.push({ wanted: Math.min(atLeast, this.lanes.capacity), atMost, resolve });
      this.admit();
    });
  }

  release(places: number): void {
    this.reserved -= places;
    this.admit();
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
    if (this.isClosed || this.isPaused || !this.detour.take(dispatch)) this.placeInLane(dispatch);
  }

  /** The same, for what may be sent now. */
  placeInLane(dispatch: Dispatch): void {
    if (this.isClosed || this.isPaused) void this.exits.giveBack(dispatch, 0).catch(() => undefined);
    else if (!this.lanes.offer(dispatch)) {
      void this.exits.giveBack(dispatch, this.lanes.drainMs(dispatch.endpointId)).catch(() => undefined);
    }
  }

  /**
   * Lets in whoever there is room for, in their order. Called after each request, so it does nothing but look as long as
   * the first in line has to wait.
   */
  private admit(): void {
    while (this.waiting.length > 0) {
      const { wanted, atMost, resolve } = this.waiting[0]!;
      const { room } = this;
      if (room < wanted && !this.isClosed) return this.lookAgain();
      this.waiting.shift();
      const places = this.isClosed ? 0 : Math.min(atMost, room);
      this.reserved += places;
      resolve(places);
    }
  }

  /** Room may also come without a request having ended: when results can be recorded again. */
  private lookAgain(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.admit();
    }, STUCK_POLL_MS);
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
