import { describe, expect, it } from 'vitest';
import { toAgo, toDuration, toSpan } from './time.js';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const at = (ms: number): string => new Date(NOW + ms).toISOString();

describe(toAgo, () => {
  it.each([
    [-400, 'now'],
    [-12_900, '12 s ago'],
    [-5 * 60_000, '5 min ago'],
    [2 * 3_600_000 + 5_000, 'in 2 h'],
    [-3 * 86_400_000, '3 d ago'],
  ])('tells %i ms from now as "%s"', (ms, words) => {
    expect(toAgo(at(ms), NOW)).toBe(words);
  });

  it('tells a date when it is further away than a week', () => {
    expect(toAgo(at(-20 * 86_400_000), NOW)).toMatch(/^2026-11-\d\d$/);
  });
});

describe(toDuration, () => {
  it.each([
    [0.2, '< 1 ms'],
    [84.4, '84 ms'],
    [1_240, '1.24 s'],
    [15_000, '15.0 s'],
  ])('tells %d ms as "%s"', (ms, words) => {
    expect(toDuration(ms)).toBe(words);
  });
});

describe(toSpan, () => {
  it('names the largest whole unit', () => {
    expect([340, 61_000, 7_300_000, 200_000_000].map(toSpan)).toEqual(['340 ms', '1 min', '2 h', '2 d']);
  });
});
