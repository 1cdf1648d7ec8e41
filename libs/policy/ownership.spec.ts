import { describe, expect, it } from 'vitest';
import { CHALLENGES_COUNT_MS, decideChallengeWait, readChallengeAnswer, type SentChallenge } from './ownership.js';

const MINUTE_MS = 60_000;
const NOW = 1_800_000_000_000;

const sentTo = (endpointId: string, ...minutesAgo: number[]): SentChallenge[] =>
  minutesAgo.map((minutes) => ({ endpointId, atMs: NOW - minutes * MINUTE_MS }));

describe(decideChallengeWait, () => {
  it('lets five go to an endpoint, and the sixth wait until ten minutes after the first', () => {
    expect(decideChallengeWait([], 'a', NOW)).toBe(0);
    expect(decideChallengeWait(sentTo('a', 9, 8, 7, 6), 'a', NOW)).toBe(0);
    expect(decideChallengeWait(sentTo('a', 9, 8, 7, 6, 5), 'a', NOW)).toBe(MINUTE_MS);
    expect(decideChallengeWait(sentTo('a', 10, 8, 7, 6, 5), 'a', NOW)).toBe(0);
  });

  it('does not count those to another endpoint of the tenant, until there are thirty within an hour', () => {
    const others = Array.from({ length: 29 }, (_, n) => sentTo(`b${n}`, 59 - n)).flat();
    expect(decideChallengeWait(others, 'a', NOW)).toBe(0);
    expect(decideChallengeWait([...others, ...sentTo('c', 1)], 'a', NOW)).toBe(MINUTE_MS);
  });

  it('never lets more than the limits go, however and whenever it is asked', () => {
    const sent: SentChallenge[] = [];
    let random = 7;
    const next = (below: number): number => {
      random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
      return random % below;
    };
    for (let nowMs = NOW; nowMs < NOW + 10 * CHALLENGES_COUNT_MS; nowMs += 1 + next(30_000)) {
      const counted = sent.filter(({ atMs }) => atMs > nowMs - CHALLENGES_COUNT_MS);
      const endpointId = `e${next(12)}`;
      if (decideChallengeWait(counted, endpointId, nowMs) === 0) sent.push({ endpointId, atMs: nowMs });
    }
    expect(sent.length).toBeGreaterThan(200);
    for (const { endpointId, atMs } of sent) {
      const before = sent.filter((one) => one.atMs <= atMs);
      expect(before.filter((one) => one.atMs > atMs - CHALLENGES_COUNT_MS).length).toBeLessThanOrEqual(30);
      const own = before.filter((one) => one.endpointId === endpointId && one.atMs > atMs - 10 * MINUTE_MS);
      expect(own.length).toBeLessThanOrEqual(5);
    }
  });
});

describe(readChallengeAnswer, () => {
  it.each([
    ['{"challenge":"abc"}', { kind: 'challenge', text: 'abc' }],
    ['{ "ok": true, "challenge": "abc" }\n', { kind: 'challenge', text: 'abc' }],
    ['abc', { kind: 'challenge', text: 'abc' }],
    [' abc\r\n', { kind: 'challenge', text: 'abc' }],
    ['', { kind: 'none' }],
    ['  ', { kind: 'none' }],
    ['{"challenge":1}', { kind: 'none' }],
    ['{"data":{"challenge":"abc"}}', { kind: 'none' }],
    ['{"challenge":"abc"', { kind: 'none' }],
    ['{"challenge":"abc","endpoint":"ep_1"}', { kind: 'echo' }],
  ])('reads %s', (body, reading) => expect(readChallengeAnswer(body, 'endpoint')).toEqual(reading));
});
