import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from './retry-after.js';

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);

describe(parseRetryAfter.name, () => {
  it.each([
    ['120', 120_000],
    [' 7 ', 7_000],
    ['Tue, 24 Nov 2026 12:01:00 GMT', 60_000],
    ['Tuesday, 24-Nov-26 12:02:00 GMT', 120_000],
    ['31536000', 86_400_000],
    ['999999999999999', 86_400_000],
    ['Wed, 24 Nov 2027 12:00:00 GMT', 86_400_000],
  ])('honours %s', (header, waitMs) => {
    expect(parseRetryAfter(header, NOW)).toBe(waitMs);
  });

  it.each([[null], [''], ['0'], ['-5'], ['1.5'], ['soon'], ['5 apples'], ['Tue, 24 Nov 2026 11:59:59 GMT'], ['NaN']])(
    'ignores %s',
    (header) => {
      expect(parseRetryAfter(header, NOW)).toBeNull();
    },
  );
});
