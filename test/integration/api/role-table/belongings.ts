import { aKey, anEndpoint, aTenant, type MadeTenant } from '../../../support/factories.js';
import { attempt, aDeadLetter, openDeliveries, publish } from '../../../support/recorded-traffic.js';
import type { TestApi } from '../../../support/api.js';

/**
 * How to make what a parameter of a path names, by the parameter's name, or by the path up to it where one name stands
 * for several things.
 */
const MAKERS: Readonly<Record<string, (of: Belongings) => Promise<string> | string>> = {
  '/v1/api-keys/{id}': async ({ t }) => (await aKey(t.api, 'support')).id,
  tenant: ({ tenant }) => tenant.id,
  name: async ({ t }) => {
    await t.api.put('/v1/event-types/order.created', { description: 'An order.' });
    return 'order.created';
  },
  endpoint: async (of) => (await anEndpoint(of.t.api, of.tenant, { url: of.url })).id,
  version: () => '1',
  secret: async (of) => {
    const { body } = await of.t.api.get(of.tenant.path(`/endpoints/${await of.id('endpoint')}/secrets`));
    return String(body['data'][0].id);
  },
  subscription: async (of) => {
    const given = { endpoint: await of.id('endpoint'), eventTypes: ['order.*'] };
    return String((await of.t.api.post(of.tenant.path('/subscriptions'), given)).body['id']);
  },
  event: async (of) => {
    await of.id('endpoint');
    return publish(of.publisher, of.tenant);
  },
  delivery: async (of) => (await openDeliveries(of.t.db, await of.id('event')))[0]!,
  attempt: async (of) => {
    const delivery = await of.id('delivery');
    await attempt(of.t.db, delivery, { statusCode: 500 });
    const { body } = await of.t.api.get(`/v1/deliveries/${delivery}/attempts`);
    return String(body['data'][0].id);
  },
  deadLetter: async (of) => {
    await of.id('endpoint');
    return (await aDeadLetter(of.publisher, of.t.db, of.tenant)).deadLetter;
  },
  replay: async ({ t, tenant }) => {
    const { body } = await t.api.post('/v1/replays', { tenant: tenant.id, select: 'failed' });
    return String(body['id']);
  },
};

/** A tenant with a key of its own, and what belongs to it, made when it is first asked for. */
export class Belongings {
  private readonly made = new Map<string, Promise<string>>();

  private constructor(
    readonly t: TestApi,
    readonly tenant: MadeTenant,
    /** The key of the tenant's own. */
    readonly key: string,
    /** Publishes what is published for the tenant. */
    readonly publisher: TestApi['api'],
    /** Where the tenant's endpoints are. */
    readonly url: string,
  ) {}

  static async make(t: TestApi, publisherKey: string, url: string): Promise<Belongings> {
    const tenant = await aTenant(t.api);
    const { key } = await aKey(t.api, 'tenant', { tenant: tenant.id });
    return new Belongings(t, tenant, key, t.api.as(publisherKey), url);
  }

  /** The id of what a parameter names. */
  id(parameter: string): Promise<string> {
    const known = this.made.get(parameter);
    if (known) return known;
    const make = MAKERS[parameter];
    if (!make) throw new Error(`nobody knows how to make what {${parameter}} names: see MAKERS`);
    const id = Promise.resolve(make(this));
    this.made.set(parameter, id);
    return id;
  }

  /** The path with its parameters filled in. */
  async fill(path: string): Promise<string> {
    let filled = path;
    for (const { 0: parameter, 1: name, index } of path.matchAll(/\{(\w+)\}/g)) {
      const whole = path.slice(0, index + parameter.length);
      filled = filled.replace(parameter, await this.id(whole in MAKERS ? whole : name!));
    }
    return filled;
  }

  /** Whatever can be made, made. */
  async makeAll(): Promise<void> {
    for (const parameter of Object.keys(MAKERS)) await this.id(parameter);
  }

  /** Ids that nobody may hear of who does not see the tenant; those that everyone sees are not among them. */
  async privateIds(): Promise<string[]> {
    const known = [...this.made].filter(([parameter]) => parameter !== 'name');
    return Promise.all(known.map(([, id]) => id));
  }
}
