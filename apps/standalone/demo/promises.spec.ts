import { describe, expect, it } from 'vitest';
import type { Attempt, DeadLetter, Delivery } from './api-client.js';
import type { Published, Receipt } from './ledger.js';
import { type Evidence, judge } from './promises.js';

const DATA = '{"amount":1.0,"entry":12345678901234567890}';

describe('judge', () => {
  it('finds every promise kept when all went as it should', () => {
    expect(broken(goodEvidence())).toEqual([]);
  });

  it('keeps no promise when nothing happened', () => {
    const nothing: Evidence = { published: [], receipts: [], deliveries: [], deadLetters: [], attempts: new Map() };
    expect(judge(nothing).filter(({ isKept }) => isKept)).toEqual([]);
  });

  it('misses an accepted event that neither arrived nor is a dead letter, and names it', () => {
    const good = goodEvidence();
    const judgements = judge({ ...good, published: [...good.published, published('evt_lost')] });
    expect(judgements[0]).toMatchObject({ isKept: false, proof: expect.stringContaining('payment evt_lost') });
  });

  it('counts an unresolved dead letter as accounted for, but not as delivered', () => {
    const good = goodEvidence();
    const dead = { ...good.deadLetters[0]!, id: 'dl_2', event: 'evt_dead', resolution: null };
    const evidence = { ...good, published: [...good.published, published('evt_dead')] };
    expect(broken({ ...evidence, deadLetters: [...good.deadLetters, dead] })).toEqual([
      'What cannot be delivered becomes a dead letter, and arrives once it is replayed',
    ]);
  });

  it.each<[string, Partial<Receipt>, string]>([
    ['a signature does not hold', { isVerified: false }, 'Every request is signed'],
    ['a forged copy passes for genuine', { isForgeryRefused: false }, 'Every request is signed'],
    [
      '1.0 arrives as 1',
      { body: envelope('{"amount":1,"entry":12345678901234567890}') },
      'Payloads arrive byte for byte',
    ],
    ['the payload is cut short', { body: Buffer.from(`{"data":${DATA}`) }, 'Payloads arrive byte for byte'],
    ['an event comes twice', { isDuplicate: true }, 'What was answered 2xx is not sent again'],
    ['it takes seconds', { receivedAtMs: 5_000 }, 'It is quick'],
  ])('finds a promise broken when %s', (_, flaw, promise) => {
    const good = goodEvidence();
    const [first, ...others] = good.receipts;
    expect(broken({ ...good, receipts: [{ ...first!, ...flaw }, ...others] })).toEqual([
      expect.stringContaining(promise),
    ]);
  });

  it('wants every attempt of a retried delivery on record', () => {
    const good = goodEvidence();
    const attempts = new Map([['dlv_1', good.attempts.get('dlv_1')!.slice(1)]]);
    expect(broken({ ...good, attempts })).toEqual([expect.stringContaining('What fails is retried')]);
  });
});

function broken(evidence: Evidence): string[] {
  return judge(evidence)
    .filter(({ isKept }) => !isKept)
    .map(({ promise }) => promise);
}

/** One event arrived at the second attempt, another died and arrived when it was replayed. */
function goodEvidence(): Evidence {
  return {
    published: [published('evt_1'), published('evt_2')],
    receipts: [
      receipt({ event: 'evt_1', delivery: 'dlv_0' }),
      receipt({ event: 'evt_2', delivery: 'dlv_3', replayOf: 'dlv_2' }),
    ],
    deliveries: [
      delivery({ id: 'dlv_1', event: 'evt_1', status: 'succeeded', attemptCount: 2 }),
      delivery({ id: 'dlv_2', event: 'evt_2', status: 'dead', lastErrorCode: 'connect' }),
      delivery({ id: 'dlv_3', event: 'evt_2', status: 'succeeded', replayOf: 'dlv_2' }),
    ],
    deadLetters: [
      {
        id: 'dl_1',
        delivery: 'dlv_2',
        event: 'evt_2',
        reason: 'exhausted',
        resolution: 'replayed',
      } satisfies DeadLetter,
    ],
    attempts: new Map([['dlv_1', [attempt(1, 500), attempt(2, 200)]]]),
  };
}

function published(id: string): Published {
  return { id, type: 'payment', data: DATA, deliveryCount: 1, askedAtMs: 100, answeredAtMs: 104 };
}

function receipt(overrides: Partial<Receipt>): Receipt {
  return {
    receiver: 'a shop',
    event: '',
    delivery: '',
    replayOf: null,
    attempt: 1,
    body: envelope(DATA),
    isVerified: true,
    isForgeryRefused: true,
    status: 200,
    isDuplicate: false,
    receivedAtMs: 110,
    ...overrides,
  };
}

function envelope(data: string): Buffer {
  return Buffer.from(`{"id":"evt","type":"payment","data":${data}}`);
}

function delivery(overrides: Partial<Delivery>): Delivery {
  return {
    id: '',
    event: '',
    tenant: 'ten_1',
    endpoint: 'ep_1',
    type: 'payment',
    status: 'pending',
    waitingFor: null,
    attemptCount: 1,
    replayOf: null,
    lastStatusCode: null,
    lastErrorCode: null,
    ...overrides,
  };
}

function attempt(number: number, statusCode: number): Attempt {
  return { number, statusCode, outcome: statusCode === 200 ? 'succeeded' : 'failed', errorCode: null };
}
