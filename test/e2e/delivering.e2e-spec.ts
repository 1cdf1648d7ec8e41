import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { QUEUE_KINDS, startPlatform, type TestPlatform } from '../support/platform.js';
import { Receiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

describe.each(QUEUE_KINDS)('delivering, with %s as the queue', (queue) => {
  let platform: TestPlatform;
  let receiver: Receiver;

  beforeAll(async () => {
    platform = await startPlatform({ queue });
  });
  afterAll(() => platform.close());
  beforeEach(async () => {
    receiver = await Receiver.start();
  });
  afterEach(() => receiver.close());

  const settled = (eventId: string, status: string) =>
    waitFor(async () => {
      const deliveries = await platform.deliveriesOf(eventId);
      expect(deliveries.map((delivery) => delivery.status)).toEqual(deliveries.map(() => status));
      return deliveries;
    });

  it('delivers an event once, signed, as independent libraries verify', async () => {
    const { tenant, secret } = await platform.aTenantAt(receiver);
    const id = await platform.publish(tenant, { data: { n: 1 } });
    const [request] = await receiver.received(1);
    const headers = request!.headers as Record<string, string>;
    const body = request!.body.toString();
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({ id, type: 'test.happened', data: { n: 1 } });
    expect(new SvixWebhook(secret).verify(body, headers)).toMatchObject({ id });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^Posthorn\/\d+\.\d+\.\d+/),
      'webhook-id': id,
      'posthorn-event-type': 'test.happened',
      'posthorn-attempt': '1',
    });
    await settled(id, 'succeeded');
    expect(receiver.requests).toHaveLength(1);
  });

  it('delivers the published data byte for byte', async () => {
    const data =
      '{"amount":12345678901234567890,"rate":1.0,"constructor":"c","ü":"é", "nul":"\\u0000","half":"\\ud800", "b":[ ]}';
    const { tenant } = await platform.aTenantAt(receiver);
    await platform.api.post('/v1/events', `{"type":"a.b", "data" : ${data} ,"tenant":"${tenant}"}`);
    const [request] = await receiver.received(1);
    expect(request!.body.toString()).toContain(`"data":${data}`);
  });

  it('sends only the data where the endpoint wants only that', async () => {
    const { tenant } = await platform.aTenantAt(receiver, { payloadFormat: 'data' });
    await platform.api.post('/v1/events', `{"tenant":"${tenant}","type":"a.b","data":[1.0, "x"],"metadata":{"a":1}}`);
    const [request] = await receiver.received(1);
    expect(request!.body.toString()).toBe('[1.0, "x"]');
  });

  it('delivers a payload too large to travel in a job', async () => {
    const { tenant } = await platform.aTenantAt(receiver);
    const data = { text: 'x'.repeat(900_000) };
    await platform.publish(tenant, { data });
    const [request] = await receiver.received(1);
    expect(JSON.parse(request!.body.toString()).data).toEqual(data);
  });

  it('retries what fails, with the same webhook-id, until it succeeds', async () => {
    receiver.answer(500, 503, 204);
    const { tenant } = await platform.aTenantAt(receiver);
    const id = await platform.publish(tenant);
    const requests = await receiver.received(3);
    expect(requests.map(({ headers }) => [headers['webhook-id'], headers['posthorn-attempt']])).toEqual([
      [id, '1'],
      [id, '2'],
      [id, '3'],
    ]);
    const [delivery] = await settled(id, 'succeeded');
    expect(delivery).toMatchObject({ attemptCount: 3, lastStatusCode: 204 });
  });

  it('buries a delivery when its last attempt fails', async () => {
    receiver.answer(500);
    const { tenant } = await platform.aTenantAt(receiver);
    const id = await platform.publish(tenant);
    const [delivery] = await settled(id, 'dead');
    expect(delivery).toMatchObject({ attemptCount: 4, lastStatusCode: 500, lastErrorCode: 'status' });
    const { body } = await platform.api.get(`/v1/dead-letters?tenant=${tenant}`);
    expect(body['data']).toMatchObject([{ delivery: delivery!.id, reason: 'exhausted', resolvedAt: null }]);
  });

  it('follows no redirect', async () => {
    const elsewhere = await Receiver.start();
    receiver.redirectTo(elsewhere.url);
    const { tenant } = await platform.aTenantAt(receiver, { retrySchedule: [] });
    await settled(await platform.publish(tenant), 'dead');
    expect(elsewhere.requests).toHaveLength(0);
    await elsewhere.close();
  });

  it('ends at once and disables the endpoint on 410 Gone', async () => {
    receiver.answer(410);
    const { tenant, endpoint } = await platform.aTenantAt(receiver);
    await settled(await platform.publish(tenant), 'dead');
    await waitFor(async () => {
      const { body } = await platform.api.get(`/v1/tenants/${tenant}/endpoints/${endpoint}`);
      expect(body).toMatchObject({ status: 'disabled', disabledReason: 'gone' });
    });
    const next = await platform.publish(tenant);
    expect(await platform.deliveriesOf(next)).toMatchObject([
      { status: 'cancelled', cancelReason: 'endpoint_disabled' },
    ]);
    expect(receiver.requests).toHaveLength(1);
  });

  it('waits as long as Retry-After says', async () => {
    receiver.answer({ status: 429, headers: { 'retry-after': '1' } }, 200);
    const { tenant } = await platform.aTenantAt(receiver);
    await platform.publish(tenant);
    const [first, second] = await receiver.received(2);
    expect(second!.receivedAt.getTime() - first!.receivedAt.getTime()).toBeGreaterThanOrEqual(990);
  });

  it('records an answer with NUL and broken UTF-8, and does not send again', async () => {
    receiver.answer({ status: 200, body: Buffer.from([0x61, 0x00, 0xff, 0x62]) });
    const { tenant } = await platform.aTenantAt(receiver);
    const id = await platform.publish(tenant);
    const [delivery] = await settled(id, 'succeeded');
    const { body } = await platform.api.get(`/v1/deliveries/${delivery!.id}/attempts?include=data`);
    expect(body['data'][0].response).toMatchObject({ body: 'a\ufffd\ufffdb' });
    expect(receiver.requests).toHaveLength(1);
  });

  it('refuses a bad event alone: its neighbours in the batch arrive', async () => {
    const { tenant } = await platform.aTenantAt(receiver);
    const event = (over: object) => ({ tenant, type: 'a.b', data: { over }, ...over });
    const { body } = await platform.api.post('/v1/events/batch', {
      events: [
        event({}),
        event({ uid: 'x'.repeat(300) }),
        event({ subject: 'a\u0000b' }),
        event({ source: '\ud800' }),
        event({ type: 'not a type' }),
        event({ nonsense: 1 }),
        event({ tenant: 'nobody' }),
        event({ uid: 'fine' }),
      ],
    });
    const results = body['results'] as {
      id?: string;
      error?: { status: number; code: string; errors: { pointer: string }[] };
    }[];
    expect(results.map(({ id, error }) => (id ? 'accepted' : [error!.status, error!.errors[0]!.pointer]))).toEqual([
      'accepted',
      [422, '/events/1/uid'],
      [422, '/events/2/subject'],
      [422, '/events/3/source'],
      [422, '/events/4/type'],
      [422, '/events/5/nonsense'],
      [422, '/events/6/tenant'],
      'accepted',
    ]);
    await receiver.received(2);
  });

  it('gives one delivery per endpoint, however many subscriptions match', async () => {
    const { tenant, endpoint } = await platform.aTenantAt(receiver, { eventTypes: ['payment.*'] });
    await platform.api.post(`/v1/tenants/${tenant}/subscriptions`, { endpoint, eventTypes: ['*'] });
    const id = await platform.publish(tenant, { type: 'payment.refund.done' });
    await settled(id, 'succeeded');
    expect(await platform.deliveriesOf(id)).toHaveLength(1);
  });

  it('sends what is published right after a subscription, through whichever API process', async () => {
    const other = await platform.anotherApi();
    const { tenant, endpoint } = await platform.aTenantAt(receiver, { eventTypes: ['a.b'] });
    const publishElsewhere = async (type: string) => {
      const response = await fetch(`${other.url}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${platform.adminKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ tenant, type, data: 1 }),
      });
      return (await response.json()) as { deliveryCount: number };
    };
    expect(await publishElsewhere('c.d')).toMatchObject({ deliveryCount: 0 });
    await platform.api.post(`/v1/tenants/${tenant}/subscriptions`, { endpoint, eventTypes: ['c.*'] });
    expect(await publishElsewhere('c.d')).toMatchObject({ deliveryCount: 1 });
    await receiver.received(1);
    await other.close();
  });

  it('publishes a uid once: the same again is a duplicate, another event a conflict', async () => {
    const { tenant } = await platform.aTenantAt(receiver);
    const event = { tenant, type: 'a.b', data: { n: 1 }, uid: 'order-1' };
    const { body: first } = await platform.api.post('/v1/events', event, { expect: 202 });
    const { body: again } = await platform.api.post('/v1/events', event, { expect: 200 });
    expect(again).toEqual({ id: first['id'], deliveryCount: 1, duplicate: true });
    const { body } = await platform.api.post('/v1/events', { ...event, data: { n: 2 } }, { expect: 409 });
    expect(body['code']).toBe('uid_conflict');
    await receiver.received(1);
  });

  it('holds deliveries of a paused endpoint and sends them in order on resume', async () => {
    const { tenant, endpoint } = await platform.aTenantAt(receiver);
    await platform.api.post(`/v1/tenants/${tenant}/endpoints/${endpoint}/pause`);
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push(await platform.publish(tenant));
    for (const id of ids) await settled(id, 'held');
    expect(receiver.requests).toHaveLength(0);
    await platform.api.post(`/v1/tenants/${tenant}/endpoints/${endpoint}/resume`);
    await receiver.received(3);
    for (const id of ids) await settled(id, 'succeeded');
  });

  it('signs with every live secret after a rotation', async () => {
    const { tenant, endpoint, secret } = await platform.aTenantAt(receiver);
    const { body: rotated } = await platform.api.post(`/v1/tenants/${tenant}/endpoints/${endpoint}/secrets/rotate`, {});
    await platform.publish(tenant);
    const [request] = await receiver.received(1);
    for (const one of [secret, rotated['secret'] as string]) {
      expect(() =>
        new Webhook(one).verify(request!.body.toString(), request!.headers as Record<string, string>),
      ).not.toThrow();
    }
  });

  it('counts what it does', async () => {
    receiver.answer(500, 200);
    const { tenant } = await platform.aTenantAt(receiver);
    await settled(await platform.publish(tenant), 'succeeded');
    await waitFor(async () => {
      const text = await (await fetch(`${platform.url}/metrics`)).text();
      const value = (series: string) =>
        Number(
          text
            .split('\n')
            .find((line) => line.startsWith(`${series} `))
            ?.split(' ')[1],
        );
      expect(value('posthorn_events_accepted_total')).toBeGreaterThan(0);
      expect(value('posthorn_deliveries_total{outcome="succeeded"}')).toBeGreaterThan(0);
      expect(value('posthorn_attempts_total{status_class="5xx"}')).toBeGreaterThan(0);
      expect(value('posthorn_end_to_end_seconds_count')).toBeGreaterThan(0);
      expect(value('posthorn_due_deliveries')).toBeGreaterThanOrEqual(0);
      expect(value('posthorn_queue_depth')).toBeGreaterThanOrEqual(0);
    });
  });

  it('buries what has expired instead of sending it', async () => {
    const { tenant } = await platform.aTenantAt(receiver);
    const id = await platform.publish(tenant, { expiresAt: new Date(Date.now() - 1_000).toISOString() });
    await settled(id, 'dead');
    expect(receiver.requests).toHaveLength(0);
    await waitFor(async () => {
      const { body } = await platform.api.get(`/v1/stats?tenant=${tenant}&bucket=minute`);
      expect(body['total']).toMatchObject({ attempts: 0, dead: 1 });
    });
  });
});
