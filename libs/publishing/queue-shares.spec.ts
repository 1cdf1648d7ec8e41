import { beforeEach, describe, expect, it } from 'vitest';
import { QueueShares } from './queue-shares.js';

describe(QueueShares, () => {
  let nowMs: number;
  let shares: QueueShares;
  /** Jobs in the queue: all that were made and not taken. */
  let depth: number;
  beforeEach(() => {
    [nowMs, depth] = [0, 0];
    shares = new QueueShares(() => nowMs);
  });

  /** Full jobs of 32 deliveries each, until there is no room for the tenant or `jobs` are made; answers how many. */
  const fill = (tenant: string, jobs: number, characters = 10): number => {
    for (let made = 0; ; made++) {
      if (made === jobs || shares.enter(tenant, 32, characters) === null) return made;
      shares.made(1);
      shares.reckon(++depth);
    }
  };
  const wait = (ms: number, nowInQueue = depth) => {
    depth = nowInQueue;
    for (let passed = 0; passed < ms; passed += 250) {
      nowMs += 250;
      shares.reckon(depth);
    }
  };

  it('lets a tenant have as much of the queue as it leaves free', () => {
    expect(fill('big', 5_000)).toBe(1_000);
    expect(fill('other', 5_000)).toBe(500);
  });

  it('always has room for whoever has little there, and puts it before all others', () => {
    for (let n = 0; n < 6; n++) fill(`big-${n}`, 5_000);
    expect(shares.enter('small', 1, 1_000)).toBe(0);
  });

  it('ranks a tenant by what it has there', () => {
    const rankAfter = (jobs: number) => {
      fill('big', jobs);
      return shares.enter('big', 1, 10);
    };
    expect([rankAfter(1), rankAfter(2), rankAfter(20), rankAfter(200)]).toEqual([0, 1, 1, 1]);
  });

  it('lets no tenant overtake itself: a crowd is one until nothing is left of it', () => {
    fill('big', 900);
    wait(250, 3);
    expect(shares.enter('big', 1, 10)).toBe(1);
    wait(2_000, 0);
    expect(shares.enter('big', 1, 10)).toBe(0);
  });

  it('counts large bodies for more', () => {
    expect(fill('large', 5_000, 64 * 1024)).toBe(500);
  });

  it('forgets what the queue has done', () => {
    fill('big', 900);
    wait(500, 10);
    expect(shares.enter('big', 32, 10)).toBe(1);
    wait(500, 0);
    expect(shares.enter('big', 32, 10)).toBe(0);
  });

  it('knows what is left of a crowd beside a small tenant', () => {
    fill('big', 900);
    wait(2_000, 600);
    expect(shares.enter('big', 1, 10)).toBe(1);
    expect(shares.enter('small', 1, 10)).toBe(0);
  });

  it('keeps in the first rank whoever publishes at a moderate rate, however long another holds the queue', () => {
    fill('big', 900);
    const ranks = new Set<number | null>();
    for (let quarters = 0; quarters < 240; quarters++) {
      for (let n = 0; n < 30; n++) ranks.add(shares.enter('moderate', 1, 1_000));
      wait(250);
    }
    expect([...ranks]).toEqual([0]);
  });

  it('forgives a tenant by and by, even if jobs of other processes are all that it sees', () => {
    fill('big', 900);
    wait(120_000, 1_500);
    expect(shares.enter('big', 1, 10)).toBe(0);
  });
});
