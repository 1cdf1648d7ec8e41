import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePartitions } from '#database';
import { type DatabaseClock, parseTypeId, toTypeId } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';
import { aDeadLetter, attempt, openDeliveries, publish } from '../../support/recorded-traffic.js';

interface Explained {
  endpoint: string;
  verdict: string;
  sentence: string;
  delivery: string | null;
  deliveries: string[];
  clauses: { clause: string }[];
}

let t: TestApi;
let tenant: MadeTenant;
beforeAll(async () => {
  t = await startApi();
  await ensurePartitions(t.db, Date.now());
  tenant = await aTenant(t.api);
});
afterAll(() => t.close());

/** What the API takes for the time from now on. */
function setClock(nowMs: number): void {
  (t.deps.clock as DatabaseClock).adjust(nowMs, performance.now(), performance.now());
}

async function explain(event: string, query = ''): Promise<Explained[]> {
  const { body } = await t.api.get<{ endpoints: Explained[] }>(`/v1/events/${event}/explain${query}`);
  return body.endpoints;
}

const one = async (event: string): Promise<Explained> => (await explain(event))[0]!;

describe('the explanation of an event', () => {
  it('has a sentence for each endpoint, also where nothing was sent', async () => {
    const wanted = await anEndpoint(t.api, tenant, { eventTypes: ['order.*'] });
    const other = await anEndpoint(t.api, tenant, { eventTypes: ['invoice.paid'], uid: 'other' });
    const event = await publish(t.api, tenant);
    const [delivery] = await openDeliveries(t.db, event);
    expect(await explain(event)).toMatchObject([
      { endpoint: wanted.id, verdict: 'waiting', delivery, deliveries: [delivery], clauses: [] },
      {
        endpoint: other.id,
        verdict: 'not_matched',
        delivery: null,
        deliveries: [],
        clauses: [{ clause: 'event_types' }],
      },
    ]);
    expect(await explain(event, '?endpoint=other')).toMatchObject([
      { endpoint: other.id, sentence: expect.stringMatching(/wants "invoice.paid", and the event is "order.created"/) },
    ]);
    await t.api.get(`/v1/events/${event}/explain?endpoint=nobody`, { expect: 404 });
  });

  it('follows a delivery from its first failure to the dead letter and its replay', async () => {
    const own = await aTenant(t.api);
    await anEndpoint(t.api, own);
    const event = await publish(t.api, own);
    const [delivery] = await openDeliveries(t.db, event);
    await attempt(t.db, delivery!, { statusCode: 503 });
    expect(await one(event)).toMatchObject({
      verdict: 'waiting',
      sentence: expect.stringMatching(/^Attempt 1 failed \(answered 503\)\. The next one is made at /),
    });
    await attempt(t.db, delivery!, { statusCode: 500, next: 'dead' });
    expect(await one(event)).toMatchObject({
      verdict: 'dead',
      sentence: expect.stringMatching(
        /after 2 attempts: the last one failed \(answered 500\)\. It waits as a dead letter/,
      ),
    });
    const { body: replay } = await t.api.post(`/v1/deliveries/${delivery}/replay`);
    await attempt(t.db, replay.id, { statusCode: 200 });
    expect(await one(event)).toMatchObject({
      verdict: 'delivered',
      delivery: replay.id,
      deliveries: [delivery, replay.id],
      sentence: expect.stringMatching(/^Replayed at .* at the first attempt: the endpoint answered 200 in 12 ms\.$/),
    });
  });

  it('tells who is before it in a line', async () => {
    const own = await aTenant(t.api);
    await anEndpoint(t.api, own, { ordering: 'fifo' });
    const first = await publish(t.api, own, { orderingKey: 'a' });
    const second = await publish(t.api, own, { orderingKey: 'a' });
    const [head] = await openDeliveries(t.db, first);
    expect(await one(second)).toMatchObject({
      verdict: 'waiting',
      sentence: expect.stringContaining(`${head} must end first`),
    });
  });

  it('tells of pauses, of what is cancelled, and of what waits for its time', async () => {
    const own = await aTenant(t.api);
    const endpoint = await anEndpoint(t.api, own);
    await t.api.post(own.path(`/endpoints/${endpoint.id}/pause`));
    const event = await publish(t.api, own);
    const [delivery] = await openDeliveries(t.db, event);
    await t.db.query(`UPDATE open_deliveries SET due_at = 'infinity' WHERE id = $1`, [parseTypeId('dlv', delivery!)]);
    expect(await one(event)).toMatchObject({
      verdict: 'held',
      sentence: expect.stringMatching(/endpoint was paused at/),
    });
    await t.api.post(own.path(`/endpoints/${endpoint.id}/disable`), { reason: 'moving house' });
    expect(await one(event)).toMatchObject({
      verdict: 'cancelled',
      sentence: expect.stringMatching(/because the endpoint was disabled by .+: moving house\./),
    });
    const later = await publish(t.api, own, { deliverAt: new Date(Date.now() + 3_600_000).toISOString() });
    expect(await one(later)).toMatchObject({
      verdict: 'scheduled',
      sentence: expect.stringMatching(/^Waits for its time/),
    });
  });

  it('names who has done it, to those who may read the audit log and to nobody else', async () => {
    const own = await aTenant(t.api);
    const endpoint = await anEndpoint(t.api, own);
    const event = await publish(t.api, own);
    const [delivery] = await openDeliveries(t.db, event);
    const actor = { headers: { 'posthorn-actor': 'ada@example.com' } };
    await t.api.post(`/v1/deliveries/${delivery}/cancel`, {}, actor);
    await t.api.post(own.path(`/endpoints/${endpoint.id}/pause`), {}, actor);
    expect((await one(event)).sentence).toMatch(/^Cancelled at .* by ada@example\.com\.$/);
    const held = await publish(t.api, own);
    await t.db.query(`UPDATE open_deliveries SET due_at = 'infinity' WHERE event_id = $1`, [parseTypeId('evt', held)]);
    expect((await one(held)).sentence).toMatch(/was paused at .* by ada@example\.com; it is sent/);
    const { key } = await aKey(t.api, 'tenant', { tenant: own.id });
    const { text } = await t.api.get(`/v1/events/${event}/explain`, { key });
    expect(text).not.toContain('ada@');
    const { body: link } = await t.api.post(`/v1/events/${event}/explain-links`, {});
    expect((await t.api.as(null).get(String(link.url).replace(t.url, ''))).text).not.toContain('ada@');
  });

  it('still tells of endpoints that are deleted, where something was sent', async () => {
    const own = await aTenant(t.api);
    const endpoint = await anEndpoint(t.api, own);
    const { event } = await aDeadLetter(t.api, t.db, own);
    await t.api.delete(own.path(`/endpoints/${endpoint.id}`));
    expect(await explain(event)).toMatchObject([{ endpoint: endpoint.id, endpointStatus: 'deleted', verdict: 'dead' }]);
    expect(await explain(await publish(t.api, own))).toEqual([]);
  });

  it('does not exist for those who do not see the event', async () => {
    const event = await publish(t.api, tenant);
    const { key } = await aKey(t.api, 'tenant', { tenant: (await aTenant(t.api)).id });
    const { key: publisher } = await aKey(t.api, 'publisher');
    for (const stranger of [key, publisher]) {
      await t.api.get(`/v1/events/${event}/explain`, { key: stranger, expect: 404 });
    }
    await t.api.post(`/v1/events/${event}/explain-links`, {}, { key, expect: 404 });
    await t.api.post(`/v1/events/${event}/explain-links`, {}, { key: publisher, expect: 403 });
  });
});

describe('a link to an explanation', () => {
  let event: string;
  let own: MadeTenant;
  beforeAll(async () => {
    own = await aTenant(t.api);
    await anEndpoint(t.api, own, { url: 'https://hooks.example.com/secret-path?token=s3cret' });
    await anEndpoint(t.api, own, { url: 'https://other.example.com/in', uid: 'second', eventTypes: ['a.b'] });
    event = await publish(t.api, own, { data: { secret: 's3cret' }, subject: '<b>s3cret</b>' });
  });

  const make = async (fields: object = {}): Promise<{ path: string; expiresAt: string }> => {
    const { body, headers } = await t.api.post(`/v1/events/${event}/explain-links`, fields, { expect: 201 });
    expect(headers['location']).toBe(body.url);
    return { path: String(body.url).replace(t.url, ''), expiresAt: body.expiresAt };
  };

  it('shows the explanation without a key: hosts and sentences, nothing that is carried', async () => {
    const { path } = await make();
    const { body, text } = await t.api.as(null).get(path);
    expect(body).toMatchObject({
      event,
      type: 'order.created',
      endpoints: [
        { host: 'hooks.example.com', verdict: 'waiting' },
        { host: 'other.example.com', verdict: 'not_matched' },
      ],
    });
    expect(text).not.toMatch(/s3cret|secret-path|ten_/);
  });

  it('is a page in a browser, without script and under a policy that allows none', async () => {
    const { path } = await make();
    const { headers, text } = await t.api.as(null).get(path, { headers: { accept: 'text/html,*/*' } });
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'/,
    );
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    expect(text).toContain('hooks.example.com: waiting');
    expect(text).not.toMatch(/<script|s3cret|https:/);
  });

  it('shows one endpoint only when it was made for one', async () => {
    const { path } = await make({ endpoint: 'second' });
    expect((await t.api.as(null).get(path)).body.endpoints).toMatchObject([{ host: 'other.example.com' }]);
    await t.api.post(`/v1/events/${event}/explain-links`, { endpoint: 'nobody' }, { expect: 422 });
  });

  it('ends at its time', async () => {
    const { path, expiresAt } = await make({ expiresInSeconds: 60 });
    expect(Math.abs(Date.parse(expiresAt) - Date.now() - 60_000)).toBeLessThan(10_000);
    setClock(Date.parse(expiresAt));
    try {
      const { body } = await t.api.as(null).get(path, { expect: 410 });
      expect(body.code).toBe('link_expired');
      const { text } = await t.api.as(null).get(path, { headers: { accept: 'text/html' }, expect: 410 });
      expect(text).toContain('This link could be read until');
    } finally {
      setClock(Date.now());
    }
    for (const expiresInSeconds of [59, 2_592_001, 'x']) {
      await t.api.post(`/v1/events/${event}/explain-links`, { expiresInSeconds }, { expect: 422 });
    }
  });

  it('is nothing once a bit of it is changed, and neither is anything else that is sealed', async () => {
    const { path } = await make();
    const last = path.slice(0, -3);
    const sealed = t.deps.keyRing.seal(JSON.stringify([parseTypeId('evt', event), null, Date.now() + 60_000]), 'other');
    for (const other of [`${last}AAA`, last, `${path}=`, '/explain/x', `/explain/${sealed.toString('base64url')}`]) {
      const { body } = await t.api.as(null).get(other, { expect: 404 });
      expect(body.code).toBe('not_found');
    }
  });

  it('is nothing once its event is gone', async () => {
    const gone = toTypeId('evt', '01890a5d-ac96-774b-bcce-b302099a8057');
    const sealed = t.deps.keyRing.seal(
      JSON.stringify([parseTypeId('evt', gone), null, Date.now() + 60_000]),
      'explain-link',
    );
    await t.api.as(null).get(`/explain/${sealed.toString('base64url')}`, { expect: 404 });
  });
});
