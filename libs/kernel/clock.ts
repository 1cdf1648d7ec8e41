import { performance } from 'node:perf_hooks';

/** The time that decisions are made by. Injected everywhere, so that a test can step through hours of retries. */
export interface Clock {
  /** Epoch milliseconds, as close to the database's clock as this process can tell. */
  now(): number;
}

/**
 * The database's clock, kept by this process: an offset to it, measured now and then, on top of the monotonic clock.
 * Leases and due times are the database's arithmetic, so a host whose wall clock is off by a minute still agrees with
 * its neighbours about what is due, and a wall clock that jumps moves nothing.
 */
export class DatabaseClock implements Clock {
  private offsetMs = Date.now() - performance.now();

  now(): number {
    return performance.now() + this.offsetMs;
  }

  /**
   * Takes one reading: the database said `databaseMs` to a question asked at `askedAtMs` and answered at `answeredAtMs`
   * (both of `performance.now()`). The middle of the round trip is taken as the moment of the reading.
   */
  adjust(databaseMs: number, askedAtMs: number, answeredAtMs: number): void {
    this.offsetMs = databaseMs - (askedAtMs + answeredAtMs) / 2;
  }
}

/** A clock that stands still until it is told to move. For tests. */
export class FixedClock implements Clock {
  constructor(private ms: number) {}

  now(): number {
    return this.ms;
  }

  advance(ms: number): void {
    this.ms += ms;
  }
}
