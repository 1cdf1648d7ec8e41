import type { Dispatch } from '#deliveries';
import type { Clock } from '#kernel';

/** Timers have whole milliseconds; what is due within this goes too. */
const GRAIN_MS = 1;

interface Guest {
  readonly dispatch: Dispatch;
  readonly atMs: number;
}

/**
 * Where dispatches wait for a moment that is near, in no lane and without a slot for a request. One timer for all of them,
 * and none while nobody waits.
 */
export class WaitingRoom {
  /** The next one last. */
  private guests: Guest[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly whenDue: (dispatch: Dispatch) => void,
  ) {}

  get size(): number {
    return this.guests.length;
  }

  add(dispatch: Dispatch, atMs: number): void {
    let place = this.guests.length;
    while (place > 0 && this.guests[place - 1]!.atMs <= atMs) place -= 1;
    this.guests.splice(place, 0, { dispatch, atMs });
    if (place === this.guests.length - 1) this.setTimer();
  }

  /** Takes everybody out, with the moments that they wait for. */
  clear(): readonly Guest[] {
    const { guests } = this;
    this.guests = [];
    this.setTimer();
    return guests;
  }

  private setTimer(): void {
    if (this.timer) clearTimeout(this.timer);
    const next = this.guests.at(-1);
    this.timer = next ? setTimeout(() => this.letGo(), Math.max(0, next.atMs - this.clock.now())) : null;
  }

  private letGo(): void {
    const dueMs = this.clock.now() + GRAIN_MS;
    while (this.guests.length > 0 && this.guests.at(-1)!.atMs <= dueMs) this.whenDue(this.guests.pop()!.dispatch);
    this.setTimer();
  }
}
