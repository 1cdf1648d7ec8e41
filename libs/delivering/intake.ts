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

/** Jobs being put into lanes at once. */
export const JOBS_AT_ONCE = 8;

/**
 * Of these, so many may wait for room as long as it takes; one more gives its rows back after this, for as long as all of
 * them wait no other tenant's job can be fetched.
 */
const PATIENT_JOBS = JOBS_AT_ONCE - 1;
const PATIENCE_MS = 100;

/** A tenant that has less than this part of the room holds little: */
const LITTLE = 1 / 32;
/** and this part is kept for those. */
const KEPT_FOR_LITTLE = 1 / 8;

/** Whoever waits for room looks again this often, whatever happens. */
const STUCK_POLL_MS = 250;

interface Waiting {
  readonly wanted: number;
  readonly atMost: number;
  readonly resolve: (places: number) => void;
}

/** Room that was reserved: a number of places, or 0 when there will be none. */
type Places = Promise<number>;

const NO_DETOUR: Pick<Detour, 'take' | 'pending'> = { take: () => false, pending: 0 };

/** Where work enters the lanes, whether a job brought it or a claim, and where it has to wait for room. */
export class Intake {
  private isClosed = false;
  private isPaused = false;
  /** Places promised to those who are on their way with something to put there. */
  private reserved = 0;
  /** Those with work of tenants that hold little go first, and may use the room that is kept for them. */
  private readonly first: Waiting[] = [];
  private readonly waiting: Waiting[] = [];
  private jobsWaiting = 0;
  private readonly kept: number;
  private readonly little: number;
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
    this.kept = Math.floor(lanes.capacity * KEPT_FOR_LITTLE);
    this.little = Math.max(1, lanes.capacity * LITTLE);
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

  /**
   * Reserves room for `atLeast` dispatches (or as many as there ever is room for), and up to `atMost` if there is; waits
   * until it can, behind those who came before. Answers how many: to be given to {@link release} when they have been
   * placed. 0 when the intake is closed.
   */
  reserve(atLeast: number, atMost: number = atLeast): Places {
    return this.join(this.waiting, Math.min(atLeast, this.lanes.capacity - this.kept), atMost);
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
    const dispatches = unpackJob(job);
    const isCrowded = this.waiting.length > 0 || this.room - this.kept < dispatches.length;
    const first = isCrowded ? dispatches.filter(({ tenantId }) => this.lanes.heldOf(tenantId) < this.little) : [];
    if (first.length > 0) await this.take(job, connectedSinceMs, first, this.reserveFirst(first.length));
    if (first.length === dispatches.length) return;
    const rest = first.length === 0 ? dispatches : dispatches.filter((dispatch) => !first.includes(dispatch));
    await this.take(job, connectedSinceMs, rest, this.reserveForJob(rest.length));
  }

  /** Puts a dispatch into its lane; if that is full, or we are paused or closing, any worker may have it later. */
  place(dispatch: Dispatch): void {
    if (this.isClosed || this.isPaused || !this.detour.take(dispatch)) this.placeInLane(dispatch);
  }

  /** The same, for what may be sent now. */
  placeInLane(dispatch: Dispatch): void {
    if (this.isClosed || this.isPaused) this.giveBack(dispatch, 0);
    else if (!this.lanes.offer(dispatch)) this.giveBack(dispatch, this.lanes.drainMs(dispatch.endpointId));
  }

  /** Dispatches that the process may take now, those included that only tenants that hold little may use. */
  private get room(): number {
    const { capacity, held } = this.lanes;
    return this.isTaking ? Math.max(0, capacity - held - this.detour.pending - this.reserved) : 0;
  }

  private get isTaking(): boolean {
    return !this.isClosed && !this.isPaused && !this.recorder.isStuck && this.recorder.pending < MAX_UNRECORDED;
  }

  private giveBack(dispatch: Dispatch, afterMs: number): void {
    void this.exits.giveBack(dispatch, afterMs).catch(() => undefined);
  }

  private async take(
    job: DispatchJob,
    connectedSinceMs: number | null,
    dispatches: readonly Dispatch[],
    reserving: Places,
  ): Promise<void> {
    const places = await reserving;
    try {
      const isTrusted = this.isTrusted(job, connectedSinceMs);
      const won = isTrusted ? dispatches : await this.claim(dispatches);
      if (places > 0) for (const dispatch of won) this.place(dispatch);
      else for (const dispatch of won) this.giveBack(dispatch, 0);
    } finally {
      this.release(places);
    }
  }

  private reserveFirst(count: number): Places {
    return this.join(this.first, Math.min(count, this.lanes.capacity), count);
  }

  private async reserveForJob(count: number): Places {
    const reserving = this.reserve(count);
    this.jobsWaiting += 1;
    const hurry = this.jobsWaiting > PATIENT_JOBS ? this.giveUp(this.waiting.at(-1), PATIENCE_MS) : undefined;
    const places = await reserving;
    this.jobsWaiting -= 1;
    clearTimeout(hurry);
    return places;
  }

  /** After `ms` one that still waits is told that there is no room for it. */
  private giveUp(waiting: Waiting | undefined, ms: number): NodeJS.Timeout | undefined {
    if (waiting === undefined) return undefined;
    return setTimeout(() => {
      const at = this.waiting.indexOf(waiting);
      // While nothing is taken at all there is nobody to make way for, and perhaps no database to give rows back to.
      if (at < 0 || !this.isTaking) return;
      this.waiting.splice(at, 1);
      waiting.resolve(0);
    }, ms);
  }

  private join(line: Waiting[], wanted: number, atMost: number): Places {
    return new Promise((resolve) => {
      line.push({ wanted, atMost, resolve });
      this.admit();
    });
  }

  /**
   * Lets in whoever there is room for, in their order. Called after each request, so it does nothing but look as long as
   * the first in line has to wait.
   */
  private admit(): void {
    this.admitFrom(this.first, 0);
    if (this.first.length === 0) this.admitFrom(this.waiting, this.kept);
  }

  private admitFrom(line: Waiting[], kept: number): void {
    while (line.length > 0) {
      const { wanted, atMost, resolve } = line[0]!;
      const room = this.room - kept;
      if (room < wanted && !this.isClosed) return this.lookAgain();
      line.shift();
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
