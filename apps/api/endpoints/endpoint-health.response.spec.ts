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
    expect(toEndpointHealthResponse(ID, health(), null)).toMatchObject({
      successRate: { value: null, reason: 'No attempt was made yet.' },
      latencyMs: { value: null },
      failuresInARow: { value: 0, reason: 'No attempt has failed.' },
      circuit: { state: 'closed', since: null, reason: null },
      rateLimit: null,
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
    expect(toEndpointHealthResponse(ID, health(facts), null)).toMatchObject({
      successRate: { value: 0.6667, reason: '2 of 3 attempts succeeded.' },
      latencyMs: { value: 33.3, reason: 'The average of 3 attempts.' },
      failuresInARow: { value: 1, reason: 'The last failure was status 503, at 2026-11-24T12:00:00.000Z.' },
    });
  });

  it.each([
    [0, null, 'At most 10 requests in 1 s; no delivery waits; the next free slot is now.'],
    [
      1,
      new Date(0),
      'At most 10 requests in 1 s; 1 delivery waits; the next free slot is at 1970-01-01T00:00:00.000Z.',
    ],
    [10_000, null, 'At most 10 requests in 1 s; 10000 deliveries or more wait; the next free slot is now.'],
  ])('tells what its rate limit means with %d waiting', (waiting, nextSlotAt, reason) => {
    const rate = { limit: 10, periodSeconds: 1, nextSlotAt, waiting };
    expect(toEndpointHealthResponse(ID, health(), rate).rateLimit).toEqual({
      ...rate,
      nextSlotAt: nextSlotAt?.toISOString() ?? null,
      reason,
    });
  });

  it('names the error of a failure that had no answer', () => {
    const facts = { failed: 1, failuresInARow: 1, lastErrorCode: 'timeout', lastFailureAt: new Date(0) };
    expect(toEndpointHealthResponse(ID, health(facts), null).failuresInARow.reason).toMatch(/was timeout/);
  });
});
