import { startPlatform, type TestPlatform } from './platform.js';
import { Receiver } from './receiver.js';
import { waitFor } from './wait-for.js';

/** A platform with something to look at: two tenants, endpoints that fare differently, and their traffic. */
export interface Stage {
  readonly url: string;
  readonly adminKey: string;
  readonly platform: TestPlatform;
  readonly tenant: string;
  readonly goodEndpoint: string;
  readonly brokenEndpoint: string;
  readonly good: Receiver;
  readonly broken: Receiver;
  readonly event: string;
  readonly failedDelivery: string;
  readonly orderCount: number;
  close(): Promise<void>;
}

const ORDERS = 9;
const FIRST_ORDER = 4703;

export async function startStage(): Promise<Stage> {
  const [platform, good, broken] = await Promise.all([
    startPlatform({ queue: 'postgres', circuits: { runLength: 1000, runSpanMs: 0 } }),
    Receiver.start(),
    Receiver.start(),
  ]);
  const { api } = platform;
  broken.answer({
    status: 500,
    body: '{"error":"maintenance","until":"14:00"}',
    headers: { 'content-type': 'application/json' },
  });
  const { body: tenant } = await api.post('/v1/tenants', { uid: 'copper-kettle', name: 'Copper Kettle' });
  await api.post('/v1/tenants', { uid: 'blue-heron', name: 'Blue Heron Books' });
  const id = String(tenant['id']);
  const endpoints = `/v1/tenants/${id}/endpoints`;
  const make = async (url: string, eventTypes: string[], fields: object = {}): Promise<string> =>
    String((await api.post(endpoints, { url, eventTypes, ...fields })).body['id']);
  const goodEndpoint = await make(good.url, ['order.*'], { description: 'The shop', uid: 'shop' });
  const brokenEndpoint = await make(broken.url, ['order.*', 'payment.*'], {
    description: 'The warehouse',
    // Two attempts each: fewer failures than open its circuit.
    retrySchedule: [1],
  });
  for (const [name, description] of [
    ['order.placed', 'A customer has placed an order'],
    ['order.paid', 'It was paid'],
    ['payment.succeeded', 'Money came'],
  ])
    await api.put(`/v1/event-types/${name}`, { description, group: 'shop', example: { amount: 4200 } });
  const events: string[] = [];
  for (let order = 0; order < ORDERS; order++) {
    events.push(
      await platform.publish(id, {
        type: order % 3 === 0 ? 'payment.succeeded' : 'order.paid',
        subject: `order/${FIRST_ORDER + order}`,
        source: 'checkout',
        data: { order: FIRST_ORDER + order, amount: 1250 + order, lines: [{ sku: 'KETTLE-2L', quantity: 1 }] },
      }),
    );
  }
  const event = events.at(-1)!;
  const failedDelivery = await waitFor(async () => {
    const dead = (await platform.deliveriesOf(event)).find(({ status }) => status === 'dead');
    if (dead === undefined) throw new Error('It is not given up yet');
    return dead.id;
  });
  return {
    url: platform.url,
    adminKey: platform.adminKey,
    platform,
    tenant: id,
    goodEndpoint,
    brokenEndpoint,
    good,
    broken,
    event,
    failedDelivery,
    orderCount: ORDERS,
    close: async () => {
      await platform.close();
      await Promise.all([good.close(), broken.close()]);
    },
  };
}
