import { beforeEach, describe, expect, it } from 'vitest';
import type { Claimed, Turn } from '#deliveries';
import { Backlog } from './backlog.js';

const NONE: ReadonlySet<string> = new Set();
const LATER = 1_000_000;

describe(Backlog, () => {
  let backlog: Backlog;
  beforeEach(() => {
    backlog = new Backlog();
  });

  /** What a claim for turns brought, due at 1, 2, 3 and so on. */
  const brought = (counts: Record<string, number>, tenantId = 'acme'): Claimed[] =>
    Object.entries(counts).flatMap(([endpointId, count]) =>
      Array.from(
        { length: count },
        (_, n) => ({ dispatch: { endpointId, tenantId }, wasDueAtMs: n + 1 }) as unknown as Claimed,
      ),
    );
  /** Takes turns until each lane's room is no longer what bounds them. */
  const widen = (rounds = 4) => {
    for (let round = 0; round < rounds; round++) {
      const turns = backlog.nextTurns(10_000, NONE);
      const all = Object.fromEntries(turns.map(({ endpointId, rows }) => [endpointId, rows]));
      backlog.settle(turns, brought(all), NONE, 0);
    }
  };
  const rowsOf = (turns: readonly Turn[]) =>
    Object.fromEntries(turns.map(({ endpointId, rows }) => [endpointId, rows] as const));

  it('shares the places over tenants, and over the endpoints of each', () => {
    backlog.add('a1', 'acme', 0);
    backlog.add('a2', 'acme', 0);
    backlog.add('b1', 'bolt', 0);
    expect(rowsOf(backlog.nextTurns(16, NONE))).toEqual({ a1: 4, a2: 4, b1: 8 });
  });

  it('goes round when there are more endpoints than places', () => {
    for (const id of ['a', 'b', 'c']) backlog.add(id, 'acme', 0);
    expect([1, 2, 3].map(() => Object.keys(rowsOf(backlog.nextTurns(2, NONE))))).toEqual([
      ['a', 'b'],
      ['c', 'a'],
      ['b', 'c'],
    ]);
  });

  it('goes round over tenants, however many endpoints one has', () => {
    for (let n = 0; n < 50; n++) backlog.add(`a${n}`, 'acme', 0);
    backlog.add('b', 'bolt', 0);
    expect(rowsOf(backlog.nextTurns(2, NONE))).toEqual({ a0: 1, b: 1 });
  });

  it('gives no turn to a lane that is full', () => {
    backlog.add('a', 'acme', 0);
    expect(backlog.hasTurn(new Set(['a']))).toBe(false);
    expect(backlog.nextTurns(10, new Set(['a']))).toEqual([]);
    backlog.add('b', 'acme', 0);
    expect(backlog.hasTurn(new Set(['a']))).toBe(true);
    expect(rowsOf(backlog.nextTurns(10, new Set(['a'])))).toEqual({ b: 10 });
  });

  it('asks a lane for more while there is room, and for less when that filled it', () => {
    backlog.add('a', 'acme', 0);
    const asked: number[] = [];
    for (const full of [NONE, NONE, new Set(['a']), new Set(['a']), NONE]) {
      const turns = backlog.nextTurns(10_000, NONE);
      asked.push(turns[0]!.rows);
      backlog.settle(turns, brought(rowsOf(turns)), full, 0);
    }
    expect(asked).toEqual([16, 32, 64, 32, 16]);
    widen(20);
    expect(backlog.nextTurns(10_000, NONE)[0]!.rows).toBe(256);
  });

  it('forgets who has no more', () => {
    backlog.add('a', 'acme', 0);
    const turns = backlog.nextTurns(10, NONE);
    backlog.settle(turns, brought({ a: 9 }), NONE, LATER);
    expect(backlog.size).toBe(0);
    expect(backlog.nextTurns(10, NONE)).toEqual([]);
  });

  it('goes on from the last row that came, but never beyond what is settled', () => {
    backlog.add('a', 'acme', 0);
    for (const settledMs of [LATER, 5]) {
      const turns = backlog.nextTurns(10, NONE);
      backlog.settle(turns, brought({ a: 10 }), NONE, settledMs);
      expect(backlog.nextTurns(10, NONE)[0]!.sinceMs).toBe(Math.min(10, settledMs) - 1);
    }
  });

  it('looks further back when it is told so, also in the middle of a turn', () => {
    backlog.add('a', 'acme', 500);
    const turns = backlog.nextTurns(10, NONE);
    backlog.forgetSince();
    backlog.settle(turns, brought({ a: 3 }), NONE, LATER);
    expect(backlog.nextTurns(10, NONE)[0]!.sinceMs).toBe(0);
    backlog.add('b', 'acme', 500);
    backlog.add('b', 'acme', 300);
    backlog.add('b', 'acme', 400);
    expect(backlog.nextTurns(10, NONE).find(({ endpointId }) => endpointId === 'b')!.sinceMs).toBe(300);
  });

  it('learns from its rows whose an endpoint is', () => {
    for (const id of ['a1', 'a2']) backlog.add(id, null, 0);
    backlog.add('b', 'bolt', 0);
    const turns = backlog.nextTurns(12, NONE);
    expect(rowsOf(turns)).toEqual({ a1: 4, a2: 4, b: 4 });
    backlog.settle(turns, [...brought({ a1: 4, a2: 4 }), ...brought({ b: 4 }, 'bolt')], NONE, 0);
    expect(rowsOf(backlog.nextTurns(12, NONE))).toEqual({ a1: 3, a2: 3, b: 6 });
  });

  it('says when there are too many to be kept in mind', () => {
    for (let n = 0; n < 2_000; n++) expect(backlog.add(`${n}`, null, 0)).toBe(true);
    expect(backlog.add('one more', null, 0)).toBe(false);
    expect(backlog.add('7', null, 0)).toBe(true);
  });
});
