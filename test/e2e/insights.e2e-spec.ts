import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventStream } from '../support/event-stream.js';
import { startPlatform, type TestPlatform } from '../support/platform.js';
import { Receiver } from '../support/receiver.js';
import { waitFor } from '../support/wait-for.js';

describe('whoever looks at a platform that works', () => {
  let platform: TestPlatform;
  let receiver: Receiver;
  beforeAll(async () => {
    platform = await startPlatform({ queue: 'postgres' });
    receiver = await Receiver.start();
  });
  afterAll(async () => {
    await receiver.close();
    await platform.close();
  });

  it('sees within seconds what is delivered and what fails: live, counted and explained', async () => {
    receiver.answer(200, 500, 200);
    const { tenant, endpoint } = await platform.aTenantAt(receiver);
    const stream = await EventStream.open(`${platform.url}/v1/live`, platform.adminKey);
    const delivered = await platform.publish(tenant, { subject: 'first' });
    await receiver.received(1);
    const retried = await platform.publish(tenant, { subject: 'second' });
    await receiver.received(3);
    const { body: counted } = await waitFor(async () => {
      const answer = await platform.api.get(`/v1/stats?endpoint=${endpoint}`);
      expect(answer.body.total).toMatchObject({ attempts: 3, delivered: 2, failed: 1, retried: 1 });
      return answer;
    });
    expect(counted.total.successRate).toBe(0.6667);
    expect((await platform.api.get(`/v1/stats?tenant=${tenant}`)).body.total).toMatchObject({
      published: 2,
      attempts: 3,
    });
    for (const [event, sentence] of [
      [delivered, /^Delivered at .* at the first attempt: the endpoint answered 200/],
      [retried, /^Delivered at .*, at attempt 2, .*: the endpoint answered 200/],
    ] as const) {
      const { body } = await platform.api.get(`/v1/events/${event}/explain`);
      expect(body.endpoints).toMatchObject([{ endpoint, sentence: expect.stringMatching(sentence) }]);
    }
    // A worker hears that somebody watches at once; it tells of what comes after that.
    await waitFor(
      async () => {
        await platform.publish(tenant);
        expect(stream.of('delivery')).toContainEqual(
          expect.objectContaining({ tenant, endpoint, status: 'succeeded' }),
        );
      },
      { intervalMs: 500 },
    );
    stream.close();
  });
});
