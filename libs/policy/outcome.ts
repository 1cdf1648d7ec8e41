import { parseRetryAfter } from './retry-after.js';

/** What became of one HTTP request, as far as the decision needs it. */
export interface AttemptResult {
  /** Null when there was no response. */
  statusCode: number | null;
  /** Null only for a 2xx within the deadline. */
  errorCode: string | null;
  /** The response's `Retry-After` header as it came. */
  retryAfter: string | null;
}

/** Where the delivery stands with this attempt. */
export interface AttemptFacts {
  /** 1 for the first. */
  number: number;
  /** After this the delivery is worth nothing any more; epoch milliseconds. */
  expiresAtMs: number | null;
}

export interface RetryPolicy {
  /** Seconds to wait after the first, second, … attempt; when they are used up the delivery is exhausted. */
  readonly scheduleSeconds: readonly number[];
}

export type DeadReason = 'exhausted' | 'gone' | 'blocked' | 'expired';

/** What happens to the delivery next. */
export type Outcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly atMs: number }
  | { readonly kind: 'dead'; readonly reason: DeadReason };

const DELIVERED: Outcome = { kind: 'delivered' };

/** Retries are spread by this much to either side, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * Decides what follows an attempt. Pure: `nowMs` is the time the attempt ended, `random` a number in [0, 1).
 *
 * Only a 2xx within the deadline delivers. 410 Gone and a blocked address end the delivery; everything else goes on
 * along the schedule with ±20 % jitter, but not before a `Retry-After` (of at most 24 h) allows, until the schedule or
 * the event's life is over.
 */
export function decideOutcome(
  result: AttemptResult,
  attempt: AttemptFacts,
  policy: RetryPolicy,
  nowMs: number,
  random: number,
): Outcome {
  if (result.errorCode === null) return DELIVERED;
  if (result.statusCode === 410) return { kind: 'dead', reason: 'gone' };
  if (result.errorCode === 'blocked_address') return { kind: 'dead', reason: 'blocked' };
  const waitSeconds = policy.scheduleSeconds[attempt.number - 1];
  if (waitSeconds === undefined) return { kind: 'dead', reason: 'exhausted' };
  const jitteredMs = waitSeconds * 1000 * (1 + JITTER * (2 * random - 1));
  const atMs = nowMs + Math.max(jitteredMs, parseRetryAfter(result.retryAfter, nowMs) ?? 0);
  if (attempt.expiresAtMs !== null && atMs >= attempt.expiresAtMs) return { kind: 'dead', reason: 'expired' };
  return { kind: 'retry', atMs };
}
