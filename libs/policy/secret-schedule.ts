const DAY_MS = 86_400_000;

/** A scheduled secret is made this long before it signs, or half of the interval if that is shorter. */
const LONGEST_NOTICE_MS = 7 * DAY_MS;

/** Before a secret is replaced, and before it ends, its owner is told: once for each of these. */
const WARNED_BEFORE_MS: readonly number[] = [7 * DAY_MS, 1 * DAY_MS];

/** What is known of an endpoint's secrets of one kind, those that have not ended. */
export interface SuccessionFacts {
  readonly everyDays: number;
  /** Since when the newest that signs does. */
  readonly activeSinceMs: number;
  /** Whether one waits for its time. */
  readonly hasWaiting: boolean;
  readonly count: number;
}

/** How long before it signs a scheduled secret is made. */
export function noticeMs(everyDays: number): number {
  return Math.min(LONGEST_NOTICE_MS, (everyDays * DAY_MS) / 2);
}

/**
 * How long older secrets may go on signing, in seconds, where there may be so many at once: beside them there is one that
 * is the newest and one that waits. With more of a grace, the schedule would stand still until one has ended.
 */
export function longestGraceSeconds(everyDays: number, maxSecrets: number): number {
  return ((maxSecrets - 2) * everyDays * DAY_MS) / 1_000;
}

/**
 * From when the next scheduled secret is to sign, if it is to be made now, in epoch milliseconds; null otherwise. It is made
 * ahead, so that receivers which take one signature only can be given it before it is used: with at least half the notice,
 * also where its time has passed because nobody looked, or because the schedule is a new one. One that waits already is the
 * next; and where there are as many as there may be, the schedule waits until one has ended. Pure.
 */
export function decideScheduledSecret(
  { everyDays, activeSinceMs, hasWaiting, count }: SuccessionFacts,
  maxSecrets: number,
  nowMs: number,
): number | null {
  const dueAtMs = activeSinceMs + everyDays * DAY_MS;
  const notice = noticeMs(everyDays);
  if (hasWaiting || count >= maxSecrets || nowMs < dueAtMs - notice) return null;
  return Math.max(dueAtMs, nowMs + notice / 2);
}

/** A secret that has an end. Times are epoch milliseconds. */
export interface EndingSecret {
  /** From when the next one signs; null where there is none. */
  readonly replacedAtMs: number | null;
  readonly expiresAtMs: number;
  /** The last warning that was given, 0 for none. */
  readonly warnings: number;
}

/**
 * Which warning is due, or null: 1 and 2 before the next secret signs, 3 and 4 before this one ends. What is skipped because
 * there is less time left is not made up for. Pure.
 */
export function decideSecretWarning(secret: EndingSecret, nowMs: number): number | null {
  const { replacedAtMs, expiresAtMs, warnings } = secret;
  if (expiresAtMs <= nowMs) return null;
  const isReplaced = replacedAtMs === null || replacedAtMs <= nowMs;
  const leftMs = (isReplaced ? expiresAtMs : replacedAtMs) - nowMs;
  const passed = WARNED_BEFORE_MS.filter((beforeMs) => leftMs <= beforeMs).length;
  const warning = passed === 0 ? 0 : passed + (isReplaced ? WARNED_BEFORE_MS.length : 0);
  return warning > warnings ? warning : null;
}

/** The last warning that there is. */
export const LAST_SECRET_WARNING = 2 * WARNED_BEFORE_MS.length;
