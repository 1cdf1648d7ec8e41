import { describe, expect, it } from 'vitest';
import { decideRisk, successPercent } from './success-watch.js';

describe(decideRisk, () => {
  it.each([
    [{ attempts: 100, failed: 11 }, false, 'begin'],
    [{ attempts: 100, failed: 10 }, false, 'stay'],
    [{ attempts: 20, failed: 20 }, false, 'begin'],
    [{ attempts: 19, failed: 19 }, false, 'stay'],
    [{ attempts: 0, failed: 0 }, false, 'stay'],
    [{ attempts: 100, failed: 50 }, true, 'stay'],
    [{ attempts: 100, failed: 6 }, true, 'stay'],
    [{ attempts: 100, failed: 5 }, true, 'end'],
    [{ attempts: 3, failed: 3 }, true, 'stay'],
    [{ attempts: 0, failed: 0 }, true, 'end'],
  ])('of %j, at risk before: %s, decides to %s', (recent, isAtRisk, decision) => {
    expect(decideRisk(recent, isAtRisk)).toBe(decision);
  });
});

describe(successPercent, () => {
  it('says 100 only when all succeeded', () => {
    expect(successPercent({ attempts: 1_000, failed: 0 })).toBe(100);
    expect(successPercent({ attempts: 1_000, failed: 1 })).toBe(99);
  });
});
