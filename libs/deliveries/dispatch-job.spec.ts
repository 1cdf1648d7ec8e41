import { newUuid } from '#kernel';
import { describe, expect, it } from 'vitest';
import { INLINE_BODY_CHARACTERS, type WireEvent } from './dispatch.js';
import { type FreshDispatch, JOB_DISPATCHES, packJobs, unpackJob } from './dispatch-job.js';

const id = () => newUuid(1_764_000_000_000);

const anEvent = (body = '{"data":1}'): WireEvent => ({
  id: id(),
  type: 'a.b',
  body,
  dataStart: 8,
  dataEnd: 9,
  source: null,
  headers: ['x-a', '1'],
  traceparent: null,
  expiresAtMs: 5,
});

const fresh = (event: WireEvent): FreshDispatch => ({
  deliveryId: id(),
  tenantId: id(),
  endpointId: id(),
  endpointVersion: 3,
  event,
});

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

describe(packJobs.name, () => {
  it('comes out as it went in, through JSON', () => {
    const dispatches = times(3, () => fresh(anEvent()));
    const [job] = packJobs(dispatches, 1_000, 91_000);
    expect(unpackJob(JSON.parse(JSON.stringify(job)))).toEqual(
      dispatches.map((dispatch) => ({
        ...dispatch,
        generation: 1,
        attempts: 0,
        replayOf: null,
        orderKey: null,
        slotAtMs: null,
        isSlotOfRate: false,
        leaseUntilMs: 91_000,
      })),
    );
  });

  it('carries an event once for all its endpoints', () => {
    const event = anEvent();
    const jobs = packJobs(
      times(JOB_DISPATCHES + 1, () => fresh(event)),
      0,
      1,
    );
    expect(jobs.map((job) => [job.events.length, job.dispatches.length])).toEqual([
      [1, JOB_DISPATCHES],
      [1, 1],
    ]);
  });

  it('leaves a large body behind', () => {
    const [job] = packJobs([fresh(anEvent('x'.repeat(INLINE_BODY_CHARACTERS + 1)))], 0, 1);
    expect(unpackJob(job!)[0]!.event.body).toBeNull();
  });

  it('bounds a job by size', () => {
    const jobs = packJobs(
      times(12, () => fresh(anEvent('x'.repeat(INLINE_BODY_CHARACTERS)))),
      0,
      1,
    );
    expect(Math.max(...jobs.map((job) => JSON.stringify(job).length))).toBeLessThan(256 * 1024 + 4096);
  });
});
