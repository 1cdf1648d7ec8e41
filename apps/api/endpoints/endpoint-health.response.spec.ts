import { describe, expect, it } from 'vitest';
import type { EndpointHealth } from '#endpoints';
import { toEndpointHealthResponse } from './endpoint-health.response.js';

const ID = '0190a5d0-0000-7000-8000-000000000000';

const health = (facts: Partial<EndpointHealth> = {}): EndpointHealth => ({
  succeeded: 0,
  failed: 0,
  durationMsSum: 0,
  failuresInARow: 0,
  lastSuccessAt: null,
  lastFailureAt: null,
  lastStatusCode: null,
  lastErrorCode: null,
  circuit: { state: 'closed', since: null, reason: null, nextProbeAt: null },
  throttle: null,
  ...facts,
});

describe(toEndpointHealthResponse.name, () => {
  it('claims nothing about an endpoint to which nothing was sent', () => {
    expect(toEndpointHealthResponse(ID, health())).toMatchObject({
      successRate: { value: null, reason: 'No attempt was made yet.' },
      latencyMs: { value: null },
      failuresInARow: { value: 0, reason: 'No attempt has failed.' },
      circuit: { state: 'closed', since: null, reason: null },
      throttle: null,
    });
  });

  it('gives each number with where it comes from', () => {
    const lastFailureAt = new Date('2026-11-24T12:00:00Z');
    const facts = {
      succeeded: 2,
      failed: 1,
      durationMsSum: 100,
      failuresInARow: 1,
      lastFailureAt,
      lastStatusCode: 503,
    };
    expect(toEndpointHealthResponse(ID, health(facts))).toMatchObject({
      successRate: { value: 0.6667, reason: '2 of 3 attempts succeeded.' },
      latencyMs: { value: 33.3, reason: 'The average of 3 attempts.' },
      failuresInARow: { value: 1, reason: 'The last failure was status 503, at 2026-11-24T12:00:00.000Z.' },
    });
  });

  it('names the error of a failure that had no answer', () => {
    const facts = { failed: 1, failuresInARow: 1, lastErrorCode: 'timeout', lastFailureAt: new Date(0) };
    expect(toEndpointHealthResponse(ID, health(facts)).failuresInARow.reason).toMatch(/was timeout/);
  });
});
