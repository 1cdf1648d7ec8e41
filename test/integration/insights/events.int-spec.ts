import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePartitions } from '#database';
import { newUuid, parseTypeId, toTypeId, uuidFloor } from '#kernel';
import pg from 'pg';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';
import { allPages, attempt, idsOf, openDeliveries, publish } from '../../support/recorded-traffic.js';

let t: TestApi;
let tenant: MadeTenant;
beforeAll(async () => {
  t = await startApi();
  await ensurePartitions(t.db, Date.now());
});
afterAll(() => t.close());

const list = async (query: string): Promise<string[]> => idsOf((await t.api.get(`/v1/events?${query}`)).body['data']);

describe('events', () => {
  beforeAll(async () => {
    tenant = await aTenant(t.api);
    await anEndpoint(t.api, tenant);
  });

  it('shows an event as it was published, byte for byte, with its deliveries', async () => {
    const data = '{"amount":12345678901234567890,"rate":1.0,"constructor":"c","ü":"é"}';
    const event =
      `{"tenant":"${tenant.uid}","type":"payment.succeeded","data":${data},"uid":"u-1","subject":"order/1","source":"shop",` +
      `"correlationId":"c-1","metadata":{"big":12345678901234567890},"headers":{"x-token":"s3cret","x-a":"b"},` +
      `"channels":["a"],"schemaVersion":"2"}`;
    const { body: published } = await t.api.post('/v1/events', event, { expect: 202 });
    const { body, text } = await t.api.get(`/v1/events/${published.id}`);
    expect(text).toContain(`"data":${data},`);
    expect(text).toContain('"metadata":{"big":12345678901234567890}');
    expect(body).toMatchObject({
      id: published.id,
      tenant: tenant.id,
      uid: 'u-1',
      type: 'payment.succeeded',
      subject: 'order/1',
      source: 'shop',
      correlationId: 'c-1',
      schemaVersion: '2',
      channels: ['a'],
      headers: { 'x-token': '********', 'x-a': 'b' },
      endpoint: null,
      payloadErased: false,
      deliveries: [{ event: published.id, status: 'pending', waitingFor: 'queue', nextAttemptAt: null }],
    });
  });

  it('finds events by each filter, and by several at once', async () => {
    const wanted = await publish(t.api, tenant, {
      type: 'invoice.paid.late',
      uid: 'f-1',
      subject: 'inv/9',
      source: 'billing',
      correlationId: 'corr-9',
    });
    await publish(t.api, tenant, { type: 'invoicing.paid', uid: 'f-2', subject: 'inv/8', source: 'billing2' });
    for (const query of [
      'uid=f-1',
      'subject=inv%2F9',
      'source=billing',
      'correlationId=corr-9',
      'type=invoice.paid.late',
      'type=invoice.*',
      `tenant=${tenant.uid}&uid=f-1&subject=inv/9&source=billing&correlationId=corr-9&type=invoice.*`,
    ]) {
      expect({ query, ids: await list(query) }).toEqual({ query, ids: [wanted] });
    }
    expect(await list('uid=f-1&subject=inv/8')).toEqual([]);
    expect(await list('uid=never')).toEqual([]);
  });

  it('tells since and until by the time of creation, half open', async () => {
    const id = await publish(t.api, tenant, { subject: 'timed' });
    const { body } = await t.api.get(`/v1/events/${id}`);
    const at = new Date(body.createdAt).getTime();
    const when = (ms: number): string => encodeURIComponent(new Date(at + ms).toISOString());
    expect(await list(`subject=timed&since=${when(0)}`)).toEqual([id]);
    expect(await list(`subject=timed&since=${when(1)}`)).toEqual([]);
    expect(await list(`subject=timed&until=${when(0)}`)).toEqual([]);
    expect(await list(`subject=timed&until=${when(1)}`)).toEqual([id]);
  });

  it('carries what events hold in lists only with include=data', async () => {
    const id = await publish(t.api, tenant, { subject: 'inc', data: { secret: 1 }, metadata: { m: 1 } });
    const { body: plain } = await t.api.get('/v1/events?subject=inc');
    expect(plain.data).toHaveLength(1);
    for (const field of ['data', 'metadata', 'headers']) expect(plain.data[0]).not.toHaveProperty(field);
    const { body: full } = await t.api.get('/v1/events?subject=inc&include=data');
    expect(full.data[0]).toMatchObject({ id, data: { secret: 1 }, metadata: { m: 1 }, headers: null });
  });

  it('keeps pages with payloads within bounds and goes on from where one ended early', async () => {
    const data = 'x'.repeat(1_000_000);
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) ids.unshift(await publish(t.api, tenant, { subject: 'huge', data }));
    const { body, text } = await t.api.get('/v1/events?subject=huge&include=data&limit=50');
    expect(text.length).toBeLessThan(9_000_000);
    expect(body.data.length).toBeLessThan(10);
    const { body: rest } = await t.api.get(`/v1/events?subject=huge&include=data&limit=50&cursor=${body.nextCursor}`);
    expect(idsOf([...body.data, ...rest.data])).toEqual(ids);
    expect(rest.nextCursor).toBeNull();
  });

  it('pages through everything in both orders, and refuses a cursor under other filters', async () => {
    const paged = await aTenant(t.api);
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) ids.push(await publish(t.api, paged));
    expect(idsOf(await allPages(t.api, `/v1/events?tenant=${paged.id}&order=asc`))).toEqual(ids);
    expect(idsOf(await allPages(t.api, paged.path('/events')))).toEqual(ids.toReversed());
    const { body } = await t.api.get(`/v1/events?tenant=${paged.id}&limit=2`);
    const other = `/v1/events?limit=2&cursor=${body.nextCursor}`;
    expect((await t.api.get(other, { expect: 400 })).body.code).toBe('invalid_cursor');
    const forged = Buffer.from(`${Buffer.from(body.nextCursor, 'base64url').toString().split('.')[0]}.x`);
    const path = `/v1/events?tenant=${paged.id}&limit=2&cursor=${forged.toString('base64url')}`;
    expect((await t.api.get(path, { expect: 400 })).body.code).toBe('invalid_cursor');
  });

  it('tells undelivered events, until a replay has reached the endpoint', async () => {
    const own = await aTenant(t.api);
    await anEndpoint(t.api, own);
    const undelivered = async (value = false): Promise<string[]> => list(`tenant=${own.id}&delivered=${value}`);
    const [open, succeeded, dead] = [await publish(t.api, own), await publish(t.api, own), await publish(t.api, own)];
    await attempt(t.db, (await openDeliveries(t.db, succeeded))[0]!);
    const [delivery] = await openDeliveries(t.db, dead);
    await attempt(t.db, delivery!, { statusCode: 500, next: 'dead' });
    expect(await undelivered()).toEqual([dead, open]);
    expect(await undelivered(true)).toEqual([succeeded]);
    const { body: replay } = await t.api.post(`/v1/deliveries/${delivery}/replay`, {}, { expect: 201 });
    expect(await undelivered()).toEqual([dead, open]);
    await attempt(t.db, replay.id);
    expect(await undelivered()).toEqual([open]);
  });

  it.each([
    ['tenants=x', '?tenants'],
    ['limit=0', '?limit'],
    ['limit=251', '?limit'],
    ['order=up', '?order'],
    ['since=yesterday', '?since'],
    ['type=a..b', '?type'],
    ['delivered=maybe', '?delivered'],
    ['include=body', '?include'],
    ['subject=%00', '?subject'],
    ['uid=a&uid=b', '?uid'],
  ])('refuses %s and names the parameter', async (query, pointer) => {
    const { body } = await t.api.get(`/v1/events?${query}`, { expect: 422 });
    expect(body.errors).toEqual([expect.objectContaining({ pointer })]);
  });
});

describe('whose events they are', () => {
  it("hides another tenant's events as if they were not there", async () => {
    const [mine, theirs] = [await aTenant(t.api), await aTenant(t.api)];
    const [myEvent, theirEvent] = [await publish(t.api, mine, { subject: 'who' }), await publish(t.api, theirs)];
    const { key } = await aKey(t.api, 'tenant', { tenant: mine.id });
    const me = t.api.as(key);
    expect(idsOf((await me.get('/v1/events')).body['data'])).toEqual([myEvent]);
    await me.get(`/v1/events/${theirEvent}`, { expect: 404 });
    await me.post(`/v1/events/${theirEvent}/cancel`, {}, { expect: 404 });
    await me.get(theirs.path('/events'), { expect: 404 });
    await me.get(`/v1/events?tenant=${theirs.uid}`, { expect: 404 });
    await me.delete(`/v1/events/${myEvent}/payload`, { expect: 403 });
  });

  it('shows a publisher what it published, and what became of it', async () => {
    const own = await aTenant(t.api);
    await anEndpoint(t.api, own);
    const { key } = await aKey(t.api, 'publisher');
    const publisher = t.api.as(key);
    const [published, other] = [await publish(publisher, own), await publish(t.api, own)];
    expect(idsOf((await publisher.get('/v1/events')).body['data'])).toEqual([published]);
    await publisher.get(`/v1/events/${other}`, { expect: 404 });
    const { body } = await publisher.get('/v1/deliveries');
    expect(body.data.map(({ event }: { event: string }) => event)).toEqual([published]);
    await publisher.get(`/v1/deliveries/${(await openDeliveries(t.db, other))[0]}`, { expect: 404 });
    await publisher.post(`/v1/events/${other}/cancel`, {}, { expect: 404 });
    const { body: cancelled } = await publisher.post(`/v1/events/${published}/cancel`, { reason: 'mistake' });
    expect(cancelled.deliveries).toMatchObject([{ status: 'cancelled', cancelReason: 'mistake' }]);
  });
});

describe('resync', () => {
  it('never skips an event that commits late', async () => {
    const own = await aTenant(t.api);
    const first = await publish(t.api, own);
    const feed = `/v1/events?tenant=${own.id}&order=asc`;
    const { body: start } = await t.api.get(feed);
    expect(idsOf(start.data)).toEqual([first]);

    // A publish of another process that has its ids, but not its commit.
    const late = new pg.Client({ connectionString: t.databaseUrl, application_name: 'posthorn-api' });
    await late.connect();
    await late.query('BEGIN');
    const lateId = newUuid(Date.now());
    await late.query(
      `INSERT INTO events (id, tenant_id, type, data, occurred_at, created_at)
       VALUES ($1, $2, 'late', '{}', clock_timestamp(), clock_timestamp())`,
      [lateId, parseTypeId('ten', own.id)],
    );
    const second = await publish(t.api, own);
    const { body: meanwhile } = await t.api.get(`${feed}&cursor=${start.nextCursor}`);
    expect(meanwhile.data).toEqual([]);
    expect(meanwhile.nextCursor).not.toBeNull();
    await late.query('COMMIT');
    await late.end();

    const { body: after } = await t.api.get(`${feed}&cursor=${meanwhile.nextCursor}`);
    expect(idsOf(after.data)).toEqual([toTypeId('evt', lateId), second]);
    const { body: end } = await t.api.get(`${feed}&cursor=${after.nextCursor}`);
    expect(end).toEqual({ data: [], nextCursor: null });
    const third = await publish(t.api, own);
    expect(idsOf((await t.api.get(`${feed}&cursor=${after.nextCursor}`)).body['data'])).toEqual([third]);
  });

  it('waits for ids that were given but are not being written yet', async () => {
    const own = await aTenant(t.api);
    const insert = (id: string): Promise<unknown> =>
      t.db.query(
        `INSERT INTO events (id, tenant_id, type, data, occurred_at, created_at)
         VALUES ($1, $2, 'x', '{}', clock_timestamp(), clock_timestamp())`,
        [id, parseTypeId('ten', own.id)],
      );
    const now = Date.now();
    const [slow, quick] = [`${uuidFloor(now).slice(0, 14)}7001-8000-000000000001`, newUuid(now + 1)];
    await insert(quick);
    const reading = t.api.get(`/v1/events?tenant=${own.id}&order=asc`);
    await insert(slow);
    expect(idsOf((await reading).body['data'])).toEqual([toTypeId('evt', slow), toTypeId('evt', quick)]);
  });

  it('goes on behind an event that is named, oldest first, page by page', async () => {
    const own = await aTenant(t.api);
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) ids.push(await publish(t.api, own));
    const path = own.path('/events');
    const { body: page } = await t.api.get(`${path}?after=${ids[0]}&limit=2`);
    expect(idsOf(page.data)).toEqual([ids[1], ids[2]]);
    for (const query of [
      `after=${ids[0]}&cursor=${page.nextCursor}`,
      `order=asc&cursor=${page.nextCursor}`,
      `after=${page.nextCursor}`,
    ]) {
      expect(idsOf((await t.api.get(`${path}?${query}`)).body['data'])).toEqual([ids[3]]);
    }
    const { body: end } = await t.api.get(`/v1/events?tenant=${own.id}&after=${ids[3]}`);
    expect(end).toEqual({ data: [], nextCursor: null });
    const late = await publish(t.api, own);
    expect(idsOf((await t.api.get(`/v1/events?tenant=${own.id}&after=${ids[3]}`)).body['data'])).toEqual([late]);
    await t.api.get(`${path}?after=${ids[0]}&order=desc`, { expect: 422 });
    await t.api.get(`${path}?after=evt_nonsense`, { expect: 400 });
  });
});

describe('erasing', () => {
  it('takes what an event carries, stops what is open and keeps the record', async () => {
    const own = await aTenant(t.api);
    await anEndpoint(t.api, own);
    const id = await publish(t.api, own, { data: { card: '4111' }, metadata: { a: 1 }, headers: { 'x-a': 'b' } });
    await t.api.delete(`/v1/events/${id}/payload`, { expect: 204 });
    const { body } = await t.api.get(`/v1/events/${id}`);
    expect(body).toMatchObject({ data: null, metadata: null, headers: null, payloadErased: true });
    expect(body.deliveries).toMatchObject([{ status: 'cancelled', cancelReason: 'payload_erased' }]);
    await t.api.delete(`/v1/events/${id}/payload`, { expect: 204 });
    await t.api.delete('/v1/events/evt_00000000000000000000000000/payload', { expect: 404 });
    await t.api.delete('/v1/events/nonsense/payload', { expect: 404 });
  });
});
