import { describe, expect, it } from 'vitest';
import { type AuthenticationFailure, FailureTally } from './failure-tally.js';

const failure = (fields: Partial<AuthenticationFailure> = {}): AuthenticationFailure => ({
  address: '192.0.2.1',
  prefix: 'phk_abcd1234',
  reason: 'unknown',
  ...fields,
});

describe(FailureTally, () => {
  it('tells the first failure after a second, with those that came along, and the others once a minute', () => {
    const tally = new FailureTally();
    expect(tally.nextDueMs()).toBeNull();
    for (const nowMs of [0, 200, 900]) tally.add(failure(), nowMs);
    expect(tally.nextDueMs()).toBe(1_000);
    expect(tally.take(999)).toEqual([]);
    expect(tally.take(1_000)).toEqual([{ ...failure(), count: 3, sinceMs: 0, untilMs: 900 }]);
    expect(tally.nextDueMs()).toBeNull();
    for (let nowMs = 2_000; nowMs < 50_000; nowMs += 10) tally.add(failure(), nowMs);
    expect(tally.nextDueMs()).toBe(61_000);
    expect(tally.take(60_999)).toEqual([]);
    expect(tally.take(61_000)).toMatchObject([{ count: 4_800, sinceMs: 2_000, untilMs: 49_990 }]);
  });

  it('tells addresses, keys and reasons apart, but not the addresses of one IPv6 network', () => {
    const tally = new FailureTally();
    tally.add(failure(), 0);
    tally.add(failure({ reason: 'revoked' }), 0);
    tally.add(failure({ prefix: null }), 0);
    for (let n = 0; n < 500; n++) tally.add(failure({ address: `2001:db8:1:2::${n.toString(16)}` }), 0);
    expect(tally.take(1_000).map(({ count }) => count)).toEqual([1, 1, 1, 500]);
  });

  it('tells of no more than a hundred groups a minute, and of the others as one', () => {
    const tally = new FailureTally();
    for (let n = 0; n < 5_000; n++) tally.add(failure({ prefix: `phk_${n}` }), 0);
    const sums = tally.take(1_000);
    expect(sums).toHaveLength(101);
    expect(sums.at(-1)).toMatchObject({ address: null, prefix: null, reason: 'unknown', count: 4_900 });
    for (let n = 5_000; n < 10_000; n++) tally.add(failure({ prefix: `phk_${n}` }), 2_000);
    expect(tally.take(60_000)).toEqual([]);
    expect(tally.take(61_000)).toMatchObject([{ address: null, count: 5_000 }]);
    // A quiet minute later there is room again.
    tally.add(failure({ prefix: 'phk_new' }), 130_000);
    expect(tally.take(131_000)).toMatchObject([{ prefix: 'phk_new' }]);
  });

  it('tells all at the end', () => {
    const tally = new FailureTally();
    tally.add(failure(), 0);
    expect(tally.take(1, true)).toMatchObject([{ count: 1 }]);
    expect(tally.take(2, true)).toEqual([]);
  });
});
