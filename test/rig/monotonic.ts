/**
 * Milliseconds of the machine's monotonic clock, with fractions: the same clock for all processes, so that a moment
 * noted by the publisher and one noted by the receiver may be subtracted, and no step of the wall clock comes between.
 */
export function monotonicMs(): number {
  return OFFSET_MS + performance.now();
}

/** `performance.now()` counts from the start of its process; reading a bigint each time would cost an allocation. */
const OFFSET_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();
