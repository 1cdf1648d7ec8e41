import { describe, expect, it } from 'vitest';
import { MAX_RETRY_AFTER_MS } from './retry-after.js';
import { decidePauseUntil, isPushBack, Pace } from './throttle.js';

const NOW = Date.UTC(2026, 10, 24, 12);

describe(isPushBack, () => {
  it.each([
    [429, true],
    [502, true],
    [503, true],
    [504, true],
    [500, false],
    [404, false],
    [200, false],
    [null, false],
  ])('takes %s for %s', (status, expected) => {
    expect(isPushBack(status)).toBe(expected);
  });
});

describe(decidePauseUntil, () => {
  it.each([
    ['seconds', 503, '7', NOW + 7_000],
    ['a date', 429, 'Tue, 24 Nov 2026 12:00:30 GMT', NOW + 30_000],
    ['a year, cut to a day', 503, '31536000', NOW + MAX_RETRY_AFTER_MS],
    ['a date in the past', 503, 'Mon, 23 Nov 2026 12:00:00 GMT', null],
    ['nothing', 503, null, null],
    ['zero', 503, '0', null],
    ['garbage', 503, '5 apples', null],
    ['seconds, with an answer that is no push-back', 500, '7', null],
    ['seconds, with a success', 200, '7', null],
  ])('understands %s', (_what, status, retryAfter, until) => {
    expect(decidePauseUntil(status, retryAfter, NOW)).toBe(until);
  });
});

describe(Pace, () => {
  const apart = (pace: Pace): number => {
    const first = pace.nextTurn(0, 0);
    return pace.nextTurn(0, 0) - first;
  };

  it('gives turns one after the other, none before the pause is over', () => {
    const pace = new Pace();
    pace.paused();
    const turns = [pace.nextTurn(NOW, 0), pace.nextTurn(NOW, 0), pace.nextTurn(NOW, 0)];
    expect(turns).toEqual([NOW, NOW + 50, NOW + 100]);
  });

  it('is halved by each pause and a little faster with each success', () => {
    const pace = new Pace();
    pace.paused();
    expect(apart(pace)).toBeCloseTo(50);
    pace.paused();
    expect(apart(pace)).toBeCloseTo(100);
    for (let n = 0; n < 20; n++) pace.succeeded();
    expect(apart(pace)).toBeCloseTo(50);
  });

  it('makes nobody wait for more than a minute longer than was asked for', () => {
    const pace = new Pace();
    pace.paused();
    for (let n = 0; n < 1_200; n++) pace.nextTurn(NOW, 0);
    expect(pace.nextTurn(NOW, 0)).toBe(NOW + 60_000);
    expect(pace.nextTurn(NOW, 0.5)).toBe(NOW + 30_000);
  });

  it('never stops', () => {
    const pace = new Pace();
    for (let n = 0; n < 100; n++) pace.paused();
    expect(apart(pace)).toBe(10_000);
  });
});
