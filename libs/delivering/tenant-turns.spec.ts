import { FixedClock } from '#kernel';
import { describe, expect, it } from 'vitest';
import type { Dispatch } from '#deliveries';
import { Lanes } from './lanes.js';
import { TenantTurns } from './tenant-turns.js';

let next = 0;

const dispatch = (tenantId: string, endpointId: string, body: string | null = ''): Dispatch => ({
  deliveryId: `d${++next}`,
  tenantId,
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
    body,
    dataStart: 0,
    dataEnd: 0,
    source: null,
    headers: [],
    traceparent: null,
    expiresAtMs: null,
  },
});

function setup(concurrency: number) {
  const started: Dispatch[] = [];
  const lanes = new Lanes({
    concurrency,
    start: (begun) => started.push(begun),
    maxInFlightOf: () => null,
    clock: new FixedClock(0),
  });
  /** One dispatch to each of so many endpoints, `each` times. */
  const offer = (tenantId: string, endpoints: number, each = 1, body: string | null = ''): void => {
    for (let n = 0; n < each; n++) {
      for (let endpoint = 0; endpoint < endpoints; endpoint++) {
        lanes.offer(dispatch(tenantId, `${tenantId}-${endpoint}`, body));
      }
    }
  };
  /** Ends the first so many requests that were started and not ended. */
  let ended = 0;
  const finish = (count: number): void => {
    for (const done of started.slice(ended, ended + count)) {
      if (done.event.body === null) lanes.released(done);
      lanes.finished(done.endpointId, 2);
    }
    ended += count;
  };
  const inFlight = (tenantId: string) => started.slice(ended).filter((begun) => begun.tenantId === tenantId).length;
  return { lanes, started, offer, finish, inFlight };
}

describe(TenantTurns, () => {
  it('goes over tenants and then over their endpoints, however many endpoints one has', () => {
    const { offer, finish, started } = setup(10);
    offer('busy', 10);
    const before = started.length;
    offer('big', 100);
    offer('small', 3);
    finish(8);
    const after = started.slice(before).map(({ tenantId }) => tenantId);
    expect(after.filter((tenantId) => tenantId === 'small')).toHaveLength(3);
    expect(after.slice(0, 6).filter((tenantId) => tenantId === 'big').length).toBeLessThanOrEqual(3);
  });

  it("starts another tenant's first request at once, however many endpoints of one tenant hang", () => {
    const { lanes, offer, inFlight } = setup(256);
    offer('hanging', 500, 2);
    expect(inFlight('hanging')).toBeGreaterThan(200);
    for (const tenantId of ['a', 'b', 'c']) {
      offer(tenantId, 1);
      expect(inFlight(tenantId)).toBe(1);
    }
    expect(lanes.inFlight).toBeLessThan(256);
  });

  it('leaves slots for others beside several tenants whose endpoints hang', () => {
    const { lanes, offer, inFlight, started } = setup(256);
    for (let n = 0; n < 8; n++) offer(`hanging-${n}`, 60, 3);
    offer('healthy', 5);
    for (let sent = 1; sent <= 5; sent++) {
      expect(inFlight('healthy')).toBe(sent);
      lanes.finished(started.at(-1)!.endpointId, 2);
    }
  });

  it('gives a tenant that was at its bound its turns back when its requests end', () => {
    const { lanes, offer, finish, started } = setup(32);
    offer('only', 100);
    expect(started.length).toBeLessThan(32);
    for (let rounds = 0; rounds < 100 && lanes.held > 0; rounds++) finish(lanes.inFlight);
    expect([started.length, lanes.held, lanes.inFlight]).toEqual([100, 0, 0]);
  });

  it('knows what each tenant holds, through ends and what is taken out', () => {
    const { lanes, offer, finish } = setup(8);
    offer('a', 2, 4);
    offer('b', 1);
    expect([lanes.heldOf('a'), lanes.heldOf('b'), lanes.heldOf('c')]).toEqual([8, 1, 0]);
    finish(1);
    expect(lanes.heldOf('a')).toBe(7);
    lanes.takeAllWaiting();
    expect(lanes.heldOf('a') + lanes.heldOf('b')).toBe(lanes.inFlight);
  });
});

describe('large bodies', () => {
  it('are loaded so many at a time, whoever asks, and small ones go past them', () => {
    const { lanes, offer, inFlight } = setup(256);
    for (let n = 0; n < 10; n++) offer(`large-${n}`, 10, 2, null);
    expect(lanes.inFlight).toBeLessThanOrEqual(32);
    offer('small', 3);
    expect(inFlight('small')).toBe(3);
  });

  it('are left to others by a tenant that has many', () => {
    const { offer, inFlight } = setup(256);
    offer('hanging', 100, 5, null);
    expect(inFlight('hanging')).toBe(16);
    offer('other', 4, 1, null);
    expect(inFlight('other')).toBe(4);
  });

  it('are all sent in the end', () => {
    const { lanes, offer, finish, started } = setup(64);
    offer('a', 60, 2, null);
    offer('b', 20, 2, null);
    for (let rounds = 0; rounds < 1_000 && lanes.held > 0; rounds++) finish(Math.max(1, lanes.inFlight >> 1));
    expect([started.length, lanes.held, lanes.inFlight]).toEqual([160, 0, 0]);
  });
});
