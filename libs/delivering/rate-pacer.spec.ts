import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dispatch } from '#deliveries';
import type { SlotRequest, SlotStore } from '#endpoints';
import { newUuid } from '#kernel';
import type { SlotRun } from '#policy';
import type { LaneExits } from './lane-exits.js';
import { RatePacer } from './rate-pacer.js';

const RATE = { limit: 10, periodSeconds: 1 };
const NOW_MS = 1_795_000_000_000;

describe(RatePacer, () => {
  let left: string[];
  let placed: Dispatch[];
  let parked: number;
  let asked: SlotRequest[][];
  let pacer: RatePacer;
  /** The endpoint's timetable: null when its rate is not limited any more. */
  let nextMs: number | null;

  beforeEach(() => {
    vi.useFakeTimers({ now: NOW_MS, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    [left, placed, parked, asked, nextMs] = [[], [], 0, [], NOW_MS];
    pacer = new RatePacer(
      { reserve } as unknown as SlotStore,
      {
        defer: async ({ deliveryId }: Dispatch, atMs: number) => void left.push(`${deliveryId} at ${atMs - NOW_MS}`),
        bury: async ({ deliveryId }: Dispatch) => void left.push(`${deliveryId} buried`),
      } as unknown as LaneExits,
      { park: () => (parked += 1), unpark: () => (parked -= 1) },
      (dispatch) => placed.push(dispatch),
      { now: () => Date.now() },
      { retentionMs: 86_400_000, maxWaiting: 8, maxWaitingOfOne: 5 },
    );
  });
  afterEach(() => void vi.useRealTimers());

  async function reserve(requests: readonly SlotRequest[]): Promise<Map<string, SlotRun>> {
    asked.push([...requests]);
    if (nextMs === null) return new Map();
    const runs = requests.map(({ endpointId, soon, later }) => {
      const run = { firstMs: nextMs!, everyMs: 100, count: soon + later };
      nextMs! += run.count * 100;
      return [endpointId, run] as const;
    });
    return new Map(runs);
  }

  const a = (deliveryId: string, over: Partial<Dispatch> = {}, expiresAtMs: number | null = null): Dispatch =>
    ({
      deliveryId,
      endpointId: 'e',
      generation: 1,
      attempts: 0,
      slotAtMs: null,
      isSlotOfRate: false,
      event: { id: newUuid(NOW_MS), expiresAtMs },
      ...over,
    }) as Dispatch;

  const admitAll = (...dispatches: Dispatch[]) => Promise.all(dispatches.map((one) => pacer.admit(one, RATE)));

  it('asks once for those whose turn comes together, sends the first and keeps the others until their slots', async () => {
    const all = ['a', 'b', 'c'].map((name) => a(name));
    expect(await admitAll(...all)).toEqual([true, false, false]);
    expect(asked).toMatchObject([[{ endpointId: 'e', soon: 0, later: 3 }]]);
    expect([parked, placed]).toEqual([2, []]);
    vi.advanceTimersByTime(100);
    expect([parked, placed]).toEqual([1, [all[1]]]);
    expect(await pacer.admit(all[1]!, RATE)).toBe(true);
    vi.advanceTimersByTime(100);
    expect(placed).toEqual([all[1], all[2]]);
    expect(asked).toHaveLength(1);
    expect(left).toEqual([]);
  });

  it('defers what has a slot that is not near', async () => {
    nextMs = NOW_MS + 5_000;
    expect(await admitAll(a('a'), a('b'))).toEqual([false, false]);
    expect(left).toEqual(['a at 5000', 'b at 5100']);
    expect(parked).toBe(0);
  });

  it('keeps no more than there is room for', async () => {
    await admitAll(...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => a(name)));
    expect(parked).toBe(5);
    expect(left).toEqual(['g at 600']);
  });

  it('takes a slot of the rate for what has waited for one of a circuit', async () => {
    expect(await pacer.admit(a('after a circuit', { slotAtMs: NOW_MS, generation: 4 }), RATE)).toBe(true);
    expect(asked).toMatchObject([[{ endpointId: 'e', later: 1 }]]);
  });

  it('lets go by its slot what has waited for it, and asks for another when it comes too late', async () => {
    expect(await pacer.admit(a('in time', { isSlotOfRate: true, slotAtMs: NOW_MS - 10, generation: 4 }), RATE)).toBe(
      true,
    );
    expect(asked).toEqual([]);
    nextMs = NOW_MS + 60_000;
    expect(await pacer.admit(a('late', { isSlotOfRate: true, slotAtMs: NOW_MS - 3_000, generation: 4 }), RATE)).toBe(
      false,
    );
    expect(left).toEqual(['late at 60000']);
  });

  it('keeps a distance between those that come late together', async () => {
    const late = ['a', 'b', 'c'].map((name, n) =>
      a(name, { isSlotOfRate: true, slotAtMs: NOW_MS - 1_000 + n * 100, generation: 4 }),
    );
    expect(await admitAll(...late)).toEqual([true, false, false]);
    vi.advanceTimersByTime(60);
    expect(placed).toEqual([]);
    vi.advanceTimersByTime(20);
    expect(placed).toEqual([late[1]]);
  });

  it('buries what ends before its slot', async () => {
    nextMs = NOW_MS + 5_000;
    expect(await pacer.admit(a('a', {}, NOW_MS + 4_000), RATE)).toBe(false);
    expect(asked).toMatchObject([[{ soon: 1, soonUntilMs: NOW_MS + 4_000, later: 0 }]]);
    expect(left).toEqual(['a buried']);
  });

  it('sends at once where the limit is no more', async () => {
    nextMs = null;
    expect(await pacer.admit(a('a'), RATE)).toBe(true);
  });

  it('gives back what waits when it closes, with its slot', async () => {
    await admitAll(a('a'), a('b'));
    pacer.close();
    expect(left).toEqual(['b at 100']);
    expect(parked).toBe(0);
    await admitAll(a('c'));
    expect(left).toEqual(['b at 100', 'c at 200']);
    vi.advanceTimersByTime(1_000);
    expect(placed).toEqual([]);
  });
});
