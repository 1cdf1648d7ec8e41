import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatform, type TestPlatform } from '../support/platform.js';
import { Receiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

describe('what the platform tells of by itself', () => {
  let platform: TestPlatform;
  let receiver: Receiver;

  beforeAll(async () => {
    platform = await startPlatform({ queue: 'postgres' });
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
});
