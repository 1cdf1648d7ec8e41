import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePartitions } from '#database';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, anEndpoint, aTenant, type MadeEndpoint, type MadeTenant } from '../../support/factories.js';
import { aDeadLetter, attempt, openDeliveries, publish } from '../../support/recorded-traffic.js';

interface Hit {
  kind: string;
  id: string;
  tenant: string | null;
  tenantName: string | null;
  matchedBy: string;
  title: string;
  status: string | null;
}

let t: TestApi;
let tenant: MadeTenant;
let endpoint: MadeEndpoint;
let other: MadeTenant;
beforeAll(async () => {
  t = await startApi();
  await ensurePartitions(t.db, Date.now());
  tenant = await aTenant(t.api, { uid: 'shop-7', name: 'Blue Bicycle GmbH' });
  endpoint = await anEndpoint(t.api, tenant, { uid: 'main', url: 'https://Hooks.Bicycle.example/in?a=1' });
  other = await aTenant(t.api, { name: 'Green Kettle' });
  await anEndpoint(t.api, other, { uid: 'main', url: 'https://hooks.kettle.example/in' });
});
afterAll(() => t.close());

async function search(q: string, key?: string): Promise<Hit[]> {
  const { body } = await t.api.get<{ data: Hit[] }>(
    `/v1/search?q=${encodeURIComponent(q)}`,
    key === undefined ? {} : { key },
  );
  return body.data;
}

const found = async (q: string, key?: string): Promise<string[][]> =>
  (await search(q, key)).map(({ kind, id, matchedBy }) => [kind, id, matchedBy]);

describe('search', () => {
  it('finds whatever an id names, and nothing else', async () => {
    const { event, delivery, deadLetter } = await aDeadLetter(t.api, t.db, tenant, { type: 'order.lost' });
    expect(await search(event)).toMatchObject([
      {
        kind: 'event',
        id: event,
        tenant: tenant.id,
        tenantName: 'Blue Bicycle GmbH',
        title: 'order.lost',
        matchedBy: 'id',
      },
    ]);
    expect(await search(` ${delivery} `)).toMatchObject([
      { kind: 'delivery', id: delivery, status: 'dead', event, endpoint: endpoint.id, subtitle: endpoint.url },
    ]);
    expect(await search(deadLetter)).toMatchObject([
      { kind: 'dead_letter', id: deadLetter, status: 'unresolved', delivery },
    ]);
    const attemptId = `${delivery.replace('dlv_', 'att_')}_1`;
    expect(await search(attemptId)).toMatchObject([
      { kind: 'attempt', id: attemptId, status: 'failed', delivery, event },
    ]);
    expect(await search(`${delivery.replace('dlv_', 'att_')}_2`)).toEqual([]);
    expect(await search(endpoint.id)).toMatchObject([{ kind: 'endpoint', id: endpoint.id, title: endpoint.url }]);
    expect(await search(tenant.id)).toMatchObject([{ kind: 'tenant', id: tenant.id, title: 'Blue Bicycle GmbH' }]);
    const { body: replay } = await t.api.post('/v1/replays', {
      tenant: tenant.id,
      select: 'failed',
      note: 'the outage',
    });
    expect(await search(replay.id)).toMatchObject([
      { kind: 'replay', id: replay.id, tenant: tenant.id, subtitle: 'the outage', status: 'running' },
    ]);
    const { body: subscriptions } = await t.api.get(tenant.path('/subscriptions'));
    const subscription = subscriptions.data[0].id as string;
    expect(await found(subscription)).toEqual([['subscription', subscription, 'id']]);
  });

  it('finds a delivery and its attempts while it is open', async () => {
    const event = await publish(t.api, tenant);
    const [delivery] = await openDeliveries(t.db, event);
    await attempt(t.db, delivery!, { statusCode: 500 });
    expect(await search(delivery!)).toMatchObject([{ kind: 'delivery', status: 'pending' }]);
    expect(await search(`${delivery!.replace('dlv_', 'att_')}_1`)).toMatchObject([
      { kind: 'attempt', title: 'order.created, attempt 1', subtitle: 'answered 500' },
    ]);
  });

  it('finds events by their uid, business key and correlation id', async () => {
    const first = await publish(t.api, tenant, { uid: 'ev-1', subject: 'order/4711', correlationId: 'trace-9' });
    const second = await publish(t.api, tenant, { subject: 'order/4711', correlationId: 'order/4711' });
    expect(await found('ev-1')).toEqual([['event', first, 'uid']]);
    expect(await found('trace-9')).toEqual([['event', first, 'correlationId']]);
    expect(await found('order/4711')).toEqual([
      ['event', second, 'subject'],
      ['event', first, 'subject'],
    ]);
  });

  it('finds an endpoint by its URL, the beginning of it, its host, and its uid', async () => {
    for (const q of [
      endpoint.url,
      'https://hooks.bicycle.example',
      'hooks.bicycle.example/in',
      'HOOKS.BICYCLE.example',
      'hooks.bicy',
    ]) {
      expect({ q, hits: await found(q) }).toEqual({ q, hits: [['endpoint', endpoint.id, 'url']] });
    }
    expect(await found('bicycle.example')).toEqual([]);
    expect((await found('main')).map(([kind, , by]) => [kind, by])).toEqual([
      ['endpoint', 'uid'],
      ['endpoint', 'uid'],
    ]);
  });

  it('takes what is a wildcard elsewhere for the letter that it is', async () => {
    expect(await found('https://%')).toEqual([]);
    expect(await found('Blue_Bicycle')).toEqual([]);
  });

  it('finds a tenant by its uid and by its name, the beginning first', async () => {
    const later = await aTenant(t.api, { name: 'The blue bicycle club' });
    expect(await found('shop-7')).toEqual([['tenant', tenant.id, 'uid']]);
    expect(await found('blue bicycle')).toEqual([
      ['tenant', later.id, 'name'],
      ['tenant', tenant.id, 'name'],
    ]);
  });

  it('no longer finds by words what was deleted', async () => {
    const gone = await aTenant(t.api, { name: 'Gone & Co' });
    const goneEndpoint = await anEndpoint(t.api, gone, { url: 'https://gone.example/a' });
    await t.api.delete(gone.path(`/endpoints/${goneEndpoint.id}`));
    expect(await found('gone.example')).toEqual([]);
    expect(await search(goneEndpoint.id)).toMatchObject([{ status: 'deleted' }]);
    await t.api.delete(`/v1/tenants/${gone.id}`);
    expect(await found('Gone & Co')).toEqual([]);
  });

  it('shows a tenant’s key only what is its own', async () => {
    const event = await publish(t.api, tenant, { uid: 'mine', subject: 'shared/1' });
    const theirs = await publish(t.api, other, { uid: 'theirs', subject: 'shared/1' });
    const { key } = await aKey(t.api, 'tenant', { tenant: tenant.id });
    expect(await found('shared/1', key)).toEqual([['event', event, 'subject']]);
    for (const q of [theirs, 'theirs', other.id, 'Green Kettle', 'hooks.kettle.example']) {
      expect({ q, hits: await found(q, key) }).toEqual({ q, hits: [] });
    }
    expect(await found('main', key)).toEqual([['endpoint', endpoint.id, 'uid']]);
    expect(await found('bicycle', key)).toEqual([['tenant', tenant.id, 'name']]);
  });

  it('shows a publisher’s key the events that it published and what became of them, and nothing that is configured', async () => {
    const { key } = await aKey(t.api, 'publisher');
    const own = await publish(t.api.as(key), tenant, { subject: 'own/1', uid: 'own-1' });
    const foreign = await publish(t.api, tenant, { subject: 'own/1' });
    const [delivery] = await openDeliveries(t.db, own);
    const [foreignDelivery] = await openDeliveries(t.db, foreign);
    expect(await found('own/1', key)).toEqual([['event', own, 'subject']]);
    expect(await found('own-1', key)).toEqual([['event', own, 'uid']]);
    expect(await search(delivery!, key)).toMatchObject([{ id: delivery, tenantName: null }]);
    for (const q of [foreign, foreignDelivery!, endpoint.id, endpoint.url, tenant.id, 'shop-7', 'Blue', 'main']) {
      expect({ q, hits: await found(q, key) }).toEqual({ q, hits: [] });
    }
  });

  it('finds nothing by a broken id, and refuses to look for nothing at all', async () => {
    expect(await search('evt_nonsense')).toEqual([]);
    expect(await search('   ')).toEqual([]);
    for (const path of ['/v1/search', '/v1/search?q=', `/v1/search?q=${'a'.repeat(2_049)}`, '/v1/search?q=a%00']) {
      const { body } = await t.api.get(path, { expect: 422 });
      expect(body.errors[0]).toMatchObject({ pointer: '?q' });
    }
  });

  it('shows no more of a kind of match than it was asked for', async () => {
    for (let n = 0; n < 4; n++) await publish(t.api, tenant, { subject: 'many' });
    const { body } = await t.api.get('/v1/search?q=many&limit=3');
    expect(body.data).toHaveLength(3);
  });
});
