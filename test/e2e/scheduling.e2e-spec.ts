import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseTypeId } from '#kernel';
import { startWorker } from '../../apps/worker/create-worker.js';
import { QUEUE_KINDS, startPlatform, type TestPlatform } from '../support/platform.js';
import { Receiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';
import { IN_TIME } from '../support/in-time.js';

const SOON_MS = 1_200;
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

describe.each(QUEUE_KINDS)('scheduling, with %s as the queue', (queue) => {
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

  const { post, get } = {
    post: (path: string, body: object = {}) => platform.api.post(path, body),
    get: (path: string) => platform.api.get(path),
  };
  const deliveries = (event: string, expected: readonly object[], timeoutMs = 5_000) =>
    waitFor(async () => expect(await platform.deliveriesOf(event)).toMatchObject(expected), { timeoutMs });
  const arrived = () => receiver.requests.map(({ headers }) => headers['webhook-id']);

  it('delivers within a second after deliverAt and not before, to whoever is subscribed by then', IN_TIME, async () => {
    const { tenant, endpoint: leaving } = await platform.aTenantAt(receiver);
    const joining = await Receiver.start();
    const deliverAt = inMs(SOON_MS);
    const id = await platform.publish(tenant, { deliverAt, data: { n: 1.5 } });
    await platform.api.delete(`/v1/tenants/${tenant}/endpoints/${leaving}`);
    await post(`/v1/tenants/${tenant}/endpoints`, { url: joining.url, eventTypes: ['test.*'] });
    const [request] = await joining.received(1);
    const lateMs = request!.receivedAt.getTime() - Date.parse(deliverAt);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(1_000);
    expect(request!.headers['webhook-id']).toBe(id);
    expect(JSON.parse(request!.body.toString())).toMatchObject({ id, data: { n: 1.5 } });
    await deliveries(id, [{ status: 'succeeded', attemptCount: 1 }]);
    expect((await get(`/v1/events/${id}`)).body).toMatchObject({ scheduled: false, deliverAt });
    expect(receiver.requests).toHaveLength(0);
    await joining.close();
  });

  it('delivers what fell due while no worker was there', async () => {
    const own = await startPlatform({ queue });
    const { tenant } = await own.aTenantAt(receiver);
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push(await own.publish(tenant, { deliverAt: inMs(SOON_MS + n) }));
    await own.worker.stop(1_000);
    await waitFor(async () => {
      const [row] = await own.db.query<{ due: number }>(
        `SELECT count(*)::int AS due FROM scheduled_events WHERE due_at < clock_timestamp()`,
      );
      expect(row!.due).toBe(3);
    });
    const { config, db, clock, keyRing, logger, metrics } = own.deps as typeof own.deps & { clock: never };
    const successor = startWorker({ config, db, clock, keyRing, logger, metrics, queuePrefix: 'successor' });
    await receiver.received(3);
    await waitFor(async () => {
      for (const id of ids) expect(await own.deliveriesOf(id)).toMatchObject([{ status: 'succeeded' }]);
    });
    expect(new Set(arrived())).toEqual(new Set(ids));
    expect(receiver.requests).toHaveLength(3);
    await successor.stop(1_000);
    await own.close();
  });

  it('sends nothing of what was cancelled before its time', async () => {
    const { tenant } = await platform.aTenantAt(receiver);
    const cancelled = await platform.publish(tenant, { deliverAt: inMs(SOON_MS) });
    const kept = await platform.publish(tenant, { deliverAt: inMs(SOON_MS + 50) });
    await post(`/v1/events/${cancelled}/cancel`);
    await deliveries(kept, [{ status: 'succeeded' }]);
    expect(arrived()).toEqual([kept]);
  });

  it('holds what falls due while its tenant is paused, and sends it on resume', async () => {
    const { tenant } = await platform.aTenantAt(receiver);
    await post(`/v1/tenants/${tenant}/pause`);
    const id = await platform.publish(tenant, { deliverAt: inMs(200) });
    await deliveries(id, [{ status: 'held' }]);
    expect(receiver.requests).toHaveLength(0);
    await post(`/v1/tenants/${tenant}/resume`);
    await deliveries(id, [{ status: 'succeeded' }]);
  });

  it('makes the deliveries while all is paused, and sends them on resume', async () => {
    const { tenant } = await platform.aTenantAt(receiver);
    await post('/v1/deliveries/pause');
    // Workers hear of it within a second; what is due later than that is not sent.
    const id = await platform.publish(tenant, { deliverAt: inMs(SOON_MS) });
    await deliveries(id, [{ status: 'pending', waitingFor: 'queue' }]);
    expect(receiver.requests).toHaveLength(0);
    await post('/v1/deliveries/resume');
    await deliveries(id, [{ status: 'succeeded' }]);
  });

  it('buries what expires while it is held or waits for a retry, without a request', async () => {
    const { tenant, endpoint } = await platform.aTenantAt(receiver);
    await post(`/v1/tenants/${tenant}/endpoints/${endpoint}/pause`);
    const held = await platform.publish(tenant, { expiresAt: inMs(7_200_000), deliverAt: inMs(100) });
    await deliveries(held, [{ status: 'held' }]);
    const refusing = await Receiver.start();
    refusing.answer({ status: 503, headers: { 'retry-after': '3600' } });
    const other = await platform.aTenantAt(refusing);
    const retrying = await platform.publish(other.tenant, { expiresAt: inMs(7_200_000) });
    await deliveries(retrying, [{ status: 'pending', waitingFor: 'retry', attemptCount: 1 }]);
    await platform.db.query(
      `UPDATE open_deliveries SET expires_at = clock_timestamp() + interval '1 s' WHERE event_id = ANY ($1::uuid[])`,
      [[held, retrying].map((id) => parseTypeId('evt', id))],
    );
    await deliveries(held, [{ status: 'dead', attemptCount: 0 }], 15_000);
    await deliveries(retrying, [{ status: 'dead', attemptCount: 1 }], 15_000);
    for (const one of [tenant, other.tenant]) {
      const { body } = await get(`/v1/dead-letters?tenant=${one}`);
      expect(body['data']).toMatchObject([{ reason: 'expired' }]);
      await waitFor(async () => {
        expect((await get(`/v1/stats?tenant=${one}&bucket=minute`)).body['total']).toMatchObject({ dead: 1 });
      });
    }
    expect(receiver.requests).toHaveLength(0);
    await refusing.close();
  });
});

describe.each(QUEUE_KINDS)('stopping what is under way, with %s as the queue', (queue) => {
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

  /** Publishes an event that the receiver has got and not answered; `answer` does. */
  async function inFlight() {
    let answer: (status: number) => void = () => undefined;
    receiver.answer((_, response) => {
      answer = (status) => void response.writeHead(status).end();
    });
    const { tenant } = await platform.aTenantAt(receiver);
    const event = await platform.publish(tenant);
    await receiver.received(1);
    const [delivery] = await platform.deliveriesOf(event);
    return { event, delivery: delivery!.id, answer: (status: number) => answer(status) };
  }
  const attemptsOf = async (delivery: string) =>
    (await platform.api.get(`/v1/deliveries/${delivery}/attempts`)).body['data'] as { outcome: string }[];

  it('cancels what is in flight, and still records the attempt: a delivery or a whole event', async () => {
    for (const kind of ['deliveries', 'events']) {
      const { event, delivery, answer } = await inFlight();
      await platform.api.post(`/v1/${kind}/${kind === 'events' ? event : delivery}/cancel`, { reason: 'stop' });
      answer(200);
      await waitFor(async () => expect(await attemptsOf(delivery)).toMatchObject([{ outcome: 'succeeded' }]));
      expect(await platform.deliveriesOf(event)).toMatchObject([{ status: 'cancelled', cancelReason: 'stop' }]);
    }
    expect(receiver.requests).toHaveLength(2);
  });

  it('retries no more what was cancelled in flight', async () => {
    const { event, delivery, answer } = await inFlight();
    await platform.api.post(`/v1/events/${event}/cancel`, {});
    answer(500);
    await waitFor(async () => expect(await attemptsOf(delivery)).toMatchObject([{ outcome: 'failed' }]));
    expect(await platform.deliveriesOf(event)).toMatchObject([{ status: 'cancelled' }]);
    const next = await platform.publish((await platform.aTenantAt(receiver)).tenant);
    await receiver.received(2);
    expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toEqual([event, next]);
  });

  it('refuses to replay what is still retrying, and its schedule goes on undisturbed', async () => {
    receiver.answer({ status: 503, headers: { 'retry-after': '1' } }, 200);
    const { tenant } = await platform.aTenantAt(receiver);
    const event = await platform.publish(tenant);
    const [waiting] = await waitFor(async () => {
      const found = await platform.deliveriesOf(event);
      expect(found).toMatchObject([{ waitingFor: 'retry', attemptCount: 1 }]);
      return found;
    });
    const { body } = await platform.api.post(`/v1/deliveries/${waiting!.id}/replay`, {}, { expect: 409 });
    expect(body['code']).toBe('not_replayable');
    const [after] = await platform.deliveriesOf(event);
    expect(after).toMatchObject({ id: waiting!.id, nextAttemptAt: waiting!.nextAttemptAt, attemptCount: 1 });
    await waitFor(async () =>
      expect(await platform.deliveriesOf(event)).toMatchObject([{ status: 'succeeded', attemptCount: 2 }]),
    );
    expect(receiver.requests).toHaveLength(2);
  });

  it('takes a pause of what is paused for one pause', async () => {
    const { tenant, endpoint } = await platform.aTenantAt(receiver);
    const path = `/v1/tenants/${tenant}/endpoints/${endpoint}`;
    for (const route of [path, `/v1/tenants/${tenant}`, '/v1/deliveries']) {
      const { body: once } = await platform.api.post(`${route}/pause`, {}, { expect: 200 });
      const { body: twice } = await platform.api.post(`${route}/pause`, {}, { expect: 200 });
      expect(twice).toEqual(once);
      await platform.api.post(`${route}/resume`, {}, { expect: 200 });
    }
    const id = await platform.publish(tenant);
    await receiver.received(1);
    expect(receiver.requests[0]!.headers['webhook-id']).toBe(id);
  });
});
