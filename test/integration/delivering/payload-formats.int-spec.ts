import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPlatform, type TestPlatform } from '../../support/platform.js';
import { Receiver } from '../../support/receiver.js';
import { waitFor } from '../../support/wait-for.js';
import { octokit, standardwebhooks } from './vendors.js';

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

const DATA = '{"amount":12345678901234567890,"rate":1.0}';

/** Publishes an event and answers the first request of it, which the receiver refuses, and the second. */
async function deliverTwice(payloadFormat: string, data = DATA) {
  receiver.answer(500, 200);
  const signing = [{ scheme: 'standard' }, { scheme: 'github' }];
  const { tenant, secret } = await platform.aTenantAt(receiver, { payloadFormat, signing });
  const { body } = await platform.api.post(
    '/v1/events',
    `{"tenant":"${tenant}","type":"order.paid","subject":"order/4711","source":"billing","data":${data}}`,
  );
  const requests = (await receiver.received(2)).map(({ headers, body: bytes }) => ({
    headers: headers as Record<string, string>,
    body: bytes.toString(),
  }));
  return { id: String(body['id']), secret, requests: requests as [(typeof requests)[0], (typeof requests)[0]] };
}

describe('a payload format', () => {
  it.each([
    ['cloudevents', 'application/cloudevents+json'],
    ['slack', 'application/json'],
    ['form', 'application/x-www-form-urlencoded'],
    ['data', 'application/json'],
  ])('%s is signed as it is sent, the same at every attempt, and shown with the attempt', async (format, type) => {
    const { id, secret, requests } = await deliverTwice(format);
    const [first, again] = requests;
    expect(again.body).toBe(first.body);
    for (const request of requests) {
      expect(request.headers['content-type']).toBe(type);
      expect(await octokit(request, secret)).toBe(true);
    }
    const [delivery] = await waitFor(async () => {
      const deliveries = await platform.deliveriesOf(id);
      expect(deliveries).toMatchObject([{ status: 'succeeded' }]);
      return deliveries;
    });
    const { body } = await platform.api.get(`/v1/attempts/att_${delivery!.id.slice(4)}_2`, { expect: 200 });
    expect(body['request']).toMatchObject({ body: first.body, headers: { 'content-type': type } });
  });

  it('cloudevents names the source and keeps the data byte for byte, through the queue and from the database', async () => {
    const { requests, secret } = await deliverTwice('cloudevents');
    for (const request of requests) {
      expect(request.body).toContain(`"data":${DATA}`);
      expect(JSON.parse(request.body)).toMatchObject({ specversion: '1.0', source: 'billing', subject: 'order/4711' });
      expect(standardwebhooks(request, secret)).toBe(true);
    }
  });

  it('holds for a body too large to travel in its job', async () => {
    const data = `{"text":"${'ü'.repeat(100_000)}"}`;
    const { requests } = await deliverTwice('slack', data);
    expect(requests.map(({ body }) => body)).toEqual([data, data]);
  });
});
