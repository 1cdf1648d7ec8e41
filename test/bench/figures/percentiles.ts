export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

/** Of values in any order, by nearest rank; null of none. */
export function percentilesOf(values: Iterable<number>): Percentiles | null {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return null;
  const at = (share: number): number => round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!, 2);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

export function round(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
