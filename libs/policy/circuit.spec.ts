import { describe, expect, it } from 'vitest';
import {
  CIRCUIT_RULES,
  decideCatchUpRate,
  decideFailedProbes,
  decideProbeWait,
  RELAPSE_MS,
  toCircuitSignal,
} from './circuit.js';

describe(toCircuitSignal, () => {
  it.each([
    [200, null, 'answer'],
    [204, null, 'answer'],
    [500, 'status', 'failure'],
    [502, 'status', 'failure'],
    [503, 'status', 'failure'],
    [429, 'status', 'failure'],
    [408, 'status', 'failure'],
    [400, 'status', 'answer'],
    [401, 'status', 'answer'],
    [404, 'status', 'answer'],
    [410, 'status', 'answer'],
    [302, 'status', 'answer'],
    [null, 'timeout', 'failure'],
    [200, 'timeout', 'failure'],
    [null, 'connect', 'failure'],
    [null, 'dns', 'failure'],
    [null, 'tls', 'failure'],
    [null, 'reset', 'failure'],
    [null, 'protocol', 'failure'],
    [null, 'auth', 'failure'],
    [200, 'body_too_large', 'answer'],
    [null, 'proxy', null],
    [null, 'blocked_address', null],
    [null, 'transform', null],
  ])('takes status %s, error %s for %s', (statusCode, errorCode, signal) => {
    expect(toCircuitSignal(statusCode, errorCode)).toBe(signal);
  });
});

describe(decideProbeWait, () => {
  it.each([
    [0, 10_000],
    [1, 20_000],
    [3, 80_000],
    [6, 600_000],
    [1_000, 600_000],
  ])('after %i failed probes waits %i ms', (failedProbes, ms) => {
    expect(decideProbeWait(CIRCUIT_RULES, failedProbes, 0.5)).toBe(ms);
  });

  it('spreads waits by a fifth to either side', () => {
    expect(decideProbeWait(CIRCUIT_RULES, 0, 0)).toBe(8_000);
    expect(decideProbeWait(CIRCUIT_RULES, 0, 1)).toBe(12_000);
  });
});

describe(decideFailedProbes, () => {
  it('begins anew for what has been closed for long, or never was open', () => {
    expect(decideFailedProbes(null, 0)).toBe(0);
    expect(decideFailedProbes({ sinceMs: 0, failedProbes: 8 }, RELAPSE_MS)).toBe(0);
  });

  it('does not begin with the shortest wait when it has just been closed', () => {
    expect(decideFailedProbes({ sinceMs: 0, failedProbes: 8 }, RELAPSE_MS - 1)).toBe(4);
  });
});

describe(decideCatchUpRate, () => {
  it('doubles while nothing fails, up to a bound', () => {
    expect(decideCatchUpRate(CIRCUIT_RULES, 10, false)).toBe(20);
    expect(decideCatchUpRate(CIRCUIT_RULES, 1_500, false)).toBe(2_000);
  });

  it('is halved by failures, and never stands still', () => {
    expect(decideCatchUpRate(CIRCUIT_RULES, 100, true)).toBe(50);
    expect(decideCatchUpRate(CIRCUIT_RULES, 1, true)).toBe(1);
  });
});
