/** Moments of the past, in epoch milliseconds; what was made before them is concerned. */
export interface RetentionBounds {
  /** Open deliveries of older events die. */
  readonly openFromMs: number;
  /** Days before this one (the beginning of a day, UTC) are dropped, with all that belongs to their events. */
  readonly keptFromMs: number;
  /** Dead letters of events of days before this one are dropped within two days. */
  readonly warnedBelowMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const WARNING_DAYS = 2;

/** A request that was in flight when its delivery died is on record before its day goes. */
const GRACE_MS = HOUR_MS;

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

/**
 * What retention of so many days means at this moment. An event is kept for all of them and until its day has gone as a
 * whole, so for up to a day and an hour more. Pure.
 */
export function retentionBounds(days: number, nowMs: number): RetentionBounds {
  const openFromMs = nowMs - days * DAY_MS;
  const keptFromMs = dayOf(openFromMs - GRACE_MS);
  // Only days that are over, or what happens later on them would never be told of.
  const warnedBelowMs = Math.min(keptFromMs + WARNING_DAYS * DAY_MS, dayOf(nowMs));
  return { openFromMs, keptFromMs, warnedBelowMs };
}
