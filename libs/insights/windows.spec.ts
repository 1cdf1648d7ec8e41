import { describe, expect, it } from 'vitest';
import type { ListPage } from '#database';
import { uuidFloor, uuidTime } from '#kernel';
import { windowsOf } from './windows.js';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-24T10:00:00Z');
const midnight = (daysAgo: number): number => Date.parse('2026-11-24T00:00:00Z') - daysAgo * DAY_MS;

const page = (over: Partial<ListPage> = {}): ListPage => ({ limit: 50, after: null, order: 'desc', ...over });
const spans = (of: ListPage): [number | null, number | null][] =>
  [...windowsOf(of, NOW)].map(({ sinceMs, untilMs }) => [sinceMs ?? null, untilMs ?? null]);

describe(windowsOf, () => {
  it('begins with yesterday and today, and reaches further back each time', () => {
    expect(spans(page())).toEqual([
      [midnight(1), NOW + DAY_MS],
      [midnight(5), midnight(1)],
      [midnight(21), midnight(5)],
      [null, midnight(21)],
    ]);
  });

  it('begins where the page before has ended, and ends where it was asked to', () => {
    const after = uuidFloor(midnight(3) + 5_000);
    expect(spans(page({ after, sinceMs: midnight(6) }))).toEqual([
      [midnight(4), midnight(3) + 5_001],
      [midnight(6), midnight(4)],
    ]);
    expect(spans(page({ untilMs: midnight(3), sinceMs: midnight(3) - 1 }))).toEqual([[midnight(3) - 1, midnight(3)]]);
  });

  it('goes forward in ascending order, from the position or the time given', () => {
    const fromMs = midnight(10) + 7;
    const windows = [
      [fromMs, midnight(8)],
      [midnight(8), midnight(4)],
      [midnight(4), null],
    ];
    expect(spans(page({ order: 'asc', sinceMs: fromMs }))).toEqual(windows);
    expect(spans(page({ order: 'asc', after: uuidFloor(fromMs) }))).toEqual(windows);
  });

  it('is one stretch from the very beginning, whose day is not known', () => {
    expect(spans(page({ order: 'asc' }))).toEqual([[null, null]]);
  });

  it.each(['asc', 'desc'] as const)(
    'has no gaps and no overlaps in %s order, wherever the list is entered',
    (order) => {
      for (const ageMs of [0, 1, 90_000, DAY_MS, 3 * DAY_MS - 1, 40 * DAY_MS, 500 * DAY_MS]) {
        const after = uuidFloor(NOW - ageMs);
        const all = spans(page({ order, after }));
        for (const [index, [sinceMs, untilMs]] of all.entries()) {
          const next = all[index + 1];
          if (order === 'desc') expect(next ? next[1] : null).toBe(next ? sinceMs : null);
          else expect(next ? next[0] : null).toBe(next ? untilMs : null);
        }
        if (order === 'desc') expect([all[0]![1]! > uuidTime(after), all.at(-1)![0]]).toEqual([true, null]);
        else expect([all[0]![0]! <= uuidTime(after), all.at(-1)![1]]).toEqual([true, null]);
      }
    },
  );
});
