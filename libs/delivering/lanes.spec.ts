import { FixedClock } from '#kernel';
import { describe, expect, it } from 'vitest';
import type { Dispatch } from '#deliveries';
import { Lanes } from './lanes.js';

let next = 0;

const to = (endpointId: string): Dispatch => ({
  deliveryId: `d${++next}`,
  tenantId: 't',
  endpointId,
  endpointVersion: 1,
  generation: 1,
  attempts: 0,
  replayOf: null,
  leaseUntilMs: 0,
  slotAtMs: null,
  isSlotOfRate: false,
  orderKey: null,
  event: {
    id: 'e',
    type: 'a',
    body: '',
    dataStart: 0,
    dataEnd: 0,
    source: null,
    headers: [],
    traceparent: null,
    expiresAtMs: null,
  },
});

function setup(concurrency: number, maxInFlight: Record<string, number> = {}) {
  const started: Dispatch[] = [];
  const clock = new FixedClock(0);
  const lanes = new Lanes({
    concurrency,
    start: (dispatch) => started.push(dispatch),
    maxInFlightOf: (endpointId) => maxInFlight[endpointId] ?? null,
    clock,
  });
  const offer = (endpointId: string, count: number): boolean[] =>
    Array.from({ length: count }, () => lanes.offer(to(endpointId)));
  const inFlight = (endpointId: string) => started.filter((dispatch) => dispatch.endpointId === endpointId).length;
  return { lanes, started, clock, offer, inFlight };
}

describe(Lanes, () => {
  it('starts what it is offered while slots are free', () => {
    const { offer, started } = setup(8);
    offer('a', 1);
    offer('b', 1);
    expect(started.map(({ endpointId }) => endpointId)).toEqual(['a', 'b']);
  });

  it('never lets hanging endpoints have all slots, however many they are', () => {
    const { offer, lanes, inFlight } = setup(256);
    for (let endpoint = 0; endpoint < 40; endpoint++) offer(`hanging-${endpoint}`, 20);
    expect(lanes.inFlight).toBeLessThan(256);
    offer('healthy', 1);
    expect(inFlight('healthy')).toBe(1);
  });

  it("keeps to the endpoint's own bound", () => {
    const { offer, inFlight } = setup(64, { a: 2 });
    offer('a', 10);
    expect(inFlight('a')).toBe(2);
  });

  it('starts the next of a lane when one of its requests ends', () => {
    const { offer, lanes, inFlight } = setup(64, { a: 1 });
    offer('a', 3);
    lanes.finished('a', 5);
    expect(inFlight('a')).toBe(2);
    lanes.finished('a', 5);
    lanes.finished('a', 5);
    expect([lanes.held, lanes.inFlight]).toEqual([0, 0]);
  });

  it('goes round over the endpoints when slots are scarce', () => {
    const { offer, lanes, started } = setup(8);
    const first = Array.from({ length: 8 }, (_, n) => `busy-${n}`);
    for (const endpointId of first) offer(endpointId, 1);
    offer('a', 3);
    offer('b', 2);
    for (const endpointId of first.slice(0, 5)) lanes.finished(endpointId, 1);
    expect(started.slice(8).map(({ endpointId }) => endpointId)).toEqual(['a', 'b']);
    for (const endpointId of ['a', 'b', 'a']) lanes.finished(endpointId, 1);
    expect(started.slice(8).map(({ endpointId }) => endpointId)).toEqual(['a', 'b', 'a', 'b', 'a']);
  });

  it('takes whatever there is room for when the endpoint is fast', () => {
    const { offer, lanes } = setup(64);
    for (let n = 0; n < 200; n++) {
      offer('fast', 1);
      lanes.finished('fast', 2);
    }
    expect(offer('fast', lanes.capacity)).not.toContain(false);
    expect(lanes.fullEndpoints()).toEqual([]);
  });

  it('turns nothing away for being busy when all are equally busy', () => {
    const { offer, lanes } = setup(64);
    for (let n = 0; n < lanes.capacity; n++) expect(offer(`e-${n % 16}`, 1)).toEqual([true]);
  });

  it('keeps room for others beside an endpoint that it does not know to be fast', () => {
    const { offer, lanes } = setup(64);
    offer('new', 2_000);
    expect(lanes.held).toBeLessThan(lanes.capacity);
    expect(lanes.fullEndpoints()).toEqual(['new']);
    expect(offer('other', 1)).toEqual([true]);
  });

  it('takes nothing more for an endpoint that has stopped answering, and gives back what waits for it', () => {
    const { offer, lanes, clock, inFlight } = setup(64);
    offer('hanging', 60);
    clock.advance(6_000);
    expect(offer('hanging', 1)).toEqual([false]);
    const before = inFlight('hanging');
    expect(lanes.takeOverdue(20_000)).toHaveLength(60 - before);
    expect(lanes.held).toBe(before);
    expect(offer('healthy', 1)).toEqual([true]);
  });

  it('gives an endpoint whose requests hang one slot at a time, and all of them back when it answers', () => {
    const { offer, lanes, clock } = setup(256);
    offer('a', 64);
    clock.advance(15_000);
    for (let n = 0; n < 64; n++) lanes.finished('a', 15_000, true);
    expect(lanes.held).toBe(0);
    offer('a', 1);
    expect(offer('a', 1)).toEqual([false]);
    for (let n = 0; n < 100; n++) {
      if (lanes.inFlight > 0) lanes.finished('a', 2);
      offer('a', 2);
    }
    expect(lanes.inFlight).toBeGreaterThan(32);
  });

  it('gives back what has waited too long, and only that', () => {
    const { offer, lanes, clock } = setup(8, { a: 1 });
    offer('a', 2);
    clock.advance(1_000);
    offer('b', 3);
    expect(lanes.takeOverdue(1_000).map(({ endpointId }) => endpointId)).toEqual(['a']);
    expect(lanes.held).toBe(4);
  });

  it('gives back all that has not been started when it is drained', () => {
    const { offer, lanes } = setup(2);
    offer('a', 2);
    offer('b', 2);
    const waiting = lanes.takeAllWaiting();
    expect(waiting.length + lanes.inFlight).toBe(4);
    expect(lanes.held).toBe(lanes.inFlight);
  });

  it('reckons how long a lane needs by how long its answers take', () => {
    const { offer, lanes } = setup(64, { a: 1 });
    offer('a', 6);
    for (let n = 0; n < 2; n++) lanes.finished('a', 320);
    expect(lanes.drainMs('a')).toBeGreaterThan(200);
    expect(lanes.drainMs('a')).toBeLessThan(1_000);
  });

  it('never sends anything away for longer than a second: what looked slow may have been we', () => {
    const { offer, lanes } = setup(64, { a: 1 });
    offer('a', 12);
    for (let n = 0; n < 2; n++) lanes.finished('a', 10_000);
    expect(lanes.drainMs('a')).toBe(1_000);
  });
});
