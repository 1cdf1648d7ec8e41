import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePartitions } from '#database';
import { OpenDeliveryStore } from '#deliveries';
import { parseTypeId } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, anEndpoint, aTenant, type MadeEndpoint, type MadeTenant } from '../../support/factories.js';
import { allPages, attempt, idsOf, openDeliveries, publish } from '../../support/recorded-traffic.js';

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
  await ensurePartitions(t.db, Date.now());
});
afterAll(() => t.close());

const list = async (query: string): Promise<string[]> =>
  idsOf((await t.api.get(`/v1/deliveries?${query}`)).body['data']);

/** Publishes and answers the event's one delivery. */
async function deliver(tenant: MadeTenant, fields: Record<string, unknown> = {}): Promise<string> {
  const [delivery] = await openDeliveries(t.db, await publish(t.api, tenant, fields));
  return delivery!;
}

describe('deliveries', () => {
  let tenant: MadeTenant;
  let endpoint: MadeEndpoint;
  const made: Record<string, string> = {};

  beforeAll(async () => {
    tenant = await aTenant(t.api);
    endpoint = await anEndpoint(t.api, tenant, { uid: 'shop' });
    made['queued'] = await deliver(tenant, { type: 'a.one', subject: 's/1', correlationId: 'k-1', uid: 'd-1' });
    made['retrying'] = await deliver(tenant, { type: 'a.two' });
    await attempt(t.db, made['retrying'], { statusCode: 503 });
    made['held'] = await deliver(tenant, { type: 'a.three' });
    await t.db.query(`UPDATE open_deliveries SET due_at = 'infinity', waiting_for = 'held' WHERE id = $1`, [
      parseTypeId('dlv', made['held']),
    ]);
    made['succeeded'] = await deliver(tenant, { type: 'b.one', subject: 's/1' });
    await attempt(t.db, made['succeeded']);
    made['dead'] = await deliver(tenant, { type: 'b.two' });
    await attempt(t.db, made['dead'], { statusCode: 404, next: 'dead' });
    made['cancelled'] = await deliver(tenant, { type: 'b.three' });
    await t.api.post(`/v1/deliveries/${made['cancelled']}/cancel`, { reason: 'wrong customer' });
    made['replay'] = (await t.api.post(`/v1/deliveries/${made['dead']}/replay`, {}, { expect: 201 })).body['id'];
  });

  it('shows each state with what belongs to it', async () => {
    const show = async (name: string) => (await t.api.get(`/v1/deliveries/${made[name]}`)).body;
    expect(await show('queued')).toMatchObject({
      tenant: tenant.id,
      endpoint: endpoint.id,
      type: 'a.one',
      status: 'pending',
      waitingFor: 'queue',
      attemptCount: 0,
      nextAttemptAt: null,
      replayOf: null,
      completedAt: null,
    });
    const retrying = await show('retrying');
    expect(retrying).toMatchObject({ status: 'pending', waitingFor: 'retry', attemptCount: 1, lastStatusCode: 503 });
    expect(Date.parse(retrying.nextAttemptAt)).toBeGreaterThan(Date.now());
    expect(await show('held')).toMatchObject({ status: 'held', waitingFor: null, nextAttemptAt: null });
    const succeeded = await show('succeeded');
    expect(succeeded).toMatchObject({ status: 'succeeded', waitingFor: null, lastErrorCode: null });
    expect(succeeded.completedAt).not.toBeNull();
    expect(await show('dead')).toMatchObject({ status: 'dead', lastStatusCode: 404, lastErrorCode: 'status' });
    expect(await show('cancelled')).toMatchObject({ status: 'cancelled', cancelReason: 'wrong customer' });
    expect(await show('replay')).toMatchObject({ status: 'pending', replayOf: made['dead'], attemptCount: 0 });
  });

  it.each<[string, string[]]>([
    ['status=pending', ['replay', 'retrying', 'queued']],
    ['status=held', ['held']],
    ['status=succeeded', ['succeeded']],
    ['status=dead', ['dead']],
    ['status=cancelled', ['cancelled']],
    ['waitingFor=retry', ['retrying']],
    ['waitingFor=queue', ['replay', 'queued']],
    ['status=dead&waitingFor=queue', []],
    ['statusCode=404', ['dead']],
    ['statusCode=200', ['succeeded']],
    ['statusClass=5xx', ['retrying']],
    ['statusClass=2xx', ['succeeded']],
    ['errorCode=status', ['dead', 'retrying']],
    ['errorCode=timeout', []],
    ['type=a.two', ['retrying']],
    ['type=b.*', ['replay', 'cancelled', 'dead', 'succeeded']],
    ['subject=s/1', ['succeeded', 'queued']],
    ['correlationId=k-1', ['queued']],
    ['uid=d-1', ['queued']],
    ['uid=d-1&subject=s/2', []],
    ['replay=true', ['replay']],
    ['replay=false&status=pending', ['retrying', 'queued']],
    ['replay=rpl_01h455vb4pex5vsknk084sn02q', []],
    ['endpoint=shop&status=dead', ['dead']],
  ])('finds %s', async (query, names) => {
    expect(await list(`tenant=${tenant.id}&${query}`)).toEqual(names.map((name) => made[name]));
    expect(idsOf(await allPages(t.api, `/v1/deliveries?tenant=${tenant.id}&${query}&order=asc`, 1))).toEqual(
      names.map((name) => made[name]).toReversed(),
    );
  });

  it('finds the deliveries of an event', async () => {
    const { body } = await t.api.get(`/v1/deliveries/${made['dead']}`);
    expect(await list(`event=${body.event}`)).toEqual([made['replay'], made['dead']]);
    expect(await list(`event=${body.event}&subject=other`)).toEqual([]);
    const { body: full } = await t.api.get(`/v1/deliveries?event=${body.event}&include=data`);
    expect(full.data).toMatchObject([{ data: { n: 1 } }, { data: { n: 1 } }]);
  });

  it.each([
    ['status=done', '?status'],
    ['waitingFor=godot', '?waitingFor'],
    ['statusCode=99', '?statusCode'],
    ['statusClass=2', '?statusClass'],
    ['errorCode=oops', '?errorCode'],
    ['event=x', '?event'],
    ['replay=perhaps', '?replay'],
    ['bogus=1', '?bogus'],
  ])('refuses %s and names the parameter', async (query, pointer) => {
    const { body } = await t.api.get(`/v1/deliveries?${query}`, { expect: 422 });
    expect(body.errors).toEqual([expect.objectContaining({ pointer })]);
  });

  it('shows every delivery once while they move from open to ended under the pages', async () => {
    const moving = await aTenant(t.api);
    await anEndpoint(t.api, moving);
    const expected: string[] = [];
    for (let n = 0; n < 40; n++) expected.unshift(await deliver(moving));
    let left = [...expected];
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: { body: { data: { id: string }[]; nextCursor: string | null } } = await t.api.get(
        `/v1/deliveries?tenant=${moving.id}&limit=7${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...idsOf(body.data));
      cursor = body.nextCursor;
      // Some of what was seen, and some of what is still to be seen, ends meanwhile.
      const ending = left.filter((_, index) => index % 4 === 0);
      await Promise.all(ending.map((id) => attempt(t.db, id)));
      left = left.filter((id) => !ending.includes(id));
    }
    expect(seen).toEqual(expected);
  });

  it("keeps to the caller's own", async () => {
    const { key } = await aKey(t.api, 'tenant', { tenant: (await aTenant(t.api)).id });
    const stranger = t.api.as(key);
    expect((await stranger.get('/v1/deliveries')).body['data']).toEqual([]);
    await stranger.get(`/v1/deliveries?endpoint=${endpoint.id}`, { expect: 404 });
    for (const path of ['', '/attempts']) await stranger.get(`/v1/deliveries/${made['dead']}${path}`, { expect: 404 });
    for (const act of ['replay', 'cancel']) {
      await stranger.post(`/v1/deliveries/${made['dead']}/${act}`, {}, { expect: 404 });
    }
    const attemptId = made['dead']!.replace('dlv_', 'att_');
    for (const path of ['', '/curl']) await stranger.get(`/v1/attempts/${attemptId}_1${path}`, { expect: 404 });
  });
});

describe('attempts', () => {
  it('shows request and response as they were, with secrets masked', async () => {
    const tenant = await aTenant(t.api);
    const headers = { 'x-region': 'eu', authorization: 'Bearer s3cret' };
    const { id, url } = await anEndpoint(t.api, tenant, { headers });
    const event = await publish(t.api, tenant, { data: { n: 1.5 }, headers: { 'x-trace': 't-1' } });
    const [delivery] = await openDeliveries(t.db, event);
    await attempt(t.db, delivery!, {
      statusCode: 500,
      signature: 'v1,YWJj',
      responseHeaders: { server: 'x', 'set-cookie': 'sid=1' },
      responseBody: 'oops',
    });
    // The endpoint moves on; the attempt was made to what it was.
    await t.api.patch(tenant.path(`/endpoints/${id}`), { url: 'https://moved.example.com/', payloadFormat: 'data' });
    await attempt(t.db, delivery!, { statusCode: 200 });

    const { body: page } = await t.api.get(`/v1/deliveries/${delivery}/attempts?order=asc`);
    expect(page.data).toMatchObject([
      { number: 1, outcome: 'failed', statusCode: 500, errorCode: 'status', trigger: 'schedule' },
      { number: 2, outcome: 'succeeded', statusCode: 200, errorCode: null },
    ]);
    expect(page.data[0].request).not.toHaveProperty('body');
    expect(page.data[0].response).not.toHaveProperty('body');
    const { body: full } = await t.api.get(`/v1/deliveries/${delivery}/attempts?include=data&limit=1`);
    expect(full.data).toMatchObject([{ number: 2, response: { body: 'answer' } }]);
    const { body: second } = await t.api.get(
      `/v1/deliveries/${delivery}/attempts?include=data&limit=1&cursor=${full.nextCursor}`,
    );
    expect(second).toMatchObject({ data: [{ number: 1, response: { body: 'oops' } }], nextCursor: null });

    const { body: one } = await t.api.get(`/v1/attempts/${page.data[0].id}`);
    expect(one).toMatchObject({
      delivery,
      remoteAddress: '203.0.113.7',
      timings: { dnsMs: 1.5, connectMs: 2, tlsMs: 3, firstByteMs: 4 },
      request: {
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/json',
          'webhook-id': event,
          'webhook-signature': 'v1,YWJj',
          'posthorn-event-type': 'order.created',
          'posthorn-delivery': delivery,
          'posthorn-attempt': '1',
          'x-region': 'eu',
          'x-trace': 't-1',
          authorization: '********',
        },
      },
      response: { headers: { server: 'x', 'set-cookie': '********' }, body: 'oops', truncated: false },
    });
    expect(one.request.headers['webhook-timestamp']).toBe(String(Math.floor(Date.parse(one.startedAt) / 1000)));
    expect(JSON.parse(one.request.body)).toMatchObject({ id: event, type: 'order.created', data: { n: 1.5 } });

    await t.api.delete(`/v1/events/${event}/payload`);
    expect((await t.api.get(`/v1/attempts/${page.data[0].id}`)).body['request']).toMatchObject({ body: null });
    expect((await t.api.get(`/v1/attempts/${page.data[0].id}/curl`, { expect: 409 })).body.code).toBe('event_expired');
  });

  it('gives a curl command with a signature that is valid now', async () => {
    const tenant = await aTenant(t.api);
    const { id } = await anEndpoint(t.api, tenant, { headers: { 'x-token': 's3cret' } });
    const delivery = await deliver(tenant, { data: { note: "it's 1.0" } });
    await attempt(t.db, delivery, { statusCode: 500 });
    const rotate = tenant.path(`/endpoints/${id}/secrets/rotate`);
    const { body: secret } = await t.api.post(rotate, {}, { expect: 201 });
    const { curl } = (await t.api.get(`/v1/attempts/${delivery.replace('dlv_', 'att_')}_1/curl`)).body;
    const headers = Object.fromEntries(
      [...curl.matchAll(/--header '([^:]+): ([^']*)'/g)].map(([, name, value]) => [name, value]),
    );
    const body = /--data-raw '(.*)'$/s.exec(curl)![1]!.replaceAll(`'\\''`, "'");
    expect(new Webhook(secret.secret).verify(body, headers)).toMatchObject({ data: { note: "it's 1.0" } });
    expect(headers['x-token']).toBe('********');
    expect(curl).not.toContain('s3cret');

    await t.api.delete(tenant.path(`/endpoints/${id}`));
    expect(
      (await t.api.get(`/v1/attempts/${delivery.replace('dlv_', 'att_')}_1/curl`, { expect: 409 })).body.code,
    ).toBe('conflict');
  });

  it('answers 404 for what is no attempt', async () => {
    for (const id of ['att_x', 'dlv_01h455vb4pex5vsknk084sn02q', 'att_01h455vb4pex5vsknk084sn02q_1']) {
      await t.api.get(`/v1/attempts/${id}`, { expect: 404 });
    }
  });
});

describe('pausing and going', () => {
  it('sends on at once what was held when endpoint or tenant is resumed', async () => {
    const tenant = await aTenant(t.api);
    const { id } = await anEndpoint(t.api, tenant);
    const store = new OpenDeliveryStore(t.db);
    for (const path of [tenant.path(`/endpoints/${id}`), tenant.path('')]) {
      await t.api.post(`${path}/pause`, {});
      const delivery = await deliver(tenant);
      await store.hold([{ deliveryId: parseTypeId('dlv', delivery)!, generation: 1 }]);
      expect((await t.api.get(`/v1/deliveries/${delivery}`)).body['status']).toBe('held');
      await t.api.post(`${path}/resume`, {});
      expect((await t.api.get(`/v1/deliveries/${delivery}`)).body).toMatchObject({ status: 'pending' });
    }
  });

  it('cancels what is open when an endpoint is disabled or deleted, or its tenant is deleted', async () => {
    const tenant = await aTenant(t.api);
    const reasonOf = async (delivery: string) =>
      (await t.api.get(`/v1/deliveries/${delivery}`)).body['cancelReason'] as string | null;
    const first = await anEndpoint(t.api, tenant);
    const disabled = await deliver(tenant);
    await t.api.post(tenant.path(`/endpoints/${first.id}/disable`), {});
    expect(await reasonOf(disabled)).toBe('endpoint_disabled');
    await t.api.delete(tenant.path(`/endpoints/${first.id}`));
    const second = await anEndpoint(t.api, tenant);
    const deleted = await deliver(tenant);
    await t.api.delete(tenant.path(`/endpoints/${second.id}`));
    expect(await reasonOf(deleted)).toBe('endpoint_deleted');
    await anEndpoint(t.api, tenant);
    const orphaned = await deliver(tenant);
    await t.api.delete(tenant.path(''));
    expect(await reasonOf(orphaned)).toBe('tenant_deleted');
  });
});
