import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTypeId } from '#kernel';
import type { ApiClient } from '../../support/api-client.js';
import { EventStream } from '../../support/event-stream.js';
import { aKey, anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';
import { type ShownDelivery, startPlatform, type TestPlatform } from '../../support/platform.js';
import { Receiver } from '../../support/receiver.js';
import { waitFor } from '../../support/wait-for.js';

/**
 * What an event type redacts is looked for in every answer to every GET of the OpenAPI document, those that are added
 * tomorrow included: whoever may not see it never does, and whoever may sees it where it belongs.
 */

const TYPE = 'card.charged';
/** What is looked for: a text and a number, which no encoding changes. */
const PIN = `PIN${randomBytes(8).toString('hex')}`;
const NUMBER = `9${BigInt(`0x${randomBytes(8).toString('hex')}`)}`.padEnd(21, '7');
const DATA = `{"order":7,"rate":1.0,"card":{"pin":"${PIN}","of":"O'Hara"},"codes":[${NUMBER},2]}`;
const SHOWN = '{"order":7,"rate":1.0,"card":"[redacted]","codes":["[redacted]",2]}';

const FORMATS = ['standard', 'data', 'cloudevents', 'slack', 'form'];

let t: TestPlatform;
let receiver: Receiver;
let tenant: MadeTenant;
let publisher: ApiClient;
let support: ApiClient;
let event: string;
let stream: EventStream;
/** What the parameters of paths may name. */
let named: Record<string, readonly string[]>;

beforeAll(async () => {
  t = await startPlatform({ queue: 'redis' });
  receiver = await Receiver.start();
  receiver.answer(({ url }, response) => {
    const sent = receiver.requests.findLast(({ path }) => path === url)!.body.toString();
    if (url === '/moved') response.writeHead(302, { location: `https://elsewhere.example/?pin=${PIN}` }).end();
    else response.writeHead(200, { 'x-you-sent': encodeURIComponent(sent) }).end(JSON.stringify({ got: sent }));
  });
  await t.api.put(`/v1/event-types/${TYPE}`, { description: 'A charge.', redact: ['/card', '/codes/0', '/missing'] });
  tenant = await aTenant(t.api);
  for (const path of [...FORMATS, 'moved']) {
    const payloadFormat = path === 'moved' ? 'standard' : path;
    await anEndpoint(t.api, tenant, { url: `${receiver.origin}/${path}`, payloadFormat, eventTypes: [TYPE] });
  }
  publisher = t.api.as((await aKey(t.api, 'publisher')).key);
  const { key } = await aKey(t.api, 'support');
  support = t.api.as(key);
  stream = await EventStream.open(`${t.url}/v1/live`, key);
  event = await publish(publisher, TYPE, DATA);
  await settled(event);
  named = await nameEverything();
});
afterAll(async () => {
  stream.close();
  await receiver.close();
  await t.close();
});

/** The deliveries of an event once all of them have ended. */
function settled(id: string): Promise<ShownDelivery[]> {
  return waitFor(
    async () => {
      const deliveries = await t.deliveriesOf(id);
      if (deliveries.some(({ status }) => status === 'pending')) throw new Error(`not all of ${id} have ended`);
      return deliveries;
    },
    { timeoutMs: 20_000 },
  );
}

async function publish(by: ApiClient, type: string, data: string): Promise<string> {
  const { body } = await by.post(
    '/v1/events',
    `{"tenant":"${tenant.id}","type":"${type}","subject":"s/1","data":${data}}`,
  );
  return String(body['id']);
}

/** A body of whatever format, with the escapes of forms and of JSON in JSON gone. */
const toPlain = (body: string): string => decodeURIComponent(body).replaceAll('\\"', '"');

async function nameEverything(): Promise<Record<string, readonly string[]>> {
  const idsOf = async (path: string): Promise<string[]> =>
    (await t.api.get<{ data: { id: string }[] }>(path)).body.data.map(({ id }) => id);
  const deliveries = (await t.deliveriesOf(event)).map(({ id }) => id);
  const attempts = await Promise.all(deliveries.map((id) => idsOf(`/v1/deliveries/${id}/attempts`)));
  const endpoint = await idsOf(tenant.path('/endpoints'));
  const link = await t.api.post(`/v1/events/${event}/explain-links`, {});
  const replay = await t.api.post('/v1/replays', { tenant: tenant.id, select: 'failed', type: 'nothing.at.all' });
  return {
    tenant: [tenant.id],
    event: [event],
    delivery: deliveries,
    attempt: attempts.flat(),
    deadLetter: await idsOf('/v1/dead-letters'),
    replay: [String(replay.body['id'])],
    endpoint,
    subscription: await idsOf(tenant.path('/subscriptions')),
    secret: await idsOf(tenant.path(`/endpoints/${endpoint[0]}/secrets`)),
    version: ['1'],
    name: [TYPE],
    id: [(await aKey(t.api, 'support')).id],
    token: [String(link.body['url']).split('/').at(-1)!],
  };
}

interface Operation {
  readonly path: string;
  readonly operationId: string;
  readonly parameters?: { readonly name: string; readonly in: string }[];
}

async function getOperations(): Promise<Operation[]> {
  const { paths } = (await t.api.get('/openapi.json')).body as { paths: Record<string, { get?: Operation }> };
  return Object.entries(paths).flatMap(([path, { get }]) => (get ? [{ ...get, path }] : []));
}

/** Every address that an operation has, by all that its parameters may name. */
function addressesOf({ path, parameters = [] }: Operation): string[] {
  const [parameter, name] = /\{(\w+)\}/.exec(path) ?? [];
  if (parameter === undefined) return queriesFor(parameters).map((query) => path + query);
  const values = named[name!];
  if (!values) throw new Error(`nobody knows what {${name}} names: see nameEverything`);
  return values.flatMap((value) => addressesOf({ path: path.replace(parameter, value), operationId: '', parameters }));
}

function queriesFor(parameters: readonly { name: string; in: string }[]): string[] {
  const names = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  if (names.includes('q'))
    return [...Object.values(named).flat(), 's/1', receiver.origin].map((text) => `?q=${encodeURIComponent(text)}`);
  return ['', ...(names.includes('include') ? ['?include=data', '?include=data&order=asc'] : [])];
}

/** The operations in whose answers something stands that is redacted. */
async function seenBy(caller: ApiClient): Promise<string[]> {
  const seen = new Set<string>();
  for (const operation of await getOperations()) {
    for (const address of addressesOf(operation)) {
      const { text } = await caller.get(address, { expect: 'any' });
      if (text.includes(PIN) || text.includes(NUMBER)) seen.add(operation.operationId);
    }
  }
  return [...seen].sort();
}

const EVENTS = ['getEvent', 'listEvents', 'listTenantEvents'];
const DELIVERIES = [
  'getAttempt',
  'getAttemptCurl',
  'listAttempts',
  'listDeadLetterGroups',
  'listDeadLetters',
  'listDeliveries',
];
const EVERYWHERE = [...EVENTS, ...DELIVERIES, 'explainEvent'].sort();

async function portal(...capabilities: string[]): Promise<ApiClient> {
  const { body } = await t.api.post(tenant.path('/portal-sessions'), { capabilities });
  return t.api.as(String(body['token']));
}

describe('what an event type redacts', () => {
  it('reaches every receiver as it was published', () => {
    const bodies = new Map(receiver.requests.map(({ path, body }) => [path.slice(1), toPlain(body.toString())]));
    expect([...bodies.keys()].sort()).toEqual([...FORMATS, 'moved'].sort());
    for (const body of bodies.values()) expect(body).toContain(DATA);
  });

  it('is seen by admins wherever content is shown, and so by its publisher and its tenant', async () => {
    expect(await seenBy(t.api)).toEqual(EVERYWHERE);
    const { key } = await aKey(t.api, 'tenant', { tenant: tenant.id });
    for (const caller of [publisher, t.api.as(key), await portal('view', 'see_secrets')]) {
      expect((await caller.get(`/v1/events/${event}`)).text).toContain(`"data":${DATA},`);
      expect((await caller.get(`/v1/attempts/${named['attempt']![0]}`)).text).toContain(PIN);
    }
  }, 60_000);

  it('is in no answer that support gets, nor in what it is told live', async () => {
    expect(await seenBy(support)).toEqual([]);
    await waitFor(() => expect(stream.events.length).toBeGreaterThan(1), { timeoutMs: 10_000 });
    expect(stream.text).not.toMatch(new RegExp(`${PIN}|${NUMBER}`));
  }, 60_000);

  it('is in no answer to a portal that may not see secrets, nor to whoever has a link', async () => {
    expect(await seenBy(await portal('view'))).toEqual([]);
    expect(await seenBy(t.api.as(null))).toEqual([]);
    const page = { headers: { accept: 'text/html' } };
    expect((await t.api.as(null).get(`/explain/${named['token']![0]}`, page)).text).not.toContain(PIN);
  }, 60_000);

  it('is in no line of the log', () => {
    expect(JSON.stringify(t.logs)).not.toMatch(new RegExp(`${PIN}|${NUMBER}`));
  });
});

describe('whoever may not see it', () => {
  it('sees the rest of the data byte for byte', async () => {
    expect((await support.get(`/v1/events/${event}`)).text).toContain(`"data":${SHOWN},`);
    for (const list of ['/v1/events', '/v1/deliveries', '/v1/dead-letters', tenant.path('/events')]) {
      expect((await support.get(`${list}?include=data`)).text).toContain(`"data":${SHOWN}`);
    }
  });

  it('sees requests as they were but for that, in every format, and no signature that it could be guessed by', async () => {
    for (const attempt of named['attempt']!) {
      const { request, response } = (await support.get(`/v1/attempts/${attempt}`)).body;
      expect(toPlain(request.body)).toContain(SHOWN);
      expect(request.headers).toMatchObject({ 'webhook-signature': '********', 'posthorn-event-type': TYPE });
      expect(response.body === '' ? response.headers['location'] : response.body).toBe('[redacted]');
      const { curl } = (await support.get(`/v1/attempts/${attempt}/curl`)).body;
      expect(toPlain(curl)).toContain(SHOWN);
      expect(curl).toContain('webhook-signature: ********');
    }
  });

  it('does not see what a receiver has said of an event that is gone', async () => {
    const gone = await publish(publisher, TYPE, DATA);
    const delivery = (await settled(gone)).find(({ status }) => status === 'succeeded')!;
    await t.db.query('DELETE FROM events WHERE id = $1', [parseTypeId('evt', gone)]);
    const path = `/v1/attempts/att_${delivery.id.slice(4)}_1`;
    const { request, response } = (await support.get(path)).body;
    expect({ sent: request.body, got: response.body }).toEqual({ sent: null, got: '[redacted]' });
    expect((await t.api.get(path)).body['response'].body).toContain(PIN);
  });

  it('is answered without it when cancelling, too', async () => {
    const later = await publish(publisher, TYPE, DATA);
    const { text } = await support.post(`/v1/events/${later}/cancel`, {});
    expect(text).toContain(`"data":${SHOWN},`);
    expect(text).not.toContain(PIN);
  });

  it('cannot ask whether a body is the one that was sent', async () => {
    const sent = receiver.requests.find(({ path }) => path === '/standard')!;
    const headers = Object.fromEntries(Object.entries(sent.headers).map(([name, value]) => [name, String(value)]));
    const asked = {
      endpoint: named['endpoint']!.at(-1),
      headers: { 'webhook-id': headers['webhook-id'] },
      body: sent.body.toString(),
    };
    expect((await t.api.post('/v1/signature-checks', asked)).body['body']).toBe('as_sent');
    expect((await support.post('/v1/signature-checks', asked)).body['body']).toBe('unknown');
    const signed = { ...asked, headers };
    expect((await support.post('/v1/signature-checks', signed)).body).toMatchObject({
      verified: true,
      body: 'unknown',
    });
  });

  it('is told nothing of what a filter has compared it with', async () => {
    const other = await aTenant(t.api);
    const { id } = await anEndpoint(t.api, other, { url: `${receiver.origin}/data`, eventTypes: ['unwanted'] });
    await t.api.post(other.path('/subscriptions'), {
      endpoint: id,
      eventTypes: [TYPE],
      filter: { 'data.card.pin': { $ne: 'guessed' } },
    });
    const { body } = await t.api.post('/v1/events', {
      tenant: other.id,
      type: TYPE,
      data: { card: { pin: 'guessed' } },
    });
    const path = `/v1/events/${body['id']}/explain`;
    expect((await t.api.get(path)).text).toContain('data.card.pin is \\"guessed\\"');
    const link = await t.api.post(`/v1/events/${body['id']}/explain-links`, {});
    for (const answer of [
      await support.get(path),
      await t.api.as(null).get(`/explain/${String(link.body['url']).split('/').at(-1)}`),
    ]) {
      expect(answer.text).toContain('data.card.pin does not hold what it asks for');
      expect(answer.text).not.toContain('guessed');
    }
  });
});

describe('a change of what is redacted', () => {
  it('counts at once, for events that were published before as well', async () => {
    const type = '/v1/event-types/card.blocked';
    await t.api.put(type, { description: 'A block.' });
    const early = await publish(publisher, 'card.blocked', '{"card":{"pin":"1"}}');
    const data = async (): Promise<unknown> => (await support.get(`/v1/events/${early}`)).body['data'];
    expect(await data()).toEqual({ card: { pin: '1' } });
    await t.api.patch(type, { redact: ['/card/pin'] });
    expect(await data()).toEqual({ card: { pin: '[redacted]' } });
    await t.api.patch(type, { redact: [''] });
    expect(await data()).toBe('[redacted]');
    await t.api.patch(type, { redact: null });
    expect(await data()).toEqual({ card: { pin: '1' } });
  });
});
