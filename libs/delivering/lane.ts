import type { Dispatch } from '#deliveries';
import type { Uuid } from '#kernel';
import type { TenantPart } from './tenant-part.js';

/** A dispatch in a lane, and since when. */
export interface Waiting {
  readonly dispatch: Dispatch;
  readonly sinceMs: number;
}

/** One endpoint may have in flight at most this many in one worker, unless it says less. */
export const MAX_WIDTH = 64;

/** How fast a lane's picture of its endpoint follows what happens: bad news slowly, for it may be one request; good news fast. */
const SLOWER = 1 / 8;
const FASTER = 1 / 2;

/** What is reckoned for an endpoint that has not answered yet; if it does not, it is soon known to be slow. */
const FIRST_GUESS_MS = 20;

/**
 * One endpoint's own queue in this worker: what waits, what is in flight, how long its answers take, and how many at a
 * time it has shown to bear. The width is halved by a request that hangs until its time-out, or whose answer is that it
 * was too much, and grows by one with each
 * answer, so that a dead endpoint soon holds one slot at a time, and a living one has its width back within a second.
 */
export class Lane {
  inFlight = 0;
  /** Whether the lane stands in the round of those that may start something. */
  isInRound = false;
  /** Whether the endpoint has ever answered here. */
  isKnown = false;
  /** Whose it is; null until something came for it. */
  part: TenantPart<Lane> | null = null;
  private waiting: Waiting[] = [];
  private head = 0;
  private averageMs = FIRST_GUESS_MS;
  private progressAtMs = 0;
  private width = MAX_WIDTH;

  constructor(readonly endpointId: Uuid) {}

  get waitingCount(): number {
    return this.waiting.length - this.head;
  }

  get isEmpty(): boolean {
    return this.inFlight === 0 && this.waitingCount === 0;
  }

  /** How many requests it may have in flight, by what the endpoint asked for (null: nothing) and what it has borne. */
  widthWithin(asked: number | null): number {
    return Math.min(this.width, asked ?? MAX_WIDTH);
  }

  push(dispatch: Dispatch, nowMs: number): void {
    this.waiting.push({ dispatch, sinceMs: nowMs });
  }

  /** Whether the body of the next one did not come along and has to be loaded. */
  get isNextLarge(): boolean {
    return this.waiting[this.head]!.dispatch.event.body === null;
  }

  /** Takes the next one out and counts it as in flight. */
  start(nowMs: number): Dispatch {
    const { dispatch } = this.waiting[this.head]!;
    this.head += 1;
    if (this.head > 64 && this.head * 2 > this.waiting.length) this.compact();
    if (this.inFlight === 0) this.progressAtMs = nowMs;
    this.inFlight += 1;
    return dispatch;
  }

  /** A request has ended: `durationMs` is null when none was made after all. */
  end(nowMs: number, durationMs: number | null, hasHung: boolean): void {
    this.inFlight -= 1;
    this.progressAtMs = nowMs;
    if (durationMs === null) return;
    this.isKnown = true;
    this.averageMs += (durationMs - this.averageMs) * (durationMs > this.averageMs ? SLOWER : FASTER);
    this.width = hasHung ? Math.max(1, this.width >> 1) : Math.min(MAX_WIDTH, this.width + 1);
  }

  /** Takes out what the predicate says, in order. */
  remove(which: (waiting: Waiting, index: number) => boolean): Dispatch[] {
    this.compact();
    const removed: Dispatch[] = [];
    this.waiting = this.waiting.filter((waiting, index) => {
      if (!which(waiting, index)) return true;
      removed.push(waiting.dispatch);
      return false;
    });
    return removed;
  }

  /** About how long something that comes now has to wait, with `atOnce` requests at a time. */
  drainMs(atOnce: number, nowMs: number): number {
    return ((this.waitingCount + this.inFlight) * this.paceMs(nowMs)) / Math.max(1, atOnce);
  }

  /** How many may wait if the last of them is to start within `ms`. */
  waitingWithin(ms: number, atOnce: number, nowMs: number): number {
    return Math.max(0, Math.floor((ms * Math.max(1, atOnce)) / this.paceMs(nowMs)) - this.inFlight);
  }

  /** How long an answer takes. Nothing having ended for longer than usual says more than what ended before. */
  private paceMs(nowMs: number): number {
    const stillMs = this.inFlight > 0 ? nowMs - this.progressAtMs : 0;
    return Math.max(1, this.averageMs, stillMs);
  }

  private compact(): void {
    this.waiting = this.waiting.slice(this.head);
    this.head = 0;
  }
}
