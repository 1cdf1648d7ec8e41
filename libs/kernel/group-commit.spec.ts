import { describe, expect, it } from 'vitest';
import { GroupCommit, type GroupCommitOptions } from './group-commit.js';

class DataError extends Error {}

interface Flush {
  items: readonly number[];
  finish(): void;
  fail(error: Error): void;
}

/** A group commit whose flushes the test ends by hand. */
function setup(options: Partial<GroupCommitOptions<number, string>> = {}) {
  const flushes: Flush[] = [];
  const group = new GroupCommit<number, string>({
    flush: (items) =>
      new Promise((resolve, reject) =>
        flushes.push({ items, finish: () => resolve(items.map((item) => `wrote ${item}`)), fail: reject }),
      ),
    maxWeight: 100,
    isDataError: (error) => error instanceof DataError,
    retryDelayMs: () => null,
    ...options,
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { group, flushes, turn };
}

describe(GroupCommit, () => {
  it('writes a lone item at once', async () => {
    const { group, flushes, turn } = setup();
    const added = group.add(1);
    await turn();
    expect(flushes.map(({ items }) => items)).toEqual([[1]]);
    flushes[0]!.finish();
    expect(await added).toBe('wrote 1');
  });

  it('puts whatever arrives while a flush is in flight into the next one', async () => {
    const { group, flushes, turn } = setup();
    void group.add(1);
    await turn();
    const late = [group.add(2), group.add(3)];
    await turn();
    expect(flushes).toHaveLength(1);
    flushes[0]!.finish();
    await turn();
    await turn();
    expect(flushes[1]!.items).toEqual([2, 3]);
    flushes[1]!.finish();
    expect(await Promise.all(late)).toEqual(['wrote 2', 'wrote 3']);
  });

  it('bounds a group by weight, but lets a single heavier item go alone', async () => {
    const { group, flushes, turn } = setup({ maxWeight: 5, weigh: (item) => item });
    for (const item of [2, 3, 1, 9, 1]) void group.add(item);
    for (let flush = 0; flush < 4; flush++) {
      await turn();
      await turn();
      flushes[flush]!.finish();
      await turn();
    }
    expect(flushes.map(({ items }) => items)).toEqual([[2, 3], [1], [9], [1]]);
  });

  it('has one flush under way, however much is waiting', async () => {
    const { group, flushes, turn } = setup({ maxWeight: 1 });
    for (const item of [1, 2, 3]) void group.add(item);
    await turn();
    await turn();
    expect(flushes).toHaveLength(1);
    flushes[0]!.finish();
    await turn();
    await turn();
    expect(flushes).toHaveLength(2);
  });

  it('refuses the culprit of a data error alone', async () => {
    const written: number[][] = [];
    const { group } = setup({
      flush: async (items) => {
        if (items.includes(5)) throw new DataError('five');
        written.push([...items]);
        return items.map(String);
      },
    });
    const results = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7].map((item) => group.add(item)));
    expect(results.map(({ status }) => status)).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((n) => (n === 5 ? 'rejected' : 'fulfilled')),
    );
    expect(written.flat()).toEqual([1, 2, 3, 4, 6, 7]);
    expect(group.pending).toBe(0);
  });

  it('tries again for as long as it is told to, with the same items', async () => {
    const tries: (readonly number[])[] = [];
    const { group } = setup({
      flush: async (items) => {
        tries.push(items);
        if (tries.length < 3) throw new Error('away');
        return items.map(String);
      },
      retryDelayMs: (_error, failures) => (failures < 5 ? 0 : null),
    });
    expect(await group.add(1)).toBe('1');
    expect(tries).toEqual([[1], [1], [1]]);
  });

  it('rejects all of a group that it gives up on, and goes on with the next', async () => {
    let isAway = true;
    const { group } = setup({
      flush: async (items) => {
        if (isAway) throw new Error('away');
        return items.map(String);
      },
    });
    await expect(group.add(1)).rejects.toThrow('away');
    isAway = false;
    expect(await group.add(2)).toBe('2');
  });

  it('is idle when everything added has been settled', async () => {
    const { group, flushes, turn } = setup();
    void group.add(1);
    let isIdle = false;
    const idle = group.idle().then(() => (isIdle = true));
    await turn();
    expect(isIdle).toBe(false);
    flushes[0]!.finish();
    await idle;
    expect(group.pending).toBe(0);
  });
});
