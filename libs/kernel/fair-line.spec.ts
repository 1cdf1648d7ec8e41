import { describe, expect, it } from 'vitest';
import { FairLine } from './fair-line.js';

interface Item {
  readonly key: string;
  readonly weight: number;
  readonly n: number;
}

describe(FairLine, () => {
  function setup() {
    const line = new FairLine<Item>(
      ({ key }) => key,
      ({ weight }) => weight,
    );
    const push = (key: string, count: number, weight = 1) => {
      for (let n = 0; n < count; n++) line.push({ key, weight, n });
    };
    const take = (maxWeight: number) => {
      const counts: Record<string, number> = {};
      for (const { key } of line.take(maxWeight)) counts[key] = (counts[key] ?? 0) + 1;
      return counts;
    };
    return { line, push, take };
  }

  it('lets whoever has one item go with the next group, however many another one has', () => {
    const { push, take } = setup();
    push('big', 20_000);
    take(250);
    push('small', 1);
    expect(take(250)).toMatchObject({ small: 1 });
  });

  it('keeps the group short in which somebody with little goes beside one who has much, and those after it for a while', () => {
    const { push, take } = setup();
    push('big', 20_000);
    push('small', 3);
    expect(take(240)).toEqual({ big: 57, small: 3 });
    for (let n = 1; n <= 8; n++) expect(take(240)).toEqual({ big: 60 });
    expect(take(240)).toEqual({ big: 240 });
  });

  it('keeps no group short in which many have little each', () => {
    const { push, take } = setup();
    for (let n = 0; n < 300; n++) push(`small-${n}`, 1);
    expect(Object.keys(take(240))).toHaveLength(240);
  });

  it('has a place for each of many keys in one group', () => {
    const { push, take } = setup();
    for (let n = 0; n < 50; n++) push(`big-${n}`, 1_000);
    push('small', 1);
    expect(take(250)).toMatchObject({ small: 1 });
  });

  it('shares a group evenly, and gives what one does not need to the others', () => {
    const { push, take } = setup();
    push('a', 1_000);
    push('b', 1_000);
    push('c', 10);
    expect(take(90)).toEqual({ a: 40, b: 40, c: 10 });
  });

  it('keeps no group short after those who were alone', () => {
    const { push, take } = setup();
    push('small', 1);
    expect(take(240)).toEqual({ small: 1 });
    push('big', 20_000);
    expect(take(240)).toEqual({ big: 240 });
  });

  it('shares by weight, not by number', () => {
    const { push, take } = setup();
    push('heavy', 100, 8);
    push('light', 1_000, 1);
    const counts = take(160);
    expect(counts['heavy']! * 8).toBeGreaterThan(70);
    expect(counts['light']!).toBeGreaterThan(70);
  });

  it('takes one that is heavier than a whole group, alone, and lets others pass it only for so long', () => {
    const { push, take, line } = setup();
    push('heavy', 1, 600);
    expect(take(250)).toEqual({ heavy: 1 });
    push('heavy', 1, 600);
    push('light', 2_000);
    let before = 0;
    for (let counts = take(250); counts['heavy'] === undefined; counts = take(250)) before += counts['light']!;
    expect(before).toBeLessThanOrEqual(850);
    expect(line.length).toBeGreaterThan(1_000);
  });

  it('keeps the order of each key, and loses nothing', () => {
    const { line, push } = setup();
    push('a', 1_500);
    push('b', 700);
    const taken: Item[] = [];
    while (line.length > 0) {
      taken.push(...line.take(97));
      if (taken.length === 970) push('c', 300);
    }
    for (const [key, count] of [
      ['a', 1_500],
      ['b', 700],
      ['c', 300],
    ] as const) {
      const order = taken.filter((item) => item.key === key).map(({ n }) => n);
      expect(order).toEqual(Array.from({ length: count }, (_, n) => n));
    }
  });
});
