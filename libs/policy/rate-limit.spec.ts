import { describe, expect, it } from 'vitest';
import { assignSlots, isSlotGood, paceSlot, slotIntervalMs } from './rate-limit.js';

const NEVER = Number.MAX_SAFE_INTEGER;

describe(slotIntervalMs.name, () => {
  it('spreads the limit evenly over the period', () => {
    expect(slotIntervalMs({ limit: 20, periodSeconds: 1 })).toBe(50);
    expect(slotIntervalMs({ limit: 1, periodSeconds: 3_600 })).toBe(3_600_000);
  });
});

describe(assignSlots.name, () => {
  it('gives consecutive slots in the order of asking', () => {
    expect(assignSlots([NEVER, NEVER, NEVER], { firstMs: 100, everyMs: 50, count: 3 })).toEqual([100, 150, 200]);
  });

  it('lets those go first that end first', () => {
    expect(assignSlots([NEVER, 180, 120], { firstMs: 100, everyMs: 50, count: 3 })).toEqual([200, 150, 100]);
  });

  it('gives no slot to what would end before it, and that slot to the next one', () => {
    expect(assignSlots([90, NEVER, 100], { firstMs: 100, everyMs: 50, count: 3 })).toEqual([null, 100, null]);
  });

  it('gives no more slots than were reserved', () => {
    expect(assignSlots([NEVER, NEVER], { firstMs: 100, everyMs: 50, count: 1 })).toEqual([100, null]);
    expect(assignSlots([NEVER], { firstMs: 100, everyMs: 50, count: 0 })).toEqual([null]);
  });
});

describe(isSlotGood.name, () => {
  it('takes a slot until two seconds after it', () => {
    const first = { attempts: 0, generation: 4 };
    expect(isSlotGood(10_000, first, 10_000)).toBe(true);
    expect(isSlotGood(10_000, first, 12_000)).toBe(true);
    expect(isSlotGood(10_000, first, 12_001)).toBe(false);
  });

  it('bears more with a delivery that has lost one, so that it is not written for ever', () => {
    expect(isSlotGood(10_000, { attempts: 0, generation: 5 }, 70_000)).toBe(true);
    expect(isSlotGood(10_000, { attempts: 1, generation: 8 }, 70_000)).toBe(false);
    expect(isSlotGood(10_000, { attempts: 0, generation: 5 }, 70_001)).toBe(false);
  });
});

describe(paceSlot.name, () => {
  it('sends at the slot', () => {
    expect(paceSlot(1_000, 0, 50, 400)).toEqual({ atMs: 1_000, nextMs: 1_045 });
  });

  it('does not hold back what is a moment late, nor what comes after it', () => {
    expect(paceSlot(1_000, 0, 50, 1_015)).toEqual({ atMs: 1_000, nextMs: 1_045 });
  });

  it('spreads what comes late all at once', () => {
    const sent: number[] = [];
    let nextMs = 0;
    for (const slotAtMs of [1_000, 1_100, 1_200, 1_300]) {
      const pace = paceSlot(slotAtMs, nextMs, 100, 2_000);
      sent.push(pace.atMs);
      nextMs = pace.nextMs;
    }
    expect(sent).toEqual([1_980, 2_070, 2_160, 2_250]);
  });

  it('is in time again a while after it was late', () => {
    let nextMs = 2_500;
    let lateMs = 0;
    for (let slotAtMs = 2_000; slotAtMs < 20_000; slotAtMs += 100) {
      const pace = paceSlot(slotAtMs, nextMs, 100, slotAtMs);
      nextMs = pace.nextMs;
      lateMs = pace.atMs - slotAtMs;
    }
    expect(lateMs).toBe(0);
  });
});
