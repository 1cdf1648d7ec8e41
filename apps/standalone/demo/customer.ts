import type { ApiClient, NewEvent } from './api-client.js';
import type { Ends } from './ends.js';
import type { Ledger } from './ledger.js';
import { type Handler, Receiver } from './receiver.js';

/** Where the scenes of the demo play. */
export interface Stage {
  /** With the key of an administrator. */
  readonly api: ApiClient;
  readonly ledger: Ledger;
  readonly ends: Ends;
  /** Ends the uids of tenants, so that a database that is not ours takes the demo twice. */
  readonly uidSuffix: string;
  /** Tells how to take something out again, for a database that stays. */
  takeAway(action: (api: ApiClient) => Promise<unknown>): void;
}

export interface CustomerOptions {
  readonly uid: string;
  readonly name: string;
  readonly eventTypes: readonly string[];
  /** Seconds between attempts; the platform's own schedule unless given. */
  readonly retrySchedule?: readonly number[];
  readonly handle?: Handler;
}

/** A tenant with one endpoint, one subscription, and a server that listens there. */
export interface Customer {
  readonly name: string;
  readonly tenant: string;
  /** The tenant as its owner calls it. */
  readonly uid: string;
  readonly endpoint: string;
  readonly receiver: Receiver;
}

/** A product service that publishes, and those whom it publishes to. */
export interface Scene {
  readonly customers: readonly Customer[];
  /** What the service publishes, in this order. */
  readonly events: readonly NewEvent[];
}

/** Starts the customer's server and registers it: tenant, endpoint and subscription, all over the API. */
export async function registerCustomer(stage: Stage, options: CustomerOptions): Promise<Customer> {
  const { api, ledger, ends } = stage;
  const { name, eventTypes, retrySchedule, handle } = options;
  const receiver = new Receiver(name, ledger, handle);
  await receiver.open();
  ends.add(() => receiver.close());

  const uid = options.uid + stage.uidSuffix;
  const { id: tenant } = await api.createTenant({ uid, name });
  stage.takeAway((admin) => admin.deleteTenant(tenant));
  const { id: endpoint, secret } = await api.createEndpoint(tenant, {
    url: receiver.url,
    description: name,
    ...(retrySchedule === undefined ? {} : { retrySchedule }),
  });
  receiver.trust(secret);
  await api.subscribe(tenant, endpoint, eventTypes);
  return { name, tenant, uid, endpoint, receiver };
}
