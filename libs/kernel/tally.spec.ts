import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Tally } from './tally.js';

interface Count {
  key: string;
  n: number;
}

const count = (tally: Tally<Count>, key: string): void => {
  (tally.peek(key) ?? tally.begin(key, { key, n: 0 })).n += 1;
};

function setup() {
  const written: Count[][] = [];
  let failures = 0;
  const tally = new Tally<Count>({
    write: (changes) => {
      if (failures-- > 0) return Promise.reject(new Error('away'));
      written.push(changes.map((change) => ({ ...change })));
      return Promise.resolve();
    },
    merge: (after, before) => (after.n += before.n),
  });
  return { tally, written, failNext: (times: number) => (failures = times) };
}

describe(Tally, () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('writes what was counted about a second later, once', async () => {
    const { tally, written } = setup();
    count(tally, 'a');
    count(tally, 'a');
    count(tally, 'b');
    expect(written).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(written).toEqual([
      [
        { key: 'a', n: 2 },
        { key: 'b', n: 1 },
      ],
    ]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(written).toHaveLength(1);
  });

  it('counts what could not be written together with what comes next, and tries by itself', async () => {
    const { tally, written, failNext } = setup();
    failNext(2);
    count(tally, 'a');
    await vi.advanceTimersByTimeAsync(1_000);
    count(tally, 'a');
    count(tally, 'b');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(written).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(written.flat()).toEqual([
      { key: 'a', n: 2 },
      { key: 'b', n: 1 },
    ]);
  });

  it('writes at once when told to', async () => {
    const { tally, written } = setup();
    count(tally, 'a');
    await tally.flush();
    expect(written).toEqual([[{ key: 'a', n: 1 }]]);
  });
});
