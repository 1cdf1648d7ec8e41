import { describe, expect, it } from 'vitest';
import { afterBatch, planBatch } from './timetable.js';

const NOW = 1_764_000_000_000;

/** Makes batches for so long, as a worker that is always there, and answers when each delivery falls due. */
function dueTimes(ratePerSecond: number, forMs: number): number[] {
  const due: number[] = [];
  let slotAtMs = NOW;
  for (let nowMs = NOW; nowMs < NOW + forMs; ) {
    const batch = planBatch({ nowMs, slotAtMs, ratePerSecond });
    for (let n = 0; n < batch.size; n++) due.push(batch.firstDueAtMs + n * batch.spacingMs);
    const after = afterBatch(batch, batch.size);
    slotAtMs = after.slotAtMs;
    nowMs = Math.max(nowMs + 1, after.nextAtMs);
  }
  return due;
}

describe('the timetable of a bulk replay', () => {
  it.each([0.1, 1, 7, 50, 500, 5_000])('spaces deliveries evenly at %d a second', (rate) => {
    const due = dueTimes(rate, 20_000);
    const deviations = due.slice(1).map((at, n) => Math.abs(at - due[n]! - 1_000 / rate));
    expect(deviations.reduce((worst, one) => Math.max(worst, one), 0)).toBeLessThan(0.01);
    expect(due.length).toBeGreaterThanOrEqual(rate * 20);
    expect(due.length).toBeLessThanOrEqual(rate * 21 + 1);
  });

  it('makes deliveries a second before they fall due at most, but always one', () => {
    const batch = planBatch({ nowMs: NOW, slotAtMs: NOW, ratePerSecond: 200 });
    expect(batch).toEqual({ size: 200, firstDueAtMs: NOW, spacingMs: 5 });
    expect(planBatch({ nowMs: NOW, slotAtMs: NOW + 900, ratePerSecond: 200 }).size).toBe(20);
    expect(planBatch({ nowMs: NOW, slotAtMs: NOW + 9_000, ratePerSecond: 0.1 }).size).toBe(1);
  });

  it('makes no more in one transaction than it can bear', () => {
    expect(planBatch({ nowMs: NOW, slotAtMs: NOW, ratePerSecond: 5_000 }).size).toBe(500);
  });

  it('does not make up for slots that went by', () => {
    const { firstDueAtMs, size } = planBatch({ nowMs: NOW, slotAtMs: NOW - 3_600_000, ratePerSecond: 10 });
    expect(firstDueAtMs).toBe(NOW);
    expect(size).toBe(10);
  });

  it('gives the slots of what was skipped to what comes next', () => {
    const batch = planBatch({ nowMs: NOW, slotAtMs: NOW, ratePerSecond: 10 });
    expect(afterBatch(batch, 0)).toEqual({ slotAtMs: NOW, nextAtMs: NOW - 500 });
    expect(afterBatch(batch, 3).slotAtMs).toBe(NOW + 300);
  });
});
