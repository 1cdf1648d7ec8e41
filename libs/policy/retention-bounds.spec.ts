import { describe, expect, it } from 'vitest';
import { retentionBounds } from './retention-bounds.js';

const at = (text: string): number => Date.parse(text);

describe(retentionBounds, () => {
  it('lets what is open live for the days exactly, and drops its day once that is over as a whole, and an hour', () => {
    const { openFromMs, keptFromMs } = retentionBounds(30, at('2026-03-31T00:59:59.999Z'));
    expect(openFromMs).toBe(at('2026-03-01T00:59:59.999Z'));
    expect(keptFromMs).toBe(at('2026-02-28T00:00:00Z'));
    expect(retentionBounds(30, at('2026-03-31T01:00:00Z')).keptFromMs).toBe(at('2026-03-01T00:00:00Z'));
  });

  it('never drops the day of anything that may still be open', () => {
    for (let hour = 0; hour < 48; hour++) {
      const { openFromMs, keptFromMs } = retentionBounds(7, at('2026-03-31T00:00:00Z') + hour * 3_600_000);
      expect(keptFromMs).toBeLessThanOrEqual(openFromMs - 3_600_000);
    }
  });

  it('warns of the two days that go next', () => {
    const now = at('2026-03-31T12:00:00Z');
    const { keptFromMs, warnedBelowMs } = retentionBounds(30, now);
    expect(warnedBelowMs - keptFromMs).toBe(2 * 86_400_000);
    expect(retentionBounds(30, now + 2 * 86_400_000).keptFromMs).toBe(warnedBelowMs);
  });

  it('warns of days that are over only, however short retention is', () => {
    expect(retentionBounds(1, at('2026-03-31T12:00:00Z')).warnedBelowMs).toBe(at('2026-03-31T00:00:00Z'));
  });
});
