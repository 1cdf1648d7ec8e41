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
  /** Each of its deliveries is dead, after two attempts that were answered 500. */
  readonly brokenEndpoint: string;
  readonly good: Receiver;
  readonly broken: Receiver;
  readonly event: string;
  readonly failedDelivery: string;
  readonly orderCount: number;
  /** A bulk replay to the broken endpoint, which has ended. */
  readonly replay: string;
  /** The other tenant's, where everything waits: its endpoint is paused. */
  readonly held: {
    readonly tenant: string;
    readonly event: string;
    readonly delivery: string;
    readonly replay: string;
  };
  /** Pages of this server may frame the portal. */
  readonly shop: Receiver;
  close(): Promise<void>;
}

const ORDERS = 9;
const FIRST_ORDER = 4703;

export async function startStage(): Promise<Stage> {
  const [shop, good, broken] = await Promise.all([Receiver.start(), Receiver.start(), Receiver.start()]);
  const platform = await startPlatform({
    queue: 'postgres',
    // What is broken is to be given up, not left in peace.
    circuits: { runLength: 1000, minAttempts: 1000 },
    env: { POSTHORN_PORTAL_ORIGINS: shop.origin },
  });
  broken.answer({
    status: 500,
    body: '{"error":"maintenance","until":"14:00"}',
    headers: { 'content-type': 'application/json' },
  });
  await fillCatalog(platform);
  const [traffic, held] = await Promise.all([playShop(platform, good, broken), playPausedTenant(platform, good)]);
  return {
    url: platform.url,
    adminKey: platform.adminKey,
    platform,
    ...traffic,
    held,
    good,
    broken,
    shop,
    orderCount: ORDERS,
    close: async () => {
      await platform.close();
      await Promise.all([shop.close(), good.close(), broken.close()]);
    },
  };
}

async function fillCatalog({ api }: TestPlatform): Promise<void> {
  for (const [name, description] of [
    ['order.placed', 'A customer has placed an order'],
    ['order.paid', 'It was paid'],
    ['payment.succeeded', 'Money came'],
  ])
    await api.put(`/v1/event-types/${name}`, { description, group: 'shop', example: { amount: 4200 } });
}

type Traffic = Pick<Stage, 'tenant' | 'goodEndpoint' | 'brokenEndpoint' | 'event' | 'failedDelivery' | 'replay'>;

async function playShop(platform: TestPlatform, good: Receiver, broken: Receiver): Promise<Traffic> {
  const { api } = platform;
  const { body: tenant } = await api.post('/v1/tenants', { uid: 'copper-kettle', name: 'Copper Kettle' });
  const id = String(tenant['id']);
  const goodEndpoint = await makeEndpoint(platform, id, {
    url: good.url,
    eventTypes: ['order.*'],
    description: 'The shop',
    uid: 'shop',
  });
  const brokenEndpoint = await makeEndpoint(platform, id, {
    url: broken.url,
    eventTypes: ['order.*', 'payment.*'],
    description: 'The warehouse',
    retrySchedule: [1],
  });
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
  const dead = await waitFor(async () => {
    const { body } = await api.get(`/v1/deliveries?endpoint=${brokenEndpoint}&status=dead`);
    const deliveries = body['data'] as { id: string; event: string }[];
    if (deliveries.length < ORDERS) throw new Error('They are not given up yet');
    return deliveries;
  });
  const event = events.at(-1)!;
  const failedDelivery = dead.find((delivery) => delivery.event === event)!.id;
  const replay = await makeReplay(platform, { select: 'failed', endpoint: brokenEndpoint, type: 'payment.succeeded' });
  await waitFor(async () => {
    const { body } = await api.get(`/v1/replays/${replay}`);
    if (body['state'] !== 'finished') throw new Error(`It is still ${body['state']}`);
  });
  return { tenant: id, goodEndpoint, brokenEndpoint, event, failedDelivery, replay };
}

async function playPausedTenant(platform: TestPlatform, receiver: Receiver): Promise<Stage['held']> {
  const { api } = platform;
  const { body: tenant } = await api.post('/v1/tenants', { uid: 'blue-heron', name: 'Blue Heron Books' });
  const id = String(tenant['id']);
  const endpoint = await makeEndpoint(platform, id, { url: receiver.url, eventTypes: ['book.*'] });
  const sent = await platform.publish(id, { type: 'book.sold' });
  await waitFor(async () => {
    const [delivery] = await platform.deliveriesOf(sent);
    if (delivery?.status !== 'succeeded') throw new Error('It is not delivered yet');
  });
  await api.post(`/v1/tenants/${id}/endpoints/${endpoint}/pause`);
  const event = await platform.publish(id, { type: 'book.returned' });
  const [delivery] = await platform.deliveriesOf(event);
  const replay = await makeReplay(platform, { select: 'all', endpoint, note: 'It goes on when they do' });
  return { tenant: id, event, delivery: delivery!.id, replay };
}

async function makeEndpoint({ api }: TestPlatform, tenant: string, fields: object): Promise<string> {
  return String((await api.post(`/v1/tenants/${tenant}/endpoints`, fields)).body['id']);
}

async function makeReplay({ api }: TestPlatform, selection: object): Promise<string> {
  return String((await api.post('/v1/replays', selection)).body['id']);
}
