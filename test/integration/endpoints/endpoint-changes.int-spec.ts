import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { aTenantWithEndpoints, endpointRow, tenantConfigVersion } from './factories.js';

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

const url = 'https://shop.example/hooks';
const MASK = '********';

const setup = (settings: object = {}) => aTenantWithEndpoints(t.api, settings);

describe('replacing an endpoint', () => {
  it('creates it under its uid, then replaces it, and says which', async () => {
    const { endpoints } = await setup();
    const first = await t.api.put(`${endpoints}/main`, { url, description: 'one', maxInFlight: 5 }, { expect: 201 });
    expect(first.body).toMatchObject({ uid: 'main', secret: expect.stringMatching(/^whsec_/) });
    expect(first.headers['location']).toBe(`${endpoints}/${first.body.id}`);
    const second = await t.api.put(`${endpoints}/main`, { url: `${url}/2` }, { expect: 200 });
    expect(second.body).toMatchObject({
      id: first.body.id,
      uid: 'main',
      url: `${url}/2`,
      description: null,
      maxInFlight: null,
      version: 2,
    });
    expect(second.body).not.toHaveProperty('secret');
    expect((await endpointRow(t.db, first.body.id)).versions).toHaveLength(2);
  });

  it('takes a uid of 256 characters in the path', async () => {
    const { endpoints } = await setup();
    const uid = 'x'.repeat(256);
    await t.api.put(`${endpoints}/${uid}`, { url }, { expect: 201 });
    expect((await t.api.get(`${endpoints}/${uid}`)).body['uid']).toBe(uid);
    await t.api.put(`${endpoints}/${uid}x`, { url }, { expect: 422 });
  });

  it('changes nothing when nothing changes, event types and a known secret included', async () => {
    const { tenant, endpoints } = await setup();
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    const document = { url, eventTypes: ['a.*', 'b'], secret, headers: { 'X-Token': 's3cret' } };
    await t.api.put(`${endpoints}/main`, document, { expect: 201 });
    const before = await tenantConfigVersion(t.db, tenant.id);
    const again = await t.api.put(`${endpoints}/main`, document, { expect: 200 });
    expect(again.body.version).toBe(1);
    expect(await tenantConfigVersion(t.db, tenant.id)).toBe(before);
  });

  it('moves its one subscription to the event types, and does not choose among several', async () => {
    const { tenant, endpoints } = await setup();
    const subscriptions = `/v1/tenants/${tenant.id}/subscriptions`;
    await t.api.put(`${endpoints}/main`, { url });
    await t.api.put(`${endpoints}/main`, { url, eventTypes: ['a'] }, { expect: 200 });
    await t.api.put(`${endpoints}/main`, { url, eventTypes: ['b'] }, { expect: 200 });
    const { body } = await t.api.get(subscriptions);
    expect(body.data).toMatchObject([{ eventTypes: ['b'], version: 2 }]);
    await t.api.post(subscriptions, { endpoint: 'main', eventTypes: ['c'] });
    const refused = await t.api.put(`${endpoints}/main`, { url, eventTypes: ['d'] }, { expect: 422 });
    expect(refused.body['errors']).toMatchObject([{ pointer: '/eventTypes' }]);
  });

  it('leaves secrets to rotation', async () => {
    const { endpoints } = await setup();
    await t.api.put(`${endpoints}/main`, { url });
    const secret = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
    const { body } = await t.api.put(`${endpoints}/main`, { url, secret }, { expect: 422 });
    expect(body['errors']).toMatchObject([{ pointer: '/secret', message: expect.stringContaining('rotate') }]);
  });

  it('by id replaces what exists and creates nothing', async () => {
    const { endpoints } = await setup();
    const { body } = await t.api.post(endpoints, { url, uid: 'main' });
    const replaced = await t.api.put(`${endpoints}/${body.id}`, { url }, { expect: 200 });
    expect(replaced.body.uid).toBeNull();
    await t.api.put(`${endpoints}/ep_01h455vb4pex5vsknk084sn02q`, { url }, { expect: 404 });
  });

  it('refuses a uid that differs from the one of the route, or that is none', async () => {
    const { endpoints } = await setup();
    await t.api.put(`${endpoints}/main`, { url, uid: 'other' }, { expect: 422 });
    await t.api.put(`${endpoints}/ep_main`, { url }, { expect: 422 });
    await t.api.put(`${endpoints}/a%20b`, { url }, { expect: 422 });
  });

  it('makes one endpoint of two requests at once', async () => {
    const { endpoints } = await setup();
    const answers = await Promise.all([1, 2, 3].map(() => t.api.put(`${endpoints}/main`, { url })));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 200, 201]);
    expect((await t.api.get(endpoints)).body.data).toHaveLength(1);
  });
});

describe('changing an endpoint', () => {
  it('takes a merge patch: what is left out stays, null goes back to the default', async () => {
    const { endpoints } = await setup();
    const made = { url, uid: 'main', description: 'one', timeoutSeconds: 5, metadata: { a: 1, b: { c: 2 } } };
    await t.api.post(endpoints, made);
    const patch = { description: null, metadata: { a: null, b: { d: 3 } }, payloadFormat: 'data' };
    const { body, headers } = await t.api.patch(`${endpoints}/main`, patch, { expect: 200 });
    expect(body).toMatchObject({
      url,
      uid: 'main',
      description: null,
      timeoutSeconds: 5,
      metadata: { b: { c: 2, d: 3 } },
      payloadFormat: 'data',
      version: 2,
    });
    expect(headers['etag']).toBe('"2"');
    const reset = await t.api.patch(`${endpoints}/main`, { uid: null, timeoutSeconds: null, metadata: null });
    expect(reset.body).toMatchObject({ uid: null, timeoutSeconds: null, metadata: {}, payloadFormat: 'data' });
  });

  it('changes nothing when the patch says what is', async () => {
    const { tenant, endpoints } = await setup();
    await t.api.post(endpoints, { url, uid: 'main' });
    const before = await tenantConfigVersion(t.db, tenant.id);
    expect((await t.api.patch(`${endpoints}/main`, { url })).body.version).toBe(1);
    expect((await t.api.patch(`${endpoints}/main`, {})).body.version).toBe(1);
    expect(await tenantConfigVersion(t.db, tenant.id)).toBe(before);
  });

  it('holds the same rules for the result', async () => {
    const { endpoints } = await setup();
    await t.api.post(endpoints, { url, uid: 'main', metadata: { a: 'x'.repeat(10_000) } });
    const cases: [object, string][] = [
      [{ url: 'https://10.1.1.1/' }, '/url url_refused'],
      [{ url: null }, '/url wrong_type'],
      [{ metadata: { b: 'x'.repeat(10_000) } }, '/metadata too_long'],
      [{ ordering: 'lifo' }, '/ordering not_allowed'],
      [{ secret: 'x' }, '/secret unknown_field'],
      [{ eventTypes: ['a'] }, '/eventTypes unknown_field'],
    ];
    for (const [patch, error] of cases) {
      const { body } = await t.api.patch(`${endpoints}/main`, patch, { expect: 422 });
      const [first] = body['errors'] as { pointer: string; code: string }[];
      expect(`${first!.pointer} ${first!.code}`).toBe(error);
    }
    expect((await t.api.get(`${endpoints}/main`)).body.version).toBe(1);
  });

  it('answers 409 for a uid that is taken', async () => {
    const { endpoints } = await setup();
    await t.api.post(endpoints, { url, uid: 'one' });
    await t.api.post(endpoints, { url, uid: 'two' });
    expect((await t.api.patch(`${endpoints}/two`, { uid: 'one' }, { expect: 409 })).body.code).toBe('uid_taken');
  });

  it('answers 412 when the endpoint has changed since it was read', async () => {
    const { endpoints } = await setup();
    await t.api.post(endpoints, { url, uid: 'main' });
    const path = `${endpoints}/main`;
    await t.api.patch(path, { description: 'a' }, { headers: { 'if-match': '"1"' }, expect: 200 });
    const stale = { headers: { 'if-match': '"1"' }, expect: 412 };
    expect((await t.api.patch(path, { description: 'b' }, stale)).body.code).toBe('version_conflict');
    await t.api.put(path, { url }, stale);
    await t.api.delete(path, stale);
    await t.api.put(`${endpoints}/new`, { url }, stale);
    await t.api.delete(path, { headers: { 'if-match': '"2"' }, expect: 204 });
  });
});

describe('headers of its own', () => {
  it('shows credentials as a mask, and takes the mask for what it stands for', async () => {
    const { endpoints } = await setup();
    const sent = { Authorization: 'Bearer s3cret', 'X-Api-Key': 'k3y', 'x-region': 'eu' };
    const { body } = await t.api.post(endpoints, { url, uid: 'main', headers: sent });
    expect(body['headers']).toEqual({ authorization: MASK, 'x-api-key': MASK, 'x-region': 'eu' });

    const same = await t.api.patch(`${endpoints}/main`, { headers: body['headers'] });
    expect(same.body.version).toBe(1);
    await t.api.put(`${endpoints}/main`, { url, headers: { ...body['headers'], 'x-region': 'us' } }, { expect: 200 });
    const row = await endpointRow(t.db, body.id);
    expect(row.openHeaders(t.deps.keyRing)).toEqual({
      authorization: 'Bearer s3cret',
      'x-api-key': 'k3y',
      'x-region': 'us',
    });
  });

  it('are patched one by one, in any case', async () => {
    const { endpoints } = await setup();
    await t.api.post(endpoints, { url, uid: 'main', headers: { 'x-a': '1', 'x-b': '2' } });
    const { body } = await t.api.patch(`${endpoints}/main`, { headers: { 'X-A': null, 'X-C': '3' } });
    expect(body['headers']).toEqual({ 'x-b': '2', 'x-c': '3' });
    const twice = { headers: { 'x-d': '1', 'X-D': '2' } };
    await t.api.patch(`${endpoints}/main`, twice, { expect: 422 });
    expect((await t.api.patch(`${endpoints}/main`, { headers: null })).body['headers']).toEqual({});
  });

  it('are nowhere in clear, neither at rest nor in the log', async () => {
    const { endpoints } = await setup();
    const { body } = await t.api.post(endpoints, { url, headers: { 'x-token': 'very-s3cret-value' } });
    const rows = await t.db.query<{ text: string }>(
      `SELECT e::text || coalesce(encode(e.sealed_headers, 'escape'), '') AS text FROM endpoints e`,
    );
    expect(rows.map(({ text }) => text).join()).not.toContain('very-s3cret-value');
    expect(JSON.stringify(t.logs)).not.toContain('very-s3cret-value');
    expect(JSON.stringify(t.logs)).not.toContain(body['secret']);
  });
});

describe('deleting an endpoint', () => {
  it('ends its subscriptions and secrets, and it is not found any more', async () => {
    const { tenant, endpoints } = await setup();
    const { body } = await t.api.post(endpoints, { url, uid: 'main', eventTypes: ['*'] });
    const before = await tenantConfigVersion(t.db, tenant.id);
    await t.api.delete(`${endpoints}/main`, { expect: 204 });
    expect(await tenantConfigVersion(t.db, tenant.id)).toBe(before + 1);
    for (const path of [`${endpoints}/main`, `${endpoints}/${body.id}`, `${endpoints}/${body.id}/secrets`]) {
      await t.api.get(path, { expect: 404 });
    }
    await t.api.delete(`${endpoints}/main`, { expect: 404 });
    expect((await t.api.get(endpoints)).body.data).toEqual([]);
    expect((await t.api.get(`/v1/tenants/${tenant.id}/subscriptions`)).body.data).toEqual([]);
    const live = await t.db.query(
      `SELECT 1 FROM endpoint_secrets s JOIN endpoints e ON e.id = s.endpoint_id
       WHERE e.deleted_at IS NOT NULL AND (s.expires_at IS NULL OR s.expires_at > clock_timestamp())`,
    );
    expect(live).toEqual([]);
  });
});
