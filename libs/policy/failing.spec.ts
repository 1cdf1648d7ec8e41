import { describe, expect, it } from 'vitest';
import { decideFailing, type FailingFacts, type FailingRun } from './failing.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T0 = Date.UTC(2026, 10, 1);

/** A run since T0, known to within the hour, with this many failures that last until `lastedMs` after T0. */
function decide(lastedMs: number, failures: number, over: Partial<FailingFacts & FailingRun> = {}) {
  const lastFailureAtMs = T0 + lastedMs;
  const { failed = 100 + failures, lastSuccessAtMs = T0 - HOUR, ...run } = over;
  return decideFailing({
    failed,
    lastSuccessAtMs,
    lastFailureAtMs,
    run: { sinceMs: T0, lastFailureAtMs: lastFailureAtMs - 60_000, failedBefore: 100, warnings: 0, ...run },
  });
}

describe(decideFailing, () => {
  it.each([
    ['the first failure ever', { lastSuccessAtMs: null }, 'begin'],
    ['a failure after a success', { lastSuccessAtMs: T0 - 1 }, 'begin'],
    ['a success after the failures', { lastSuccessAtMs: T0 + 1 }, 'nothing'],
  ])('without a run, after %s: %o → %s', (_, facts, kind) => {
    expect(decideFailing({ failed: 7, lastFailureAtMs: T0, run: null, ...facts }).kind).toBe(kind);
  });

  it('disables after five days without a success and at least ten failures', () => {
    expect(decide(5 * DAY, 10)).toEqual({ kind: 'disable' });
    expect(decide(9 * DAY, 5_000, { warnings: 2 })).toEqual({ kind: 'disable' });
  });

  it.each([
    ['nine failures', 5 * DAY, 9],
    ['four days', 4 * DAY, 5_000],
    ['a millisecond less than five days', 5 * DAY - 1, 10],
  ])('does not for %s', (_, lastedMs, failures) => {
    expect(decide(lastedMs, failures, { warnings: 2 })).toEqual({ kind: 'nothing' });
  });

  it.each([0, 1, 2])('never after a success in between, whatever failed since (warned %i times)', (warnings) => {
    const decision = decide(9 * DAY, 5_000, { lastSuccessAtMs: T0 + 2 * DAY, warnings });
    expect(decision).toEqual({ kind: 'end', isRecovery: warnings > 0 });
  });

  it('warns after one day and after three, once each', () => {
    expect(decide(DAY - 1, 50)).toEqual({ kind: 'nothing' });
    expect(decide(DAY, 3)).toEqual({ kind: 'warn', warning: 1 });
    expect(decide(2 * DAY, 50, { warnings: 1 })).toEqual({ kind: 'nothing' });
    expect(decide(3 * DAY, 50, { warnings: 1 })).toEqual({ kind: 'warn', warning: 2 });
    expect(decide(4 * DAY, 50, { warnings: 2 })).toEqual({ kind: 'nothing' });
  });

  it('warns of nothing that has failed only twice', () => {
    expect(decide(2 * DAY, 2)).toEqual({ kind: 'nothing' });
  });

  it('begins anew after a silence: two bad moments are not five bad days', () => {
    expect(decide(6 * DAY, 50, { lastFailureAtMs: T0 + 3 * DAY })).toEqual({ kind: 'begin' });
    expect(decide(6 * DAY, 50, { lastFailureAtMs: T0 + 4 * DAY })).toEqual({ kind: 'disable' });
  });

  it('begins anew when the counts it goes by were lost', () => {
    expect(decide(9 * DAY, 0, { failed: 99 })).toEqual({ kind: 'begin' });
    expect(decide(9 * DAY, 50, { lastFailureAtMs: T0 + 9 * DAY + 1 })).toEqual({ kind: 'begin' });
  });

  it('keeps the latest failure once an hour, not with each', () => {
    expect(decide(4 * DAY, 50, { warnings: 2, lastFailureAtMs: T0 + 4 * DAY - HOUR })).toEqual({ kind: 'note' });
    expect(decide(4 * DAY, 50, { warnings: 2, lastFailureAtMs: T0 + 4 * DAY - HOUR + 1 })).toEqual({ kind: 'nothing' });
  });
});
