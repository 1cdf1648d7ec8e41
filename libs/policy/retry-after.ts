/** The longest wait that a receiver may ask for. */
export const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * The wait that a `Retry-After` header asks for, in milliseconds from `nowMs`; null when there is none to honour. Both
 * forms of RFC 9110 section 10.2.3 are read, seconds and an HTTP date. Garbage and dates in the past ask for nothing;
 * what is longer than {@link MAX_RETRY_AFTER_MS} is cut to it.
 */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  const waitMs = /^\d{1,15}$/.test(text) ? Number(text) * 1000 : httpDate(text) - nowMs;
  if (!(waitMs > 0)) return null; // also NaN
  return Math.min(waitMs, MAX_RETRY_AFTER_MS);
}

/** Only the three date forms of HTTP, which all name the day: Date.parse alone would take "5 apples" for a year. */
function httpDate(text: string): number {
  return /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(text) ? Date.parse(text) : Number.NaN;
}
