import type { ListPage } from '#database';
import { uuidTime } from '#kernel';

const DAY_MS = 86_400_000;

/** What follows the first window is this many days, then that many; then everything that is left. */
const LATER_WINDOWS_DAYS = [4, 16, 64];

/**
 * A page's list in windows of whole days, in the order that the page wants to read them: the first spans two days, each
 * further one several times more. Planning a statement over all partitions costs more than most pages do, and on a
 * connection that has not met them ten times as much; and most pages are full after the first window.
 */
export function* windowsOf(page: ListPage, nowMs: number): Generator<ListPage> {
  if (page.order === 'asc') yield* onward(page, nowMs);
  else yield* backward(page, nowMs);
}

/** Nothing is newer than now, give or take a clock. */
function backward(page: ListPage, nowMs: number): Iterable<ListPage> {
  const { after, untilMs, sinceMs } = page;
  const afterMs = after === null ? Number.POSITIVE_INFINITY : uuidTime(after) + 1;
  let topMs = Math.min(afterMs, untilMs ?? Number.POSITIVE_INFINITY, nowMs + DAY_MS);
  let lowMs = dayOf(topMs === nowMs + DAY_MS ? nowMs : topMs - 1) - DAY_MS;
  const windows: ListPage[] = [];
  for (const days of LATER_WINDOWS_DAYS) {
    if (lowMs <= (sinceMs ?? Number.NEGATIVE_INFINITY)) break;
    windows.push({ ...page, untilMs: topMs, sinceMs: lowMs });
    topMs = lowMs;
    lowMs -= days * DAY_MS;
  }
  windows.push({ ...page, untilMs: topMs });
  return windows;
}

function onward(page: ListPage, nowMs: number): Iterable<ListPage> {
  const { after, untilMs, sinceMs } = page;
  const endMs = Math.min(untilMs ?? Number.POSITIVE_INFINITY, nowMs + DAY_MS);
  let fromMs = Math.max(sinceMs ?? 0, after === null ? 0 : uuidTime(after));
  // From the very beginning, wherever that is.
  if (fromMs === 0) return [page];
  let toMs = dayOf(fromMs) + 2 * DAY_MS;
  const windows: ListPage[] = [];
  for (const days of LATER_WINDOWS_DAYS) {
    if (toMs >= endMs) break;
    windows.push({ ...page, sinceMs: fromMs, untilMs: toMs });
    fromMs = toMs;
    toMs += days * DAY_MS;
  }
  windows.push({ ...page, sinceMs: fromMs });
  return windows;
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}
