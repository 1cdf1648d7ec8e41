import type { Dispatch } from '#deliveries';
import type { Uuid } from '#kernel';

/** A dispatch in a lane, and since when. */
export interface Waiting {
  readonly dispatch: Dispatch;
  readonly sinceMs: number;
}

/** How fast a lane's picture of its endpoint follows what happens: each answer counts an eighth. */
const SMOOTHING = 1 / 8;

/** One endpoint's own queue in this worker: what waits, what is in flight, and how long its answers take. */
export class Lane {
  inFlight = 0;
  /** Whether the lane stands in the round of those that may start something. */
  isInRound = false;
  private waiting: Waiting[] = [];
  private head = 0;
  private averageMs = 100;

  constructor(readonly endpointId: Uuid) {}

  get waitingCount(): number {
    return this.waiting.length - this.head;
  }

  get isEmpty(): boolean {
    return this.inFlight === 0 && this.waitingCount === 0;
  }

  push(dispatch: Dispatch, nowMs: number): void {
    this.waiting.push({ dispatch, sinceMs: nowMs });
  }

  shift(): Dispatch {
    const { dispatch } = this.waiting[this.head]!;
    this.head += 1;
    if (this.head > 64 && this.head * 2 > this.waiting.length) this.compact();
    return dispatch;
  }

  /** Takes out what the predicate says, in order. */
  remove(which: (waiting: Waiting) => boolean): Dispatch[] {
    this.compact();
    const removed = this.waiting.filter(which);
    if (removed.length > 0) this.waiting = this.waiting.filter((waiting) => !which(waiting));
    return removed.map(({ dispatch }) => dispatch);
  }

  answered(durationMs: number): void {
    this.averageMs += (durationMs - this.averageMs) * SMOOTHING;
  }

  /** About how long it takes until something that comes now could start, with `atOnce` requests at a time. */
  drainMs(atOnce: number): number {
    return ((this.waitingCount + this.inFlight) * this.averageMs) / Math.max(1, atOnce);
  }

  private compact(): void {
    this.waiting = this.waiting.slice(this.head);
    this.head = 0;
  }
}
