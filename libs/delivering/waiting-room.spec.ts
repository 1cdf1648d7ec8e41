import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dispatch } from '#deliveries';
import { WaitingRoom } from './waiting-room.js';

const named = (deliveryId: string): Dispatch => ({ deliveryId }) as Dispatch;

describe(WaitingRoom, () => {
  let left: string[];
  let room: WaitingRoom;

  beforeEach(() => {
    vi.useFakeTimers();
    left = [];
    room = new WaitingRoom({ now: () => Date.now() }, ({ deliveryId }) => left.push(deliveryId));
  });
  afterEach(() => void vi.useRealTimers());

  const at = (ms: number): number => Date.now() + ms;

  it('lets everybody go at their moment, whoever came first', () => {
    room.add(named('late'), at(300));
    room.add(named('early'), at(100));
    room.add(named('middle'), at(200));
    expect(room.size).toBe(3);
    vi.advanceTimersByTime(100);
    expect(left).toEqual(['early']);
    vi.advanceTimersByTime(200);
    expect(left).toEqual(['early', 'middle', 'late']);
    expect(room.size).toBe(0);
  });

  it('lets go in the order of coming what has the same moment', () => {
    const moment = at(100);
    for (const name of ['a', 'b', 'c']) room.add(named(name), moment);
    vi.advanceTimersByTime(100);
    expect(left).toEqual(['a', 'b', 'c']);
  });

  it('has no timer while nobody waits', () => {
    expect(vi.getTimerCount()).toBe(0);
    room.add(named('a'), at(100));
    room.add(named('b'), at(200));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(200);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes everybody out at once', () => {
    const moment = at(100);
    room.add(named('a'), moment);
    expect(room.clear()).toEqual([{ dispatch: named('a'), atMs: moment }]);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(200);
    expect(left).toEqual([]);
  });

  it('takes more in while it lets go', () => {
    const again = new WaitingRoom({ now: () => Date.now() }, ({ deliveryId }) => {
      left.push(deliveryId);
      if (left.length < 3) again.add(named(`${deliveryId}+`), at(10));
    });
    again.add(named('a'), at(10));
    vi.advanceTimersByTime(100);
    expect(left).toEqual(['a', 'a+', 'a++']);
  });
});
