const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `2026-11-30 12:00:05 UTC`. */
export function tellTime(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `less than a second`, `40 seconds`, `5 minutes`, `3 hours`, `2 days`: rounded down. */
export function tellSpan(ms: number): string {
  if (ms < SECOND_MS) return 'less than a second';
  const [unitMs, unit] =
    ms < MINUTE_MS
      ? [SECOND_MS, 'second']
      : ms < HOUR_MS
        ? [MINUTE_MS, 'minute']
        : ms < DAY_MS
          ? [HOUR_MS, 'hour']
          : [DAY_MS, 'day'];
  const count = Math.floor(ms / unitMs);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** ` by Ada`, where it is known. */
export function tellBy(name: string | null): string {
  return name === null ? '' : ` by ${name}`;
}

/** Why an endpoint is disabled: the platform's own words spelled out, and a person's as they are. */
export function inWords(reason: string | null): string | null {
  if (reason === 'gone') return 'it answered 410 Gone';
  if (reason === 'failing') return 'nothing had succeeded there for days';
  if (reason === 'unverified') return 'it has yet to prove that it wants the traffic';
  return reason;
}
