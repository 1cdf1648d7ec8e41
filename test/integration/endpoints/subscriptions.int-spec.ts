import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { anEndpoint, aTenant, tenantConfigVersion } from './factories.js';

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

async function setup() {
  const tenant = await aTenant(t.api);
  const endpoint = await anEndpoint(t.api, tenant.id, { uid: 'main' });
  const path = `/v1/tenants/${tenant.id}/subscriptions`;
  return {
    tenant,
    endpoint,
    path,
    subscribe: async (body: object = {}) =>
      (await t.api.post(path, { endpoint: endpoint.id, eventTypes: ['*'], ...body }, { expect: 201 })).body,
  };
}

describe('subscriptions', () => {
  it('are made for an endpoint, named by id or uid', async () => {
    const { tenant, endpoint, path } = await setup();
    const before = await tenantConfigVersion(t.db, tenant.id);
    const wanted = { endpoint: 'main', eventTypes: ['payment.*', 'payment.*', 'push'], channels: ['eu'] };
    const { body, headers } = await t.api.post(path, wanted, { expect: 201 });
    expect(body).toEqual({
      id: expect.stringMatching(/^sub_/),
      tenant: tenant.id,
      endpoint: endpoint.id,
      eventTypes: ['payment.*', 'push'],
      channels: ['eu'],
      filter: null,
      enabled: true,
      version: 1,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect(headers).toMatchObject({ location: `${path}/${body['id']}`, etag: '"1"' });
    expect((await t.api.get(headers['location']!)).body).toEqual(body);
    expect(await tenantConfigVersion(t.db, tenant.id)).toBe(before + 1);
  });

  it('are changed by merge patch, each change a version', async () => {
    const { tenant, path, subscribe } = await setup();
    const { id } = await subscribe({ channels: ['eu'] });
    const changed = await t.api.patch(`${path}/${id}`, { channels: null, enabled: false }, { expect: 200 });
    expect(changed.body).toMatchObject({ eventTypes: ['*'], channels: null, enabled: false, version: 2 });
    expect(changed.headers['etag']).toBe('"2"');
    const before = await tenantConfigVersion(t.db, tenant.id);
    expect((await t.api.patch(`${path}/${id}`, { enabled: false })).body['version']).toBe(2);
    expect(await tenantConfigVersion(t.db, tenant.id)).toBe(before);
  });

  it('answer 412 when they have changed since they were read', async () => {
    const { path, subscribe } = await setup();
    const { id } = await subscribe();
    await t.api.patch(`${path}/${id}`, { enabled: false });
    const stale = { headers: { 'if-match': '"1"' }, expect: 412 };
    expect((await t.api.patch(`${path}/${id}`, { enabled: true }, stale)).body['code']).toBe('version_conflict');
    await t.api.delete(`${path}/${id}`, stale);
    await t.api.delete(`${path}/${id}`, { headers: { 'if-match': '"2"' }, expect: 204 });
  });

  it('are gone when they are deleted', async () => {
    const { tenant, path, subscribe } = await setup();
    const { id } = await subscribe();
    const before = await tenantConfigVersion(t.db, tenant.id);
    await t.api.delete(`${path}/${id}`, { expect: 204 });
    expect(await tenantConfigVersion(t.db, tenant.id)).toBe(before + 1);
    await t.api.get(`${path}/${id}`, { expect: 404 });
    await t.api.patch(`${path}/${id}`, {}, { expect: 404 });
    await t.api.delete(`${path}/${id}`, { expect: 404 });
    expect((await t.api.get(path)).body['data']).toEqual([]);
  });

  it('are listed newest first, by endpoint and by whether they are enabled', async () => {
    const { tenant, endpoint, path, subscribe } = await setup();
    const other = await anEndpoint(t.api, tenant.id);
    const first = await subscribe();
    const second = await subscribe({ endpoint: other.id });
    const third = await subscribe({ enabled: false });
    const idsOf = async (query: string) => {
      const { body } = await t.api.get<{ data: { id: string }[] }>(path + query);
      return body.data.map(({ id }) => id);
    };
    expect(await idsOf('')).toEqual([third['id'], second['id'], first['id']]);
    expect(await idsOf('?order=asc&limit=1')).toEqual([first['id']]);
    expect(await idsOf('?endpoint=main')).toEqual([third['id'], first['id']]);
    expect(await idsOf(`?endpoint=${endpoint.id}&enabled=true`)).toEqual([first['id']]);
    await t.api.get(`${path}?endpoint=nothing`, { expect: 404 });
    await t.api.get(`${path}?enabled=perhaps`, { expect: 422 });
  });

  it('are at most a hundred for one endpoint', async () => {
    const { path, endpoint, subscribe } = await setup();
    await Promise.all(Array.from({ length: 100 }, () => subscribe()));
    const { body } = await t.api.post(path, { endpoint: endpoint.id, eventTypes: ['*'] }, { expect: 422 });
    expect(body['code']).toBe('limit_exceeded');
  });

  it('belong to one tenant', async () => {
    const mine = await setup();
    const theirs = await setup();
    const subscription = await theirs.subscribe();
    await t.api.get(`${mine.path}/${subscription['id']}`, { expect: 404 });
    const { body } = await t.api.post(mine.path, { endpoint: theirs.endpoint.id, eventTypes: ['*'] }, { expect: 422 });
    expect(body).toMatchObject({ code: 'unknown_endpoint', errors: [{ pointer: '/endpoint' }] });
    await t.api.get(`${mine.path}?endpoint=${theirs.endpoint.id}`, { expect: 404 });
  });
});

describe('bad input', () => {
  let kept: ReturnType<typeof setup> | undefined;
  const shared = () => (kept ??= setup());

  it.each<[object, string]>([
    [{ endpoint: undefined }, '/endpoint required'],
    [{ endpoint: 7 }, '/endpoint wrong_type'],
    [{ endpoint: null }, '/endpoint wrong_type'],
    [{ endpoint: 'nothing' }, '/endpoint unknown_endpoint'],
    [{ endpoint: 'ep_01h455vb4pex5vsknk084sn02q' }, '/endpoint unknown_endpoint'],
    [{ eventTypes: undefined }, '/eventTypes required'],
    [{ eventTypes: null }, '/eventTypes wrong_type'],
    [{ eventTypes: '*' }, '/eventTypes wrong_type'],
    [{ eventTypes: [] }, '/eventTypes too_few'],
    [{ eventTypes: Array.from({ length: 101 }, () => 'a') }, '/eventTypes too_many'],
    [{ eventTypes: ['*.a'] }, '/eventTypes invalid'],
    [{ eventTypes: ['a', ''] }, '/eventTypes invalid'],
    [{ eventTypes: ['x'.repeat(129)] }, '/eventTypes invalid'],
    [{ channels: [] }, '/channels too_few'],
    [{ channels: 'eu' }, '/channels wrong_type'],
    [{ channels: [''] }, '/channels wrong_length'],
    [{ channels: [7] }, '/channels wrong_type'],
    [{ channels: ['x'.repeat(129)] }, '/channels wrong_length'],
    [{ channels: ['a\0'] }, '/channels invalid_text'],
    [{ enabled: 'yes' }, '/enabled wrong_type'],
    [{ enabled: null }, '/enabled wrong_type'],
    [{ filter: 'data' }, '/filter wrong_type'],
    [{ filter: {} }, '/filter too_few'],
    [{ filter: { amount: 1 } }, '/filter/amount unknown_field'],
    [{ filter: { 'data.amount': { $above: 1 } } }, '/filter/data.amount/$above unknown_operator'],
    [{ filter: { data: 'x'.repeat(16_384) } }, '/filter invalid'],
    [{ transform: 'x' }, '/transform not_supported_yet'],
    [{ id: 'sub_x' }, '/id unknown_field'],
  ])('%j is refused with %s', async (fields, error) => {
    const { path } = await shared();
    const body = { endpoint: 'main', eventTypes: ['*'], ...fields };
    const answer = await t.api.post(path, body, { expect: 422 });
    const errors = answer.body['errors'] as { pointer: string; code: string }[];
    expect(errors.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([error]);
  });

  it('a subscription stays with its endpoint, and keeps some event types', async () => {
    const { path, subscribe } = await shared();
    const { id } = await subscribe();
    await t.api.patch(`${path}/${id}`, { endpoint: 'main' }, { expect: 422 });
    await t.api.patch(`${path}/${id}`, { eventTypes: null }, { expect: 422 });
    expect((await t.api.get(`${path}/${id}`)).body['version']).toBe(1);
  });
});
