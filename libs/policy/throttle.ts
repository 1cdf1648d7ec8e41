import { parseRetryAfter } from './retry-after.js';

/** By these answers an endpoint says that it is sent more than it bears. */
export function isPushBack(statusCode: number | null): boolean {
  return statusCode === 429 || statusCode === 502 || statusCode === 503 || statusCode === 504;
}

/** Until when such an answer asks to be left in peace; null when it names no time that could be honoured. */
export function decidePauseUntil(statusCode: number | null, retryAfter: string | null, nowMs: number): number | null {
  if (!isPushBack(statusCode)) return null;
  const waitMs = parseRetryAfter(retryAfter, nowMs);
  return waitMs === null ? null : nowMs + waitMs;
}

const FIRST_RATE = 20;
const SLOWEST_RATE = 0.1;
const FASTEST_RATE = 1_000;
const FASTER = 0.5;

/** Nothing waits longer than this beyond the pause: by then more is known of what the endpoint bears. */
const HORIZON_MS = 60_000;

/**
 * How many deliveries a second are let go to an endpoint after a pause that it has asked for: halved by each pause, a
 * little more with each success. So what waits takes turns about as far apart as the endpoint bears.
 */
export class Pace {
  private rate = FIRST_RATE * 2;
  private nextMs = 0;

  paused(): void {
    this.rate = Math.max(SLOWEST_RATE, this.rate / 2);
  }

  succeeded(): void {
    this.rate = Math.min(FASTEST_RATE, this.rate + FASTER);
  }

  /** The next turn, not before `fromMs`; when too many have theirs before, any soon after. `random` is in [0, 1). */
  nextTurn(fromMs: number, random: number): number {
    const turnMs = Math.max(this.nextMs + 1_000 / this.rate, fromMs);
    if (turnMs > fromMs + HORIZON_MS) return fromMs + random * HORIZON_MS;
    this.nextMs = turnMs;
    return turnMs;
  }
}
