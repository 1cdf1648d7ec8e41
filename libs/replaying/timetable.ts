/** Where the timetable of a bulk replay stands. Times are the database's, in epoch milliseconds. */
export interface Timetable {
  readonly nowMs: number;
  /** The next free slot; in the past when nothing was made for a while. */
  readonly slotAtMs: number;
  readonly ratePerSecond: number;
}

/** What may be made now, each delivery with a slot of its own. */
export interface Batch {
  readonly size: number;
  readonly firstDueAtMs: number;
  readonly spacingMs: number;
}

/** Deliveries are made so long before they fall due, at most: enough for a pump to find the next ones there. */
const AHEAD_MS = 1_000;

/** What one transaction makes at most. */
const BATCH = 500;

/**
 * How many deliveries to make now, and when they fall due. Slots are reserved one after the other in the replay's row, so
 * that the rate holds however many workers take turns; those that went by unused are not made up for.
 */
export function planBatch({ nowMs, slotAtMs, ratePerSecond }: Timetable): Batch {
  const spacingMs = 1_000 / ratePerSecond;
  const firstDueAtMs = Math.max(nowMs, slotAtMs);
  const size = Math.floor((nowMs + AHEAD_MS - firstDueAtMs) / spacingMs);
  return { size: Math.min(BATCH, Math.max(1, size)), firstDueAtMs, spacingMs };
}

/** Where the timetable stands when `opened` were made, and when there is to be made more. */
export function afterBatch({ firstDueAtMs, spacingMs }: Batch, opened: number): { slotAtMs: number; nextAtMs: number } {
  const slotAtMs = firstDueAtMs + opened * spacingMs;
  return { slotAtMs, nextAtMs: slotAtMs - AHEAD_MS / 2 };
}
