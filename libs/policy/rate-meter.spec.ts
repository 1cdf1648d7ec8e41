import { describe, expect, it } from 'vitest';
import { RateMeter } from './rate-meter.js';

const SECOND = { limit: 5, periodMs: 1_000 };

describe(RateMeter, () => {
  it('lets as many through at once as the limit says, and then one each fraction of the period', () => {
    const meter = new RateMeter(SECOND);
    const taken = Array.from({ length: 6 }, () => meter.take('a', 0));
    expect(taken.map(({ waitMs }) => waitMs)).toEqual([null, null, null, null, null, 200]);
    expect(taken.map(({ remaining }) => remaining)).toEqual([4, 3, 2, 1, 0, 0]);
    expect(meter.take('a', 199).waitMs).toBe(1);
    expect(meter.take('a', 200)).toEqual({ waitMs: null, remaining: 0, resetMs: 1_000 });
    expect(meter.take('a', 1_200)).toEqual({ waitMs: null, remaining: 4, resetMs: 200 });
  });

  it('counts each name for itself', () => {
    const meter = new RateMeter({ limit: 1, periodMs: 1_000 });
    expect(['a', 'b', 'a'].map((name) => meter.take(name, 0).waitMs)).toEqual([null, null, 1_000]);
  });

  it('can be asked without taking', () => {
    const meter = new RateMeter({ limit: 1, periodMs: 1_000 });
    expect([meter.peek('a', 0), meter.peek('a', 0)]).toEqual([null, null]);
    meter.take('a', 0);
    expect([meter.peek('a', 400), meter.peek('a', 1_000)]).toEqual([600, null]);
  });

  it('holds no more than a thousand names at a capacity of a thousand, and forgets who was there longest ago', () => {
    const meter = new RateMeter({ limit: 1, periodMs: 60_000 }, 1_000);
    for (let n = 0; n < 5_000; n++) meter.take(`name ${n}`, n);
    expect((meter as unknown as { fullAtMs: Map<string, number> }).fullAtMs.size).toBe(1_000);
    expect(meter.take('name 4999', 5_000).waitMs).not.toBeNull();
    expect(meter.take('name 0', 5_000).waitMs).toBeNull();
  });
});
