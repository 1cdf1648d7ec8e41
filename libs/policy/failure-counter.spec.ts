import { describe, expect, it } from 'vitest';
import { CIRCUIT_RULES } from './circuit.js';
import { FailureCounter } from './failure-counter.js';

/** `x` fails, `.` is an answer; one each `everyMs`. Answers when and why the circuit would first open. */
function play(outcomes: string, everyMs: number): { at: number; reason: string } | null {
  const counter = new FailureCounter(CIRCUIT_RULES);
  for (const [index, outcome] of outcomes.split('').entries()) {
    const nowMs = 1_000_000 + index * everyMs;
    counter.note(outcome === 'x', nowMs);
    const reason = counter.reasonToOpen(nowMs);
    if (reason !== null) return { at: index + 1, reason };
  }
  return null;
}

const HOUR = 3_600_000;

describe(FailureCounter, () => {
  it.each([
    ['half of twenty within a minute', 'x.'.repeat(10), 1_000, 20],
    ['all of twenty at once', 'x'.repeat(20), 0, 20],
    ['ten in a row over more than five seconds', 'x'.repeat(10), 1_000, 10],
    ["ten in a row over days, one delivery's whole schedule", 'x'.repeat(10), 12 * HOUR, 10],
  ])('opens after %s', (_what, outcomes, everyMs, at) => {
    expect(play(outcomes, everyMs)?.at).toBe(at);
  });

  it.each([
    ['nineteen at once, of a restart', 'x'.repeat(19), 0],
    ['less than half', 'x..'.repeat(30), 1_000],
    ['nine in a row', `${'x'.repeat(9)}.`.repeat(1), 60_000],
    ['many failures, each forgotten before the next two', 'xx.'.repeat(50), 10_000],
  ])('stays closed for %s', (_what, outcomes, everyMs) => {
    expect(play(outcomes, everyMs)).toBeNull();
  });

  it('says why in words', () => {
    expect(play('x.'.repeat(10), 1_000)?.reason).toBe('10 of 20 attempts failed within 60 s');
    expect(play('x'.repeat(10), 1_000)?.reason).toBe('10 attempts failed in a row');
  });

  it('forgets what is older than the window', () => {
    const counter = new FailureCounter(CIRCUIT_RULES);
    for (let n = 0; n < 19; n++) counter.note(true, 1_000_000);
    counter.note(false, 1_000_001);
    counter.note(true, 1_000_000 + 70_000);
    expect(counter.reasonToOpen(1_000_000 + 70_000)).toBeNull();
  });

  it('is quiet when an answer has come and no failure lies within the window', () => {
    const counter = new FailureCounter(CIRCUIT_RULES);
    counter.note(true, 1_000_000);
    expect(counter.isQuiet(1_000_000 + HOUR)).toBe(false);
    counter.note(false, 1_000_001);
    expect(counter.isQuiet(1_000_002)).toBe(false);
    expect(counter.isQuiet(1_000_000 + HOUR)).toBe(true);
  });
});
