import { AdminApi } from '../rig/admin-api.js';
import type { Stream } from './publisher/publisher-messages.js';
import type { Temper } from './receiver/receiver-messages.js';
import type { Receiver } from './receiver/receiver-link.js';
import type { Servers } from './servers/servers.js';

/** Who publishes what to whom. */
export interface Traffic {
  publisherKey: string;
  streams: Stream[];
  /** By the receiver's number of the endpoint. */
  endpoints: { id: string; tenant: string; temper: Temper }[];
}

/** The endpoints of each tenant. */
const TENANTS: readonly (readonly Temper[])[] = [
  ['steady', 'steady', 'slow'],
  ['steady', 'shaky'],
  ['steady', 'hopeless'],
];

/** What is hopeless is tried twice, and makes a dead letter within seconds. */
const HOPELESS = { retrySchedule: [1] };

/** Each endpoint has a type of its own, and each tenant one that goes to all of its endpoints that are not hopeless. */
const WEIGHTS: Record<Temper | 'all', number> = { steady: 12, slow: 6, shaky: 6, hopeless: 1, all: 4 };

/** Makes tenants and endpoints. */
export async function arrangeTraffic({ apis, adminKey }: Servers, receiver: Receiver, seed: number): Promise<Traffic> {
  const admin = new AdminApi(apis[0]!.url, adminKey);
  const urls = await receiver.listen(TENANTS.flat(), seed);
  const traffic: Traffic = { publisherKey: await admin.createPublisherKey(), streams: [], endpoints: [] };
  for (const [index, tempers] of TENANTS.entries()) {
    const tenant = await admin.createTenant(`Tenant ${index + 1}`);
    const all: Stream = { tenant, type: 'chaos.all', endpoints: [], weight: WEIGHTS.all };
    for (const temper of tempers) {
      const number = traffic.endpoints.length;
      const type = `chaos.endpoint${number}`;
      const isHopeless = temper === 'hopeless';
      const types = isHopeless ? [type] : [type, all.type];
      const id = await admin.createEndpoint(tenant, urls[number]!, types, isHopeless ? HOPELESS : {});
      traffic.endpoints.push({ id, tenant, temper });
      traffic.streams.push({ tenant, type, endpoints: [number], weight: WEIGHTS[temper] });
      if (!isHopeless) all.endpoints.push(number);
    }
    traffic.streams.push(all);
  }
  return traffic;
}

/** What was hopeless is well now: nobody need wait to find that out. */
export async function vouchForEndpoints({ apis, adminKey }: Servers, { endpoints }: Traffic): Promise<void> {
  const admin = new AdminApi(apis[0]!.url, adminKey);
  const hopeless = endpoints.filter(({ temper }) => temper === 'hopeless');
  await Promise.all(hopeless.map(({ tenant, id }) => admin.enableEndpoint(tenant, id)));
}
