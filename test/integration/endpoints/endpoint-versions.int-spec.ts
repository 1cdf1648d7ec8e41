import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';
import { allPages } from '../../support/recorded-traffic.js';

// oxlint-disable-next-line typescript/no-explicit-any
type Version = Record<string, any>;

let t: TestApi;
let tenant: MadeTenant;
beforeAll(async () => {
  t = await startApi();
  tenant = await aTenant(t.api);
});
afterAll(() => t.close());

const pathOf = (endpoint: { id: string }): string => tenant.path(`/endpoints/${endpoint.id}`);

async function versionsOf(endpoint: { id: string }): Promise<Version[]> {
  return (await t.api.get<{ data: Version[] }>(`${pathOf(endpoint)}/versions`)).body.data;
}

async function subscriptionsOf(endpoint: { id: string }): Promise<Version[]> {
  const path = tenant.path(`/subscriptions?endpoint=${endpoint.id}&order=asc`);
  return (await t.api.get<{ data: Version[] }>(path)).body.data;
}

const restore = (endpoint: { id: string }, version: number | string, expect = 200, headers = {}) =>
  t.api.post(`${pathOf(endpoint)}/versions/${version}/restore`, undefined, { expect, headers });

describe('versions of an endpoint', () => {
  it('tell what it and its subscriptions were, what has changed, when and by whom', async () => {
    const endpoint = await anEndpoint(t.api, tenant, { eventTypes: ['a.b'], headers: { 'x-api-key': 'hunter2' } });
    const { id: key } = await aKey(t.api, 'tenant', { tenant: tenant.id }).then(async (made) => {
      const options = { key: made.key, headers: { 'posthorn-actor': 'jane' } };
      await t.api.patch(
        pathOf(endpoint),
        { url: 'https://other.example.com/', headers: { 'x-api-key': 'hunter3' } },
        options,
      );
      return made;
    });
    await t.api.post(tenant.path('/subscriptions'), { endpoint: endpoint.id, eventTypes: ['c.*'] });
    await t.api.post(`${pathOf(endpoint)}/secrets/rotate`);
    await t.api.post(`${pathOf(endpoint)}/pause`);
    await t.api.post(`${pathOf(endpoint)}/pause`);
    const versions = await versionsOf(endpoint);
    expect(versions.map(({ version, action, changed }) => [version, action, changed] as unknown)).toEqual([
      [5, 'endpoint.paused', ['status']],
      [4, 'secret.rotated', []],
      [3, 'subscription.created', ['subscriptions']],
      [2, 'endpoint.updated', ['url', 'headers']],
      [1, 'endpoint.created', []],
    ]);
    expect(versions[3]).toMatchObject({ by: 'api_key', key, actor: 'jane' });
    expect(versions.map(({ subscriptions }) => (subscriptions as unknown[]).length)).toEqual([2, 2, 2, 1, 1]);
    expect(versions[4]).toMatchObject({
      endpoint: { url: endpoint.url, status: 'enabled', headers: { 'x-api-key': '********' } },
      subscriptions: [{ eventTypes: ['a.b'], endpoint: endpoint.id }],
    });
    expect(JSON.stringify(versions)).not.toContain('hunter');
    const pages = await allPages<Version>(t.api, `${pathOf(endpoint)}/versions?order=asc`);
    expect(pages.map(({ version }) => version as number)).toEqual([1, 2, 3, 4, 5]);
  });

  it('can be gone back to: a new version, with the subscriptions of then and the secrets of now', async () => {
    const headers = { 'x-api-key': 'old', 'x-shop': 'acme' };
    const endpoint = await anEndpoint(t.api, tenant, {
      eventTypes: ['a.b'],
      headers,
      rateLimit: { limit: 5, periodSeconds: 1 },
    });
    const [first] = await subscriptionsOf(endpoint);
    await t.api.patch(pathOf(endpoint), {
      url: 'https://other.example.com/',
      headers: { 'x-api-key': 'new', 'x-shop': null, 'x-other': '1' },
      rateLimit: null,
    });
    await t.api.patch(tenant.path(`/subscriptions/${first!['id']}`), { eventTypes: ['x.y'] });
    await t.api.post(tenant.path('/subscriptions'), { endpoint: endpoint.id, eventTypes: ['z'] });
    const secrets = (await t.api.get(`${pathOf(endpoint)}/secrets`)).body;
    const { body, headers: answered } = await restore(endpoint, 1, 200, { 'if-match': '"4"', 'posthorn-actor': 'joe' });
    expect(body).toMatchObject({ version: 5, url: endpoint.url, rateLimit: { limit: 5, periodSeconds: 1 } });
    expect(body['headers']).toEqual({ 'x-api-key': '********', 'x-shop': 'acme' });
    expect(answered['etag']).toBe('"5"');
    expect((await subscriptionsOf(endpoint)).map(({ id, eventTypes }) => [id, eventTypes] as unknown)).toEqual([
      [first!['id'], ['a.b']],
    ]);
    expect((await t.api.get(`${pathOf(endpoint)}/secrets`)).body).toEqual(secrets);
    expect((await versionsOf(endpoint))[0]).toMatchObject({ version: 5, action: 'endpoint.restored', actor: 'joe' });
    const { body: log } = await t.api.get(`/v1/audit-log?object=${endpoint.id}&action=endpoint.restored`);
    expect(log['data']).toMatchObject([{ actor: 'joe', after: { url: endpoint.url, restoredVersion: 1 } }]);
    const after = log['data'][0].after as { headers: Record<string, string> };
    expect(after.headers['x-api-key']).toBe(t.deps.keyRing.fingerprint('new'));
  });

  it('show how requests were signed and authenticated, and what subscriptions filtered', async () => {
    const filter = { 'data.amount': { $gte: 100 } };
    const auth = { type: 'basic', username: 'us', password: 'hunter2' };
    const signing = [{ scheme: 'github' }];
    const endpoint = await anEndpoint(t.api, tenant, { eventTypes: undefined, signing, auth });
    const given = { endpoint: endpoint.id, eventTypes: ['a.b'], filter };
    const { body: subscription } = await t.api.post(tenant.path('/subscriptions'), given);
    await t.api.patch(pathOf(endpoint), {
      signing: [{ scheme: 'standard-ed25519' }],
      auth: { type: 'bearer', token: 'hunter3' },
    });
    await t.api.patch(tenant.path(`/subscriptions/${subscription['id']}`), { filter: null });
    const [latest, changed, first] = await versionsOf(endpoint);
    expect(first).toMatchObject({
      endpoint: { signing, auth: { ...auth, password: '********' }, tls: null },
      subscriptions: [{ filter }],
    });
    expect(changed).toMatchObject({
      changed: ['signing', 'auth'],
      endpoint: { auth: { type: 'bearer', token: '********' } },
    });
    expect(latest).toMatchObject({ changed: ['subscriptions'], subscriptions: [{ filter: null }] });

    const { body: restored } = await restore(endpoint, first!['version'] as number);
    // Credentials are secrets: they stay as they are.
    expect(restored).toMatchObject({ signing, auth: { type: 'bearer', token: '********' } });
    expect(await subscriptionsOf(endpoint)).toMatchObject([{ id: subscription['id'], filter }]);
    expect(JSON.stringify(await versionsOf(endpoint))).not.toContain('hunter');
  });

  it('bring back subscriptions that were deleted since', async () => {
    const endpoint = await anEndpoint(t.api, tenant, { eventTypes: ['a.b'] });
    const [first] = await subscriptionsOf(endpoint);
    await t.api.delete(tenant.path(`/subscriptions/${first!['id']}`));
    await restore(endpoint, 1);
    expect(await subscriptionsOf(endpoint)).toMatchObject([{ eventTypes: ['a.b'], enabled: true }]);
  });

  it('make no new one when nothing differs, and leave the endpoint paused or disabled', async () => {
    const endpoint = await anEndpoint(t.api, tenant);
    expect((await restore(endpoint, 1)).body['version']).toBe(1);
    await t.api.post(`${pathOf(endpoint)}/disable`);
    expect((await restore(endpoint, 1)).body).toMatchObject({ version: 2, status: 'disabled' });
  });

  it('are refused when they are not there, when somebody was faster, and when the URL is refused by now', async () => {
    const lax = await aTenant(t.api, { settings: { allowHttp: true } });
    const endpoint = await anEndpoint(t.api, lax, { url: 'http://hooks.example.com/' });
    const path = lax.path(`/endpoints/${endpoint.id}`);
    await t.api.patch(path, { url: 'https://hooks.example.com/' });
    await t.api.patch(lax.path(''), { settings: { allowHttp: null } });
    const { body } = await t.api.post(`${path}/versions/1/restore`, undefined, { expect: 422 });
    expect(body['errors']).toMatchObject([{ pointer: '/url', code: 'url_refused' }]);
    await t.api.post(`${path}/versions/2/restore`, undefined, { expect: 412, headers: { 'if-match': '"1"' } });
    for (const version of ['9', '0', 'x', '99999999999']) {
      await t.api.post(`${path}/versions/${version}/restore`, undefined, { expect: 404 });
    }
  });

  it('hold metadata that PostgreSQL would stumble over, and bring it back', async () => {
    const metadata = { nul: 'a\0b', half: '\ud800', slash: '\\u0000', big: 1e300 };
    const endpoint = await anEndpoint(t.api, tenant, { metadata });
    await t.api.patch(pathOf(endpoint), { metadata: { nul: 'a', big: null } });
    expect((await versionsOf(endpoint))[1]).toMatchObject({ endpoint: { metadata } });
    expect((await restore(endpoint, 1)).body).toMatchObject({ metadata });
    const { body } = await t.api.get(`/v1/audit-log?object=${endpoint.id}&action=endpoint.created`);
    expect(body['data']).toMatchObject([
      { after: { metadata: { nul: 'a\ufffdb', half: '\ufffd', slash: '\\u0000', big: 1e300 } } },
    ]);
  });

  it('that were kept before there was a history are listed, and not gone back to', async () => {
    const endpoint = await anEndpoint(t.api, tenant);
    await t.api.patch(pathOf(endpoint), { description: 'new' });
    await t.db.query(
      `UPDATE endpoint_versions SET document = NULL, subscriptions = NULL, action = NULL WHERE version = 1`,
    );
    expect((await versionsOf(endpoint))[1]).toMatchObject({
      version: 1,
      endpoint: null,
      subscriptions: null,
      changed: [],
    });
    await restore(endpoint, 1, 409);
  });
});
