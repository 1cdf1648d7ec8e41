import { describe, expect, it } from 'vitest';
import { NOTHING_UNUSUAL } from '../faults/fault.js';
import type { FaultRecord } from '../faults/fault-record.js';
import type { Published, Refusal } from '../publisher/publisher-messages.js';
import type { Request } from '../receiver/receiver-messages.js';
import type { EndedDelivery, RecordedAttempt } from './database-record.js';
import type { Facts } from './facts.js';
import { judge } from './judge.js';

interface World {
  published: Published[];
  refusals: Refusal[];
  requests: Request[];
  events: { id: string; uid: string }[];
  ended: EndedDelivery[];
  attempts: RecordedAttempt[];
  faults: FaultRecord[];
  open: string[];
  worstOverdueMs: number;
}

const WORKER_KILLED: FaultRecord = {
  name: 'worker-killed',
  detail: 'kill -9 of worker 1',
  allows: { ...NOTHING_UNUSUAL, mayRepeat: true, mayGoUnrecorded: true },
  startMs: 1_000,
  endMs: 3_000,
};

const REDIS_AWAY: FaultRecord = { ...WORKER_KILLED, name: 'redis-away', allows: NOTHING_UNUSUAL };

const POSTGRES_RESTARTED: FaultRecord = {
  ...WORKER_KILLED,
  name: 'postgres-restarted',
  allows: { ...NOTHING_UNUSUAL, refusals: 'unavailable', maySilence: true },
};

/** One event that was accepted, sent, answered and recorded. */
function aWorld(): World {
  return {
    published: [
      { uid: 'u1', eventId: 'evt_1', stream: 0, deliveryCount: 1, sentMs: 1_000, acceptedMs: 1_010, tries: 1 },
    ],
    refusals: [],
    requests: [aRequest()],
    events: [{ id: 'evt_1', uid: 'u1' }],
    ended: [
      { id: 'dlv_1', eventId: 'evt_1', endpointId: 'ep_1', status: 'succeeded', reason: null, cancelReason: null },
    ],
    attempts: [{ deliveryId: 'dlv_1', number: 1, statusCode: 200 }],
    faults: [],
    open: [],
    worstOverdueMs: 0,
  };
}

function aRequest(changes: Partial<Request> = {}): Request {
  return {
    webhookId: 'evt_1',
    deliveryId: 'dlv_1',
    attempt: 1,
    endpoint: 0,
    isSigned: true,
    arrivedMs: 1_020,
    status: 200,
    answeredMs: 1_021,
    ...changes,
  };
}

function judged(world: World) {
  const facts: Facts = {
    streams: [{ tenant: 'ten_1', type: 'a.b', endpoints: [0], weight: 1 }],
    endpoints: [{ id: 'ep_1', temper: 'steady' }],
    ledger: { published: world.published, refusals: world.refusals },
    requests: world.requests,
    database: { events: world.events, ended: world.ended, open: world.open, twice: 0, attempts: world.attempts },
    watch: { worstOverdueMs: world.worstOverdueMs, twice: 0 },
    faults: world.faults,
  };
  return judge(facts);
}

function findingsOf(world: World): string[] {
  return judged(world).findings.map(({ what }) => what);
}

describe('the verdict', () => {
  it('finds nothing where everything arrived once', () => {
    expect(judged(aWorld())).toMatchObject({ accepted: 1, deliveries: 1, lost: 0, duplicates: 0, findings: [] });
  });

  it('counts as lost what was accepted and neither arrived nor died', () => {
    const world = { ...aWorld(), requests: [], ended: [], attempts: [] };
    expect(judged(world)).toMatchObject({ lost: 1, findings: [{ what: 'accepted, neither arrived nor dead' }] });
  });

  it('does not believe the record that something arrived', () => {
    expect(findingsOf({ ...aWorld(), requests: [] })).toContain('succeeded without an arrival');
  });

  it('takes a dead letter for an end only with its reason', () => {
    const world = aWorld();
    world.requests = [aRequest({ status: 500 })];
    world.attempts[0]!.statusCode = 500;
    world.ended[0] = { ...world.ended[0]!, status: 'dead', reason: 'exhausted' };
    expect(judged(world)).toMatchObject({ lost: 0, dead: 1, findings: [] });
    world.ended[0] = { ...world.ended[0], reason: null };
    expect(judged(world)).toMatchObject({ lost: 1 });
  });

  it('tells what nobody has cancelled', () => {
    const world = aWorld();
    world.ended[0] = { ...world.ended[0]!, status: 'cancelled', cancelReason: 'requested' };
    expect(findingsOf(world)).toEqual(['cancelled by nobody']);
  });

  it('excuses a repetition by a fault that was under way when the first request was answered, and by no other', () => {
    const world = aWorld();
    world.requests.push(aRequest({ arrivedMs: 91_000, answeredMs: 91_001 }));
    world.attempts.push({ deliveryId: 'dlv_1', number: 1, statusCode: 200 });
    expect(judged({ ...world, faults: [WORKER_KILLED] })).toMatchObject({
      duplicates: 1,
      findings: [],
      faults: [{ repeated: 1 }],
    });
    expect(findingsOf({ ...world, faults: [REDIS_AWAY] })).toContain('repeated for no reason');
    const later = { ...WORKER_KILLED, startMs: 60_000, endMs: 62_000 };
    expect(findingsOf({ ...world, faults: [later] })).toContain('repeated for no reason');
  });

  it('wants the same webhook-id for every request of a delivery', () => {
    const world = aWorld();
    world.requests.push(aRequest({ webhookId: 'evt_2', arrivedMs: 1_010 }));
    expect(findingsOf(world)).toContain('a delivery changed its webhook-id');
  });

  it('wants an attempt on record for each request, unless its worker was killed', () => {
    const world = { ...aWorld(), attempts: [] };
    expect(findingsOf(world)).toEqual(['a request without an attempt on record']);
    expect(judged({ ...world, faults: [WORKER_KILLED] })).toMatchObject({ unrecorded: 1, findings: [] });
  });

  it('wants each answer on record to have been given', () => {
    const world = aWorld();
    world.attempts.push({ deliveryId: 'dlv_1', number: 2, statusCode: 200 });
    expect(findingsOf(world)).toEqual(['an answer on record that was not given']);
  });

  it('lets a publish be refused while the database is away, and at no other time', () => {
    const world = aWorld();
    world.refusals.push({ atMs: 2_000, api: 0, status: 503, reason: 'The database is away.' });
    expect(findingsOf({ ...world, faults: [POSTGRES_RESTARTED] })).toEqual([]);
    expect(findingsOf({ ...world, faults: [REDIS_AWAY] })).toContain('a publish was refused for no reason');
  });

  it('never lets a publish be answered 500', () => {
    const world = { ...aWorld(), faults: [POSTGRES_RESTARTED] };
    world.refusals.push({ atMs: 2_000, api: 0, status: 500, reason: 'Something went wrong.' });
    expect(findingsOf(world)).toEqual(['a publish was answered neither 202 nor 503']);
  });

  it('wants one event for a uid, however often it was published', () => {
    const world = aWorld();
    world.events.push({ id: 'evt_2', uid: 'u1' });
    expect(findingsOf(world)).toEqual(['a uid has a second event']);
  });

  it('tells what is still open when all has come to rest, and leases that nobody took', () => {
    const world = { ...aWorld(), open: ['dlv_2: sending'], worstOverdueMs: 130_000 };
    expect(findingsOf(world)).toEqual(['a row is stuck', 'a lease without an owner']);
  });

  it('gives two minutes, and the time for which the database was away', () => {
    const world = aWorld();
    world.requests = [aRequest({ arrivedMs: 125_000, answeredMs: 125_001 })];
    expect(findingsOf(world)).toEqual(['out later than two minutes']);
    const away = { ...POSTGRES_RESTARTED, startMs: 20_000, endMs: 60_000 };
    expect(findingsOf({ ...world, faults: [away] })).toEqual([]);
  });

  it('wants publishing and delivering to go on while Redis is away', () => {
    const world = { ...aWorld(), faults: [{ ...REDIS_AWAY, endMs: 31_000 }] };
    expect(findingsOf(world)).toEqual(['publishing stood still', 'delivering stood still']);
  });
});
