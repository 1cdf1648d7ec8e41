/**
 * How long attempts take, in milliseconds, as a histogram: an attempt counts in the first part whose bound it does not
 * exceed, and in the last when it exceeds them all. Parts of several histograms add up, which percentiles do not.
 */
export const LATENCY_BOUNDS_MS = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000, 7_000, 10_000,
  15_000, 20_000, 30_000, 60_000,
] as const;

/** The part of the histogram that a duration belongs to. */
export function latencyPart(durationMs: number): number {
  let [low, high] = [0, LATENCY_BOUNDS_MS.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (durationMs <= LATENCY_BOUNDS_MS[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The duration that this share (0 to 1) of the attempts did not exceed, as if those of a part lay evenly in it: wrong by
 * less than the part is wide. Null when there were none. Pure.
 */
export function percentile(parts: readonly number[], share: number): number | null {
  const total = parts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = share * total;
  let before = 0;
  for (const [index, count] of parts.entries()) {
    if (count > 0 && before + count >= rank) {
      const from = index === 0 ? 0 : LATENCY_BOUNDS_MS[index - 1]!;
      const value = from + ((LATENCY_BOUNDS_MS[index]! - from) * (rank - before)) / count;
      return Number(value.toPrecision(3));
    }
    before += count;
  }
  return LATENCY_BOUNDS_MS.at(-1)!;
}
