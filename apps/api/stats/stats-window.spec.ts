import { describe, expect, it } from 'vitest';
import { decideWindow, MOST_BUCKETS } from './stats-window.js';

const NOW = Date.parse('2026-11-30T12:34:56Z');
const at = (time: string): Date => new Date(time);
const decide = (asked: Parameters<typeof decideWindow>[0]) => {
  const { bucket, sinceMs, untilMs } = decideWindow(asked, NOW);
  return [bucket, new Date(sinceMs).toISOString(), new Date(untilMs).toISOString()];
};

describe(decideWindow, () => {
  it.each([
    [{}, ['minute', '2026-11-30T11:34:00.000Z', '2026-11-30T12:35:00.000Z']],
    [{ bucket: 'hour' as const }, ['hour', '2026-11-29T12:00:00.000Z', '2026-11-30T13:00:00.000Z']],
    [{ bucket: 'day' as const }, ['day', '2026-10-31T00:00:00.000Z', '2026-12-01T00:00:00.000Z']],
    [{ since: at('2026-11-30T09:40:00Z') }, ['minute', '2026-11-30T09:40:00.000Z', '2026-11-30T12:35:00.000Z']],
    [{ since: at('2026-11-29T00:00:00Z') }, ['hour', '2026-11-29T00:00:00.000Z', '2026-11-30T13:00:00.000Z']],
    [{ since: at('2026-09-01T05:00:00Z') }, ['day', '2026-09-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z']],
    // An hour of two weeks ago has no minutes any more.
    [
      { since: at('2026-11-20T10:10:00Z'), until: at('2026-11-20T11:10:00Z') },
      ['hour', '2026-11-20T10:00:00.000Z', '2026-11-20T12:00:00.000Z'],
    ],
    // What has not come yet is not shown.
    [
      { until: at('2027-01-01T00:00:00Z'), since: at('2026-11-30T12:30:00Z') },
      ['minute', '2026-11-30T12:30:00.000Z', '2026-11-30T12:35:00.000Z'],
    ],
  ])('of %j makes whole buckets', (asked, window) => expect(decide(asked)).toEqual(window));

  it.each([
    [{ since: at('2026-11-30T12:00:00Z'), until: at('2026-11-30T12:00:00Z') }, '?since must lie before until'],
    [{ since: at('2027-11-30T12:00:00Z') }, '?since must lie before until'],
    [{ bucket: 'minute' as const, since: at('2026-11-30T05:00:00Z') }, 'by the minute are kept, which is 6 hours'],
    [{ bucket: 'hour' as const, since: at('2026-10-01T05:00:00Z') }, 'by the hour are kept, which is 35 days'],
    [{ since: at('2020-10-01T05:00:00Z') }, 'by the day are kept, which is 400 days'],
  ])('of %j is refused', (asked, reason) => expect(() => decide(asked)).toThrow(reason));

  it('holds no more buckets than an answer may', () => {
    for (const bucket of ['minute', 'hour', 'day'] as const) {
      const kept = { minute: 6 * 60, hour: 35 * 24, day: 400 }[bucket];
      expect(kept).toBeLessThan(MOST_BUCKETS);
    }
  });
});
