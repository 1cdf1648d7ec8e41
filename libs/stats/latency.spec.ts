import { describe, expect, it } from 'vitest';
import { LATENCY_BOUNDS_MS, latencyPart, percentile } from './latency.js';

describe(latencyPart, () => {
  it.each([
    [0, 0],
    [1, 0],
    [1.1, 1],
    [5, 3],
    [5.1, 4],
    [60_000, LATENCY_BOUNDS_MS.length - 1],
    [90_000, LATENCY_BOUNDS_MS.length - 1],
  ])('puts %d ms into part %i', (ms, part) => expect(latencyPart(ms)).toBe(part));

  it('puts every duration into the first part whose bound it does not exceed', () => {
    for (let ms = 0; ms <= 60_000; ms += 7) {
      expect(latencyPart(ms)).toBe(LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound));
    }
  });
});

describe(percentile, () => {
  const partsOf = (durations: readonly number[]): number[] => {
    const parts = LATENCY_BOUNDS_MS.map(() => 0);
    for (const ms of durations) parts[latencyPart(ms)]! += 1;
    return parts;
  };

  it('knows none when there were no attempts', () => expect(percentile(partsOf([]), 0.5)).toBeNull());

  it('lies in the part of the true value, for any share', () => {
    const durations = Array.from({ length: 1_000 }, (_, n) => (n * n) / 20);
    for (const share of [0.01, 0.5, 0.95, 0.99, 1]) {
      const truth = durations[Math.ceil(share * 1_000) - 1]!;
      expect(latencyPart(percentile(partsOf(durations), share)!)).toBe(latencyPart(truth));
    }
  });

  it('is the same of two halves added up as of the whole', () => {
    const [a, b] = [partsOf([1, 40, 900]), partsOf([2, 2, 5_000])];
    const sum = a.map((count, index) => count + b[index]!);
    expect(percentile(sum, 0.9)).toBe(percentile(partsOf([1, 40, 900, 2, 2, 5_000]), 0.9));
  });
});
