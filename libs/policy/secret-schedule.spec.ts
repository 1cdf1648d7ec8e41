import { describe, expect, it } from 'vitest';
import {
  decideScheduledSecret,
  decideSecretWarning,
  type EndingSecret,
  longestGraceSeconds,
  noticeMs,
  type SuccessionFacts,
} from './secret-schedule.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = 1_800_000_000_000;
const MAX = 10;

const facts = (over: Partial<SuccessionFacts> = {}): SuccessionFacts => ({
  everyDays: 90,
  activeSinceMs: START,
  hasWaiting: false,
  count: 1,
  ...over,
});

describe(longestGraceSeconds, () => {
  /** The most secrets that there are at once, when each is made as soon as it may be, in a year; and how many were made. */
  function runAYear(everyDays: number, graceSeconds: number): { most: number; made: number } {
    let secrets: { from: number; to: number }[] = [{ from: START, to: Number.POSITIVE_INFINITY }];
    let [most, made] = [1, 0];
    for (let now = START; now < START + 365 * DAY_MS; now += HOUR_MS) {
      secrets = secrets.filter(({ to }) => to > now);
      const activeSinceMs = Math.max(...secrets.map(({ from }) => from).filter((from) => from <= now));
      const hasWaiting = secrets.some(({ from }) => from > now);
      const at = decideScheduledSecret({ everyDays, activeSinceMs, hasWaiting, count: secrets.length }, MAX, now);
      if (at === null) continue;
      secrets = secrets.map(({ from, to }) => ({ from, to: Math.min(to, at + graceSeconds * 1_000) }));
      secrets.push({ from: at, to: Number.POSITIVE_INFINITY });
      most = Math.max(most, secrets.length);
      made += 1;
    }
    return { most, made };
  }

  it.each([1, 2, 3])('keeps a schedule of %i days going, which more would not', (everyDays) => {
    const longest = longestGraceSeconds(everyDays, MAX);
    const everyTime = runAYear(everyDays, 0).made;
    expect(runAYear(everyDays, longest)).toEqual({ most: MAX, made: everyTime });
    expect(runAYear(everyDays, longest + everyDays * 86_400).made).toBeLessThan(everyTime);
  });
});

describe(decideScheduledSecret, () => {
  const after = (days: number, over: Partial<SuccessionFacts> = {}): number | null => {
    const at = decideScheduledSecret(facts(over), MAX, START + days * DAY_MS);
    return at === null ? null : (at - START) / DAY_MS;
  };

  it('makes the next secret a week before its time, and not sooner', () => {
    expect(after(82.9)).toBeNull();
    expect(after(83)).toBe(90);
    expect(after(86)).toBe(90);
  });

  it('makes it half the interval before where that is shorter', () => {
    expect(after(0.49, { everyDays: 1 })).toBeNull();
    expect(after(0.5, { everyDays: 1 })).toBe(1);
  });

  it('gives half the notice at least, also when its time has passed', () => {
    expect(after(88)).toBe(91.5);
    expect(after(400)).toBe(403.5);
    expect(after(3, { everyDays: 1 })).toBe(3.25);
  });

  it('makes none while one waits, or where there are as many as there may be', () => {
    expect(after(100, { hasWaiting: true })).toBeNull();
    expect(after(100, { count: MAX })).toBeNull();
    expect(after(100, { count: MAX - 1 })).not.toBeNull();
  });

  it.each([1, 2, 13, 14, 15, 90, 365])('keeps its rhythm, looked at every hour, every %i days', (everyDays) => {
    const activeSince = [START];
    let waiting: number | null = null;
    for (let nowMs = START; nowMs < START + 3 * everyDays * DAY_MS + DAY_MS; nowMs += HOUR_MS) {
      if (waiting !== null && waiting <= nowMs) {
        activeSince.push(waiting);
        waiting = null;
      }
      const known = facts({ everyDays, activeSinceMs: activeSince.at(-1)!, hasWaiting: waiting !== null });
      const next = decideScheduledSecret(known, MAX, nowMs);
      if (next === null) continue;
      expect(next - nowMs).toBeGreaterThanOrEqual(noticeMs(everyDays) / 2);
      waiting = next;
    }
    expect(activeSince.map((at) => (at - START) / DAY_MS)).toEqual([0, 1, 2, 3].map((n) => n * everyDays));
  });
});

describe(decideSecretWarning, () => {
  const secret = (over: Partial<EndingSecret> = {}): EndingSecret => ({
    replacedAtMs: START,
    expiresAtMs: START + DAY_MS,
    warnings: 0,
    ...over,
  });

  /** The warnings that are given, and how many hours before (or after) the next secret signs, looked at every hour. */
  const told = (over: Partial<EndingSecret>, fromHours: number): [number, number][] => {
    const given: [number, number][] = [];
    let { warnings } = secret(over);
    for (let hours = fromHours; hours < 40 * 24; hours++) {
      const warning = decideSecretWarning(secret({ ...over, warnings }), START + hours * HOUR_MS);
      if (warning === null) continue;
      given.push([(warnings = warning), hours]);
    }
    return given;
  };

  it('warns a week and a day before the next one signs, and when the end is a day off', () => {
    expect(told({}, -30 * 24)).toEqual([
      [1, -7 * 24],
      [2, -24],
      [4, 0],
    ]);
  });

  it('warns a week and a day before the end, with a long grace', () => {
    expect(told({ expiresAtMs: START + 30 * DAY_MS }, -3 * 24)).toEqual([
      [1, -3 * 24],
      [2, -24],
      [3, 23 * 24],
      [4, 29 * 24],
    ]);
  });

  it('warns once of what ends within a day from the beginning, and never of what has ended', () => {
    expect(told({}, 0)).toEqual([[4, 0]]);
    expect(told({ expiresAtMs: START + 12 * HOUR_MS, replacedAtMs: null }, 0)).toEqual([[4, 0]]);
    expect(told({ expiresAtMs: START }, 0)).toEqual([]);
    expect(told({ expiresAtMs: START }, -2)).toEqual([[2, -2]]);
  });

  it('repeats none, and makes up for none that was skipped', () => {
    expect(told({ warnings: 4 }, -30 * 24)).toEqual([]);
    expect(told({ warnings: 2 }, -2)).toEqual([[4, 0]]);
  });
});
