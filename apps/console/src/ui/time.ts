/** Times in words and figures. `now` is given, so that all on a page count from the same moment. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `3 min ago`, `in 2 h`, `now`; beyond a week a date. */
export function toAgo(iso: string, now: number): string {
  const ms = new Date(iso).getTime() - now;
  const span = Math.abs(ms);
  if (span < SECOND) return 'now';
  if (span > 7 * DAY) return toDay(iso);
  const words = toSpan(span);
  return ms < 0 ? `${words} ago` : `in ${words}`;
}

/** A span of time in its largest unit: `340 ms`, `12 s`, `5 min`, `3 h`, `2 d`. */
export function toSpan(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} d`;
}

/** A duration as precisely as it is worth: `84 ms`, `1.24 s`. */
export function toDuration(ms: number): string {
  if (ms < 1) return '< 1 ms';
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  return `${(ms / SECOND).toFixed(ms < 10 * SECOND ? 2 : 1)} s`;
}

/** The moment itself, in the reader's own time zone: `2026-11-30 14:03:22.518`. */
export function toMoment(iso: string, { withMs = false }: { withMs?: boolean } = {}): string {
  const date = new Date(iso);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  const ms = withMs ? `.${String(date.getMilliseconds()).padStart(3, '0')}` : '';
  return `${toDay(iso)} ${time}${ms}`;
}

function toDay(iso: string): string {
  const date = new Date(iso);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
