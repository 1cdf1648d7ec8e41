import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatform, type TestPlatform } from '../support/platform.js';
import { Receiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

describe('what the platform tells of by itself', () => {
  let platform: TestPlatform;
  let receiver: Receiver;

  beforeAll(async () => {
    platform = await startPlatform({ queue: 'postgres', circuits: { runLength: 5, runSpanMs: 0 } });
    receiver = await Receiver.start();
  });
  afterAll(async () => {
    await platform.close();
    await receiver.close();
  });

  const newsOf = async (tenant: string) => {
    const { body } = await platform.api.get(`/v1/events?tenant=${tenant}&type=posthorn.*&order=asc&include=data`);
    return body['data'] as { type: string; subject: string; data: Record<string, unknown> }[];
  };

  it('is published when a delivery dies, and when 410 disables its endpoint, to who has asked', async () => {
    receiver.answer(410);
    const { tenant, endpoint } = await platform.aTenantAt(receiver, { eventTypes: ['*', 'posthorn.*'] });
    const deaf = await platform.aTenantAt(receiver);
    const events = [await platform.publish(tenant), await platform.publish(deaf.tenant)];
    await waitFor(async () => {
      const types = (await newsOf(tenant)).map(({ type }) => type);
      expect(types.toSorted()).toEqual(['posthorn.delivery.dead', 'posthorn.endpoint.disabled']);
    });
    const [delivery] = await platform.deliveriesOf(events[0]!);
    expect(await newsOf(tenant)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          type: 'posthorn.delivery.dead',
          subject: delivery!.id,
          data: expect.objectContaining({ event: events[0], endpoint, reason: 'gone', lastStatusCode: 410 }),
        }),
        expect.objectContaining({
          type: 'posthorn.endpoint.disabled',
          subject: endpoint,
          data: expect.objectContaining({ endpoint, reason: 'gone', failingSince: null }),
        }),
      ]),
    );
    await waitFor(async () => expect((await platform.deliveriesOf(events[1]!))[0]).toMatchObject({ status: 'dead' }));
    expect(await newsOf(deaf.tenant)).toEqual([]);
  });

  it('arrives, signed like any event, at the endpoint that has asked: here that the circuit of another has opened', async () => {
    const failing = await Receiver.start();
    failing.answer(500);
    const { tenant, endpoint } = await platform.aTenantAt(failing, { retrySchedule: [3_600] });
    const news = await Receiver.start();
    const { body: listener } = await platform.api.post(`/v1/tenants/${tenant}/endpoints`, {
      url: news.url,
      eventTypes: ['posthorn.endpoint.*'],
    });
    for (let n = 0; n < 5; n++) await platform.publish(tenant);
    const [request] = await news.received(1);
    const payload = new Webhook(listener['secret'] as string).verify(
      request!.body,
      request!.headers as Record<string, string>,
    );
    expect(payload).toMatchObject({
      type: 'posthorn.endpoint.circuit_opened',
      subject: endpoint,
      data: { endpoint, reason: expect.stringContaining('status 500') },
    });
    await Promise.all([failing.close(), news.close()]);
  });
});
