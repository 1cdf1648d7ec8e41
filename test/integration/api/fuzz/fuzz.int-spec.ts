import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../../support/api.js';
import { aKey, aTenant } from '../../../support/factories.js';
import { Receiver } from '../../../support/receiver.js';
import { Belongings } from '../role-table/belongings.js';
import { encode, type FuzzedRequest, requestsTo } from './requests.js';

/** Half of them from each of two callers: the same in each run, and others for another `FUZZ_SEED`. */
const REQUESTS = 20_000;
const SEED = Number(process.env['FUZZ_SEED'] ?? 751_520_477);
const AT_ONCE = 12;
const SLOWEST_MS = 60_000;

let t: TestApi;
let receiver: Receiver;
let publisher: string;
let ours: Belongings;

beforeAll(async () => {
  receiver = await Receiver.start();
  t = await startApi({ env: { POSTHORN_ALLOW_HTTP: 'on', POSTHORN_EGRESS_ALLOW: '127.0.0.0/8' } });
  publisher = (await aKey(t.api, 'publisher')).key;
  ours = await Belongings.make(t, publisher, receiver.url);
  await ours.makeAll();
});
afterAll(async () => {
  await t.close();
  await receiver.close();
});

/** What came of a request that should not have. */
interface Fault {
  readonly request: string;
  readonly fault: string;
}

/** Sends all of them, some at a time, about the things of `of` and with somebody's key. */
async function play(
  requests: readonly FuzzedRequest[],
  of: Belongings,
  key: string,
  findFault: (status: number, text: string, asked: string) => string | null,
): Promise<{ faults: Fault[]; served: number }> {
  const faults: Fault[] = [];
  let served = 0;
  const waiting = requests.values();
  const sendSome = async (): Promise<void> => {
    for (const { operation, pathWords, query, body } of waiting) {
      const path = (await fill(operation.path, pathWords, of)) + query;
      const startedMs = performance.now();
      const { status, text } = await t.api.call(operation.method, path, body, { expect: 'any', key });
      const tookMs = performance.now() - startedMs;
      if (status < 300) served += 1;
      const fault = tookMs > SLOWEST_MS ? `took ${tookMs} ms` : findFault(status, text, path + (body ?? ''));
      if (fault !== null) faults.push({ request: `${operation.method} ${path} ${body?.slice(0, 2_000) ?? ''}`, fault });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendSome));
  return { faults, served };
}

async function fill(path: string, words: readonly (string | null)[], of: Belongings): Promise<string> {
  const filled = await of.fill(path);
  const [template, parts] = [path.split('/'), filled.split('/')];
  let next = 0;
  return parts
    .map((part, index) => (template[index]!.startsWith('{') ? encode(words[next++] ?? part) : part))
    .join('/');
}

const ofOurFault = (status: number, text: string): string | null => (status >= 500 ? `${status} ${text}` : null);

describe(`${REQUESTS} requests that the document asks for, wrong here and there (FUZZ_SEED=${SEED})`, () => {
  it('are answered to an admin without a fault of ours, each in time', { timeout: 600_000 }, async () => {
    const { body } = await t.api.get('/openapi.json');
    const requests = fc.sample(requestsTo(body as never), { numRuns: REQUESTS / 2, seed: SEED });
    const own = await Belongings.make(t, publisher, receiver.url);
    await own.makeAll();
    const { faults, served } = await play(requests, own, t.adminKey, ofOurFault);
    expect(faults.slice(0, 5)).toEqual([]);
    // Or they would all have been turned away at the door.
    expect(served).toBeGreaterThan(REQUESTS / 20);
  });

  it('tell another tenant nothing of ours, by whatever they ask', { timeout: 600_000 }, async () => {
    const { body } = await t.api.get('/openapi.json');
    const requests = fc.sample(requestsTo(body as never), { numRuns: REQUESTS / 2, seed: SEED + 1 });
    const stranger = await aTenant(t.api);
    const { key } = await aKey(t.api, 'tenant', { tenant: stranger.id });
    const ids = await ours.privateIds();
    const findFault = (status: number, text: string, asked: string): string | null => {
      const told = ids.find((id) => text.includes(id) && !asked.includes(id));
      return ofOurFault(status, text) ?? (told === undefined ? null : `tells of ${told}: ${text.slice(0, 500)}`);
    };
    const { faults } = await play(requests, ours, key, findFault);
    expect(faults.slice(0, 5)).toEqual([]);
  });
});
