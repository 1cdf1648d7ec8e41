import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { anEndpoint, aTenant } from '../../support/factories.js';

let t: TestApi;
beforeAll(async () => {
  t = await startApi({ env: { POSTHORN_MAX_FILTER_DEPTH: '4' } });
});
afterAll(() => t.close());

async function setup() {
  const tenant = await aTenant(t.api);
  const endpoint = await anEndpoint(t.api, tenant, { eventTypes: undefined });
  const path = tenant.path('/subscriptions');
  return {
    tenant,
    path,
    subscribe: async (filter: unknown, fields: object = {}) =>
      (await t.api.post(path, { endpoint: endpoint.id, eventTypes: ['*'], filter, ...fields }, { expect: 201 })).body,
    deliveriesOf: async (fields: object) => {
      const event = { tenant: tenant.id, type: 'order.created', data: {}, ...fields };
      return (await t.api.post('/v1/events', event, { expect: 202 })).body['deliveryCount'] as number;
    },
  };
}

describe('the filter of a subscription', () => {
  it('lets through what it says and nothing else', async () => {
    const { subscribe, deliveriesOf } = await setup();
    await subscribe({ 'data.amount': { $gte: 100 }, subject: { $startsWith: 'order/' } });
    expect(await deliveriesOf({ data: { amount: 100 }, subject: 'order/1' })).toBe(1);
    expect(await deliveriesOf({ data: { amount: 99 }, subject: 'order/1' })).toBe(0);
    expect(await deliveriesOf({ data: { amount: 100 } })).toBe(0);
    expect(await deliveriesOf({ data: [], subject: 'order/1' })).toBe(0);
  });

  it('is shown as it was given, can be changed by a merge patch, and cleared', async () => {
    const { path, subscribe, deliveriesOf } = await setup();
    const given = { $or: [{ 'data.b': 1.5 }, { 'data.a': null }], type: 'order.created' };
    const { id, filter } = await subscribe(given);
    expect(JSON.stringify(filter)).toBe(JSON.stringify(given));
    const patch = { filter: { $or: null, 'data.c': true } };
    const { body } = await t.api.patch(`${path}/${id}`, patch);
    expect(body).toMatchObject({ filter: { type: 'order.created', 'data.c': true }, version: 2 });
    expect(await deliveriesOf({ data: { c: true } })).toBe(1);
    expect(await deliveriesOf({ data: { b: 1.5 } })).toBe(0);
    expect((await t.api.patch(`${path}/${id}`, { filter: null })).body).toMatchObject({ filter: null, version: 3 });
    expect(await deliveriesOf({ data: { b: 1.5 } })).toBe(1);
  });

  it('stays as it is when a patch makes it one that is not valid', async () => {
    const { path, subscribe } = await setup();
    const { id } = await subscribe({ 'data.a': 1 });
    for (const filter of [{ 'data.a': null }, { 'data.b': { $above: 1 } }]) {
      await t.api.patch(`${path}/${id}`, { filter }, { expect: 422 });
    }
    expect((await t.api.get(`${path}/${id}`)).body).toMatchObject({ filter: { 'data.a': 1 }, version: 1 });
  });

  it('may be as deep as configured', async () => {
    const { path, subscribe } = await setup();
    await subscribe({ $not: { $not: { 'data.a': { $gt: 1 } } } });
    const { id } = await subscribe({ 'data.a': 1 });
    const deep = { $not: { $not: { $not: { 'data.a': { $gt: 1 } } } } };
    const answer = await t.api.patch(`${path}/${id}`, { filter: deep }, { expect: 422 });
    expect(answer.body['errors']).toMatchObject([{ code: 'too_deep', pointer: '/filter/$not/$not/$not/data.a' }]);
  });

  it('stops events for other subscriptions of the same endpoint no more than without it', async () => {
    const { subscribe, deliveriesOf } = await setup();
    await subscribe({ 'data.amount': 1 });
    await subscribe(undefined, { eventTypes: ['order.*'] });
    expect(await deliveriesOf({ data: { amount: 2 } })).toBe(1);
  });

  it('does not apply to an event that is meant for one endpoint', async () => {
    const tenant = await aTenant(t.api);
    const endpoint = await anEndpoint(t.api, tenant, { eventTypes: undefined });
    const given = { endpoint: endpoint.id, eventTypes: ['*'], filter: { 'data.a': 1 } };
    await t.api.post(tenant.path('/subscriptions'), given);
    const event = { tenant: tenant.id, type: 'a', data: {}, endpoint: endpoint.id };
    expect((await t.api.post('/v1/events', event)).body['deliveryCount']).toBe(1);
  });
});
