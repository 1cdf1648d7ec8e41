import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ListPage } from '#database';
import { type Listed, lookThrough, type Slice } from './look.js';

interface Row {
  id: string;
}

const page = (limit: number): ListPage => ({ limit, after: null, order: 'asc' });
const ids = (rows: readonly Row[]): number[] => rows.map(({ id }) => Number(id));

describe(lookThrough, () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  /** A list of the numbers below `count` of which some are wanted; looking at a thousand of them takes `msPerThousand`. */
  function aList(count: number, isWanted: (n: number) => boolean, msPerThousand: number) {
    const looks: number[] = [];
    const read = async ({ after, limit }: ListPage, budget: number): Promise<Slice<Row>> => {
      const rows: Row[] = [];
      const from = after === null ? 0 : Number(after) + 1;
      for (let n = from; ; n++) {
        const looked = n - from;
        if (n === count || looked === budget || rows.length === limit) {
          looks.push(looked);
          vi.advanceTimersByTime((looked / 1_000) * msPerThousand);
          return { rows, edge: looked === budget ? String(n - 1) : null };
        }
        if (isWanted(n)) rows.push({ id: String(n) });
      }
    };
    return { read, looks };
  }

  it('fills a page from as many looks as it takes', async () => {
    const { read, looks } = aList(5_000, (n) => n % 100 === 0, 1);
    const { rows, stoppedAt } = await lookThrough(page(20), [page(20)], read);
    expect(ids(rows)).toEqual(Array.from({ length: 20 }, (_, n) => n * 100));
    expect(stoppedAt).toBeNull();
    expect(looks.length).toBeGreaterThan(1);
  });

  it('stops after some milliseconds when nothing is found, and says where', async () => {
    const { read, looks } = aList(1_000_000, () => false, 5);
    const { rows, stoppedAt } = await lookThrough(page(20), [page(20)], read);
    const looked = looks.reduce((sum, n) => sum + n);
    expect(rows).toEqual([]);
    expect(stoppedAt).toBe(String(looked - 1));
    // A look is made to take 15 ms at most, and none is begun after 15.
    expect(performance.now()).toBeLessThanOrEqual(30);
  });

  it('looks at a little first, and stops at once where looking is slow', async () => {
    const { read, looks } = aList(1_000_000, () => false, 1_000);
    await lookThrough(page(20), [page(20)], read);
    expect(looks).toEqual([250]);
  });

  it('finds everything, each once, by going on from where it stopped', async () => {
    const { read } = aList(100_000, (n) => n % 7_919 === 0, 2);
    const found: number[] = [];
    let pages = 0;
    for (let after: string | null = null; ; pages++) {
      const { rows, stoppedAt }: Listed<Row> = await lookThrough({ ...page(5), after }, [page(5)], read);
      found.push(...ids(rows));
      const last: string | null = rows.at(-1)?.id ?? null;
      if (stoppedAt === null && rows.length < 5) break;
      after = stoppedAt ?? last;
    }
    expect(found).toEqual(Array.from({ length: 13 }, (_, n) => n * 7_919));
    expect(pages).toBeGreaterThan(3);
  });

  it('goes on with the next window when one is at its end, however long that took', async () => {
    const windows = [1, 2, 3].map((untilMs) => ({ ...page(9), untilMs }));
    const { rows, stoppedAt } = await lookThrough<Row>(page(9), windows, async ({ untilMs }) => {
      vi.advanceTimersByTime(1_000);
      return { rows: [{ id: String(untilMs) }], edge: null };
    });
    expect([ids(rows), stoppedAt]).toEqual([[1, 2, 3], null]);
  });
});
