import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Tally } from './tally.js';

interface Count {
  key: string;
  n: number;
}

const begin = (key: string): Count => ({ key, n: 0 });

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
    tally.of('a', begin).n += 1;
    tally.of('a', begin).n += 1;
    tally.of('b', begin).n += 1;
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
    tally.of('a', begin).n += 1;
    await vi.advanceTimersByTimeAsync(1_000);
    tally.of('a', begin).n += 1;
    tally.of('b', begin).n += 1;
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
    tally.of('a', begin).n += 1;
    await tally.flush();
    expect(written).toEqual([[{ key: 'a', n: 1 }]]);
  });
});
