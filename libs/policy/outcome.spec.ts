import { describe, expect, it } from 'vitest';
import { decideOutcome } from './outcome.js';

const NOW = 1_764_000_000_000;
const POLICY = { scheduleSeconds: [5, 300, 1800] };
const failed = (over: Partial<Parameters<typeof decideOutcome>[0]> = {}) => ({
  statusCode: 500,
  errorCode: 'status',
  retryAfter: null,
  ...over,
});
const attempt = (number: number, expiresAtMs: number | null = null) => ({ number, expiresAtMs });

describe(decideOutcome.name, () => {
  it('delivers on a 2xx', () => {
    const result = { statusCode: 204, errorCode: null, retryAfter: null };
    expect(decideOutcome(result, attempt(1), POLICY, NOW, 0.5)).toEqual({ kind: 'delivered' });
  });

  it.each([[301], [400], [401], [404], [429], [500], [503]])('retries %i on the schedule', (statusCode) => {
    expect(decideOutcome(failed({ statusCode }), attempt(1), POLICY, NOW, 0.5)).toEqual({
      kind: 'retry',
      atMs: NOW + 5_000,
    });
  });

  it.each([['timeout'], ['dns'], ['connect'], ['tls'], ['reset'], ['protocol'], ['body_too_large']])(
    'retries after %s',
    (errorCode) => {
      const result = failed({ statusCode: null, errorCode });
      expect(decideOutcome(result, attempt(2), POLICY, NOW, 0.5)).toEqual({ kind: 'retry', atMs: NOW + 300_000 });
    },
  );

  it('spreads retries by a fifth to either side', () => {
    expect(decideOutcome(failed(), attempt(2), POLICY, NOW, 0)).toEqual({ kind: 'retry', atMs: NOW + 240_000 });
    expect(decideOutcome(failed(), attempt(2), POLICY, NOW, 1)).toEqual({ kind: 'retry', atMs: NOW + 360_000 });
  });

  it('buries the delivery when the last attempt fails', () => {
    expect(decideOutcome(failed(), attempt(4), POLICY, NOW, 0.5)).toEqual({ kind: 'dead', reason: 'exhausted' });
  });

  it('buries at once on 410 Gone', () => {
    expect(decideOutcome(failed({ statusCode: 410 }), attempt(1), POLICY, NOW, 0.5)).toEqual({
      kind: 'dead',
      reason: 'gone',
    });
  });

  it('buries at once when the address is blocked', () => {
    const result = failed({ statusCode: null, errorCode: 'blocked_address' });
    expect(decideOutcome(result, attempt(1), POLICY, NOW, 0.5)).toEqual({ kind: 'dead', reason: 'blocked' });
  });

  it('waits for the later of Retry-After and the schedule', () => {
    expect(decideOutcome(failed({ retryAfter: '60' }), attempt(1), POLICY, NOW, 0.5)).toEqual({
      kind: 'retry',
      atMs: NOW + 60_000,
    });
    expect(decideOutcome(failed({ retryAfter: '60' }), attempt(2), POLICY, NOW, 0.5)).toEqual({
      kind: 'retry',
      atMs: NOW + 300_000,
    });
  });

  it('spends the attempt on a Retry-After all the same', () => {
    const result = failed({ statusCode: 429, retryAfter: '60' });
    expect(decideOutcome(result, attempt(4), POLICY, NOW, 0.5)).toEqual({ kind: 'dead', reason: 'exhausted' });
  });

  it('buries what would be tried again only after it has expired', () => {
    expect(decideOutcome(failed(), attempt(2, NOW + 299_999), POLICY, NOW, 0.5)).toEqual({
      kind: 'dead',
      reason: 'expired',
    });
    expect(decideOutcome(failed(), attempt(2, NOW + 300_001), POLICY, NOW, 0.5).kind).toBe('retry');
  });
});
