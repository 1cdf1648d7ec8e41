import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseTypeId } from '#kernel';
import { SeededRandom } from '../chaos/seeded-random.js';
import { ApiClient } from '../support/api-client.js';
import { anEventInLine, OrderedReceiver } from '../support/ordered-receiver.js';
import { QUEUE_KINDS, startPlatform, type TestPlatform } from '../support/platform.js';
import { Receiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';
import { IN_TIME } from '../support/in-time.js';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe.each(QUEUE_KINDS)('an endpoint that keeps order, with %s as the queue', (queue) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startPlatform({ queue });
  });
  afterAll(() => platform.close());

  // Lines do not go through the queue, so that one of the two may do with less.
  const [lines, places] = queue === 'redis' ? [100, 100] : [50, 50];

  it(`gets ${lines * places} events of ${lines} keys without an inversion, whatever fails`, async () => {
    const random = new SeededRandom(4711);
    const failures = new Map<string, number>();
    const server = await OrderedReceiver.start((line, place) => {
      const failed = failures.get(`${line} ${place}`) ?? 0;
      if (failed >= 2 || random.next() > 0.05) return 200;
      failures.set(`${line} ${place}`, failed + 1);
      return 500;
    });
    const { tenant } = await platform.aTenantAt(server.receiver, { ordering: 'fifo' });
    const other = await platform.anotherApi();
    const apis = [platform.api, new ApiClient(other.url, platform.adminKey)];
    // One batch after the other, through two processes in turn; each has five places of 25 lines, in their order.
    let batches = 0;
    for (let place = 0; place < places; place += 5) {
      for (let line = 0; line < lines; line += 25) {
        const events = upTo(5).flatMap((p) => upTo(25).map((l) => anEventInLine(tenant, `k${line + l}`, place + p)));
        await apis[batches++ % 2]!.post('/v1/events/batch', { events }, { expect: 202 });
      }
    }
    await waitFor(() => expect(server.requestCount).toBe(lines * places + sum(failures)), {
      timeoutMs: 300_000,
      intervalMs: 50,
    });
    for (const line of upTo(lines)) expect(server.of(`k${line}`)).toEqual(upTo(places));
    expect(server.mostAtOnce).toBe(1);
    expect(sum(failures)).toBeGreaterThan((lines * places) / 50);
    await Promise.all([other.close(), server.receiver.close()]);
  }, 400_000);

  it('gets what was scheduled in the order of its times, and behind what it came too late for', async () => {
    const server = await OrderedReceiver.start(() => 200);
    const { tenant } = await platform.aTenantAt(server.receiver, { ordering: 'fifo' });
    const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
    await platform.publish(tenant, { ...anEventInLine(tenant, 'k', 2), deliverAt: inMs(900) });
    await platform.publish(tenant, { ...anEventInLine(tenant, 'k', 1), deliverAt: inMs(300) });
    await platform.publish(tenant, anEventInLine(tenant, 'k', 0));
    await waitFor(() => expect(server.of('k')).toEqual([0, 1, 2]));
    expect(server.mostAtOnce).toBe(1);
    await server.receiver.close();
  });

  it('gets an event a moment after it was published, though nothing polls for it', IN_TIME, async () => {
    const receiver = await Receiver.start();
    const { tenant } = await platform.aTenantAt(receiver, { ordering: 'fifo' });
    await platform.publish(tenant);
    await receiver.received(1);
    const tookMs: number[] = [];
    for (const n of upTo(10)) {
      const beganAt = performance.now();
      await platform.publish(tenant);
      await receiver.received(n + 2);
      tookMs.push(performance.now() - beganAt);
    }
    // By polls of half a second the usual one would take a quarter.
    expect(tookMs.sort((a, b) => a - b)[5]).toBeLessThan(200);
    await receiver.close();
  });
});

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((total, n) => total + n, 0);

describe('a line', () => {
  let platform: TestPlatform;
  let receiver: Receiver;
  beforeAll(async () => {
    platform = await startPlatform({ queue: 'redis' });
  });
  afterAll(() => platform.close());
  beforeEach(async () => {
    receiver = await Receiver.start();
  });
  afterEach(() => receiver.close());

  const received = () => receiver.requests.map(({ headers }) => String(headers['webhook-id']));
  const fifo = (fields: Record<string, unknown> = {}) => platform.aTenantAt(receiver, { ordering: 'fifo', ...fields });
  const publish = (tenant: string, orderingKey?: string) =>
    platform.publish(tenant, orderingKey ? { orderingKey } : {});
  const delivery = async (event: string) => (await platform.deliveriesOf(event))[0]!;
  const hasStatus = (event: string, status: string) =>
    waitFor(async () => expect((await delivery(event)).status).toBe(status));

  it('is held by one that fails until that one is dead, and then goes on', async () => {
    receiver.answer(500, 500, 500, 500, 200);
    const { tenant } = await fifo();
    const first = await publish(tenant, 'a');
    const rest = [await publish(tenant, 'a'), await publish(tenant, 'a')];
    await hasStatus(rest[1]!, 'succeeded');
    expect(received()).toEqual([first, first, first, first, ...rest]);
    expect((await delivery(first)).status).toBe('dead');
  });

  it('says of those who stand in it what they wait for', async () => {
    receiver.answer(500);
    const { tenant } = await fifo({ retrySchedule: [3600] });
    const head = await publish(tenant, 'a');
    const next = await publish(tenant, 'a');
    await waitFor(async () => expect(await delivery(head)).toMatchObject({ waitingFor: 'retry' }));
    expect(await delivery(next)).toMatchObject({ status: 'pending', waitingFor: 'order', nextAttemptAt: null });
    expect((await platform.api.get(`/v1/events/${next}`)).body['orderingKey']).toBe('a');
    const { body } = await platform.api.get('/v1/deliveries?waitingFor=order');
    expect(body['data']).toMatchObject([{ event: next }]);
  });

  it('does not wait for another one, and events without a key share one', async () => {
    receiver.answer((request, response) => {
      response.writeHead(request.headers['x-fails'] ? 500 : 200).end();
    });
    const { tenant } = await fifo({ retrySchedule: [3600] });
    const failing = { headers: { 'x-fails': '1' } };
    const blocked = [await platform.publish(tenant, { ...failing, orderingKey: 'a' }), await publish(tenant, 'a')];
    await hasStatus(await publish(tenant, 'b'), 'succeeded');
    await hasStatus(await publish(tenant), 'succeeded');
    blocked.push(await platform.publish(tenant, failing), await publish(tenant));
    await hasStatus(await publish(tenant, 'b'), 'succeeded');
    for (const event of blocked) expect((await delivery(event)).status).toBe('pending');
  });

  it('goes on when its head is cancelled, by itself or with its event', async () => {
    receiver.answer(500, 500, 200);
    const { tenant } = await fifo({ retrySchedule: [3600] });
    const events = [await publish(tenant), await publish(tenant), await publish(tenant)];
    await waitFor(async () => expect(await delivery(events[0]!)).toMatchObject({ waitingFor: 'retry' }));
    await platform.api.post(`/v1/deliveries/${(await delivery(events[0]!)).id}/cancel`, {});
    await waitFor(async () => expect(await delivery(events[1]!)).toMatchObject({ waitingFor: 'retry' }));
    await platform.api.post(`/v1/events/${events[1]}/cancel`, {});
    await hasStatus(events[2]!, 'succeeded');
    expect(received()).toEqual(events);
  });

  it('goes on when the payload of its head is erased, and over one in its middle that was cancelled', async () => {
    receiver.answer(500, 200);
    const { tenant } = await fifo({ retrySchedule: [3600] });
    const events = [await publish(tenant), await publish(tenant), await publish(tenant)];
    await waitFor(async () => expect(await delivery(events[0]!)).toMatchObject({ waitingFor: 'retry' }));
    await platform.api.post(`/v1/events/${events[1]}/cancel`, {});
    await platform.api.delete(`/v1/events/${events[0]}/payload`);
    await hasStatus(events[2]!, 'succeeded');
    expect(received()).toEqual([events[0], events[2]]);
  });

  it('passes over what has expired while it waited', async () => {
    receiver.answer(500, 200);
    const { tenant } = await fifo({ retrySchedule: [1] });
    const head = await publish(tenant);
    const expiring = await platform.publish(tenant, { expiresAt: new Date(Date.now() + 300).toISOString() });
    const last = await publish(tenant);
    await hasStatus(last, 'succeeded');
    expect(received()).toEqual([head, head, last]);
    expect((await delivery(expiring)).status).toBe('dead');
  });

  it('keeps its order through a pause', async () => {
    const { tenant, endpoint } = await fifo();
    const before = await publish(tenant);
    await hasStatus(before, 'succeeded');
    const path = `/v1/tenants/${tenant}/endpoints/${endpoint}`;
    await platform.api.post(`${path}/pause`, {});
    const events = [];
    for (let n = 0; n < 20; n++) events.push(await publish(tenant));
    await hasStatus(events[0]!, 'held');
    expect(await delivery(events[1]!)).toMatchObject({ status: 'pending', waitingFor: 'order' });
    await platform.api.post(`${path}/resume`, {});
    await hasStatus(events[19]!, 'succeeded');
    expect(received()).toEqual([before, ...events]);
  });

  it('is cancelled with its endpoint, all of it', async () => {
    receiver.answer(500);
    const { tenant, endpoint } = await fifo({ retrySchedule: [3600] });
    const events = [await publish(tenant), await publish(tenant), await publish(tenant)];
    await waitFor(async () => expect(await delivery(events[0]!)).toMatchObject({ waitingFor: 'retry' }));
    await platform.api.delete(`/v1/tenants/${tenant}/endpoints/${endpoint}`);
    for (const event of events) await hasStatus(event, 'cancelled');
  });

  it('takes a replay at its end', async () => {
    receiver.answer(410);
    const { tenant, endpoint } = await fifo({ retrySchedule: [] });
    const dead = await publish(tenant, 'a');
    await waitFor(async () => {
      const { body } = await platform.api.get(`/v1/tenants/${tenant}/endpoints/${endpoint}`);
      expect(body['status']).toBe('disabled');
    });
    const path = `/v1/tenants/${tenant}/endpoints/${endpoint}`;
    receiver.answer(200);
    await platform.api.post(`${path}/enable`, {});
    await platform.api.post(`${path}/pause`, {});
    const fresh = await publish(tenant, 'a');
    const { body } = await platform.api.post(`/v1/deliveries/${(await delivery(dead)).id}/replay`, {});
    expect(body).toMatchObject({ status: 'pending', waitingFor: 'order', nextAttemptAt: null });
    await platform.api.post(`${path}/resume`, {});
    await receiver.received(3);
    expect(received()).toEqual([dead, fresh, dead]);
  });

  it('stands beside an endpoint without order that gets the same events at once', async () => {
    receiver.answer(500);
    const free = await Receiver.start();
    const { tenant } = await fifo({ retrySchedule: [3600] });
    await platform.api.post(`/v1/tenants/${tenant}/endpoints`, { url: free.url, eventTypes: ['*'] });
    const events = [await publish(tenant, 'a'), await publish(tenant, 'a'), await publish(tenant, 'a')];
    await free.received(3);
    await waitFor(async () => {
      const shown = await Promise.all(events.map((event) => platform.deliveriesOf(event)));
      const states = shown.map((both) => both.map(({ waitingFor, status }) => waitingFor ?? status).sort());
      expect(states).toEqual([
        ['retry', 'succeeded'],
        ['order', 'succeeded'],
        ['order', 'succeeded'],
      ]);
    });
    await free.close();
  });

  it('goes on as it was published when the endpoint changes its mind', async () => {
    receiver.answer(500);
    const { tenant, endpoint } = await fifo({ retrySchedule: [3600] });
    const path = `/v1/tenants/${tenant}/endpoints/${endpoint}`;
    const [head, next] = [await publish(tenant), await publish(tenant)];
    await waitFor(async () => expect(await delivery(head)).toMatchObject({ waitingFor: 'retry' }));
    receiver.answer(200);
    const { body } = await platform.api.patch(path, { ordering: 'none' });
    expect(body['ordering']).toBe('none');
    await hasStatus(await publish(tenant), 'succeeded');
    expect(await delivery(next)).toMatchObject({ waitingFor: 'order' });
    await platform.api.post(`/v1/deliveries/${(await delivery(head)).id}/cancel`, {});
    await hasStatus(next, 'succeeded');
    expect((await platform.api.patch(path, { ordering: 'fifo' })).body['ordering']).toBe('fifo');
  });

  it('keeps its order when the worker that sends is lost', async () => {
    receiver.hang();
    const { tenant } = await fifo({ timeoutSeconds: 60 });
    const events = [await publish(tenant), await publish(tenant), await publish(tenant)];
    await receiver.received(1);
    // As far as anybody can see, the worker has died and its lease has run out.
    const id = parseTypeId('dlv', (await delivery(events[0]!)).id);
    const leases = `UPDATE open_deliveries SET due_at = clock_timestamp() WHERE id = $1 AND waiting_for = 'sending' RETURNING id`;
    receiver.answer(200);
    expect(await platform.db.query(leases, [id])).toHaveLength(1);
    await hasStatus(events[2]!, 'succeeded');
    expect(received()).toEqual([events[0], ...events]);
  });
});
