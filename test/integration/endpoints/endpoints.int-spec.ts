import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { aTenant, endpointRow, tenantConfigVersion } from './factories.js';

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

const url = 'https://shop.example/hooks';
const MASK = '********';

/** A tenant with the path of its endpoints. */
async function setup(settings: object = {}) {
  const tenant = await aTenant(t.api, { settings });
  return { tenant, endpoints: `/v1/tenants/${tenant.id}/endpoints` };
}

describe('creating an endpoint', () => {
  it('answers all there is to know, the secret once included, and where it is', async () => {
    const { tenant, endpoints } = await setup();
    const { body, headers } = await t.api.post(endpoints, { url }, { expect: 201 });
    expect(body).toEqual({
      id: expect.stringMatching(/^ep_[0-9a-z]{26}$/),
      uid: null,
      tenant: tenant.id,
      url,
      description: null,
      headers: {},
      signing: [{ scheme: 'standard' }],
      ordering: 'none',
      payloadFormat: 'standard',
      maxInFlight: null,
      timeoutSeconds: null,
      retrySchedule: null,
      metadata: {},
      status: 'enabled',
      disabledReason: null,
      circuit: { state: 'closed', since: null, reason: null },
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      version: 1,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
    expect(headers['location']).toBe(`${endpoints}/${body.id}`);
    expect(headers['etag']).toBe('"1"');
    const { secret: _, ...shown } = body;
    expect((await t.api.get(headers['location']!)).body).toEqual(shown);
  });

  it('keeps every setting', async () => {
    const { endpoints } = await setup();
    const settings = {
      uid: 'orders:eu-1',
      url,
      description: 'Orders',
      headers: { 'x-region': 'eu' },
      payloadFormat: 'data',
      maxInFlight: 10,
      timeoutSeconds: 60,
      retrySchedule: [1, 2, 3],
      metadata: { team: { name: 'checkout' }, on: null, constructor: 'c' },
    };
    const { body } = await t.api.post(endpoints, settings, { expect: 201 });
    expect(body).toMatchObject(settings);
    expect((await t.api.get(`${endpoints}/orders:eu-1`)).body).toMatchObject(settings);
  });

  it('makes one subscription to the event types that were named', async () => {
    const { tenant, endpoints } = await setup();
    const { body } = await t.api.post(endpoints, { url, eventTypes: ['payment.*', 'payment.*', 'push'] });
    const subscriptions = await t.api.get(`/v1/tenants/${tenant.id}/subscriptions?endpoint=${body.id}`);
    expect(subscriptions.body.data).toMatchObject([
      { endpoint: body.id, eventTypes: ['payment.*', 'push'], channels: null, enabled: true },
    ]);
  });

  it('makes none without', async () => {
    const { tenant, endpoints } = await setup();
    await t.api.post(endpoints, { url });
    expect((await t.api.get(`/v1/tenants/${tenant.id}/subscriptions`)).body.data).toEqual([]);
  });

  it.each([
    ['whsec', `whsec_${Buffer.alloc(24, 7).toString('base64')}`],
    ['base64', Buffer.alloc(24, 7).toString('base64')],
    ['hex', Buffer.alloc(24, 7).toString('hex')],
    ['utf8', '\x07'.repeat(24)],
  ])('takes a secret that is brought along as %s', async (secretEncoding, secret) => {
    const { endpoints } = await setup();
    const { body } = await t.api.post(endpoints, { url, secret, secretEncoding }, { expect: 201 });
    expect(body.secret).toBe(`whsec_${Buffer.alloc(24, 7).toString('base64')}`);
  });

  it('raises the configuration version, and keeps what attempts under the version refer to', async () => {
    const { tenant, endpoints } = await setup();
    const before = await tenantConfigVersion(t.db, tenant.id);
    const { body } = await t.api.post(endpoints, { url });
    expect(await tenantConfigVersion(t.db, tenant.id)).toBe(before + 1);
    const row = await endpointRow(t.db, body.id);
    expect(row.versions).toEqual([{ version: 1, url }]);
  });

  it('answers 409 for a uid that a living endpoint of the tenant has, and frees it on deletion', async () => {
    const { endpoints } = await setup();
    const other = await setup();
    const { body } = await t.api.post(endpoints, { url, uid: 'main' });
    const refused = await t.api.post(endpoints, { url, uid: 'main' }, { expect: 409 });
    expect(refused.body.code).toBe('uid_taken');
    await t.api.post(other.endpoints, { url, uid: 'main' }, { expect: 201 });
    await t.api.delete(`${endpoints}/${body.id}`, { expect: 204 });
    await t.api.post(endpoints, { url, uid: 'main' }, { expect: 201 });
  });

  it('holds the limit of the tenant, also when many ask at once', async () => {
    const { endpoints } = await setup({ maxEndpoints: 2 });
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map(() => t.api.call('POST', endpoints, { url }).catch((error: Error) => error)),
    );
    expect(answers.filter((answer) => !(answer instanceof Error))).toHaveLength(2);
    expect((await t.api.post(endpoints, { url }, { expect: 422 })).body.code).toBe('limit_exceeded');
  });
});

describe('bad input', () => {
  const headers = (value: unknown) => ({ headers: value });

  it.each<[object | string, string]>([
    [{}, '/url required'],
    [{ url: null }, '/url wrong_type'],
    [{ url: 7 }, '/url wrong_type'],
    [{ url: `https://x.example/${'x'.repeat(2_048)}` }, '/url too_long'],
    [{ url: '' }, '/url url_refused'],
    [{ url: 'shop.example' }, '/url url_refused'],
    [{ url: 'http://shop.example' }, '/url url_refused'],
    [{ url: 'ftp://shop.example' }, '/url url_refused'],
    [{ url: 'https://user:pw@shop.example' }, '/url url_refused'],
    [{ url: 'https://127.0.0.1/' }, '/url url_refused'],
    [{ url: 'https://2130706433/' }, '/url url_refused'],
    [{ url: 'https://[::1]/' }, '/url url_refused'],
    [{ url: 'https://localhost/' }, '/url url_refused'],
    [{ url: 'https://10.0.0.1/' }, '/url url_refused'],
    [{ url: 'https://169.254.169.254/latest' }, '/url url_refused'],
    [{ url, uid: '' }, '/uid invalid'],
    [{ url, uid: 'a b' }, '/uid invalid'],
    [{ url, uid: 'ep_x' }, '/uid invalid'],
    [{ url, uid: 'x'.repeat(257) }, '/uid invalid'],
    [{ url, uid: 7 }, '/uid invalid'],
    [{ url, description: 7 }, '/description wrong_type'],
    [{ url, description: 'x'.repeat(1_001) }, '/description wrong_length'],
    [{ url, description: 'a\0b' }, '/description invalid_text'],
    [{ url, ...headers('x') }, '/headers wrong_type'],
    [{ url, ...headers(['x']) }, '/headers wrong_type'],
    [{ url, ...headers({ host: 'x' }) }, '/headers/host invalid_header'],
    [{ url, ...headers({ 'x-a': 7 }) }, '/headers/x-a invalid_header'],
    [{ url, ...headers({ 'x-a': 'a\r\nb' }) }, '/headers/x-a invalid_header'],
    [{ url, ...headers({ 'webhook-id': 'x' }) }, '/headers/webhook-id invalid_header'],
    [{ url, ...headers({ 'x-token': MASK }) }, '/headers/x-token invalid_header'],
    [{ url, payloadFormat: 'xml' }, '/payloadFormat not_allowed'],
    [{ url, payloadFormat: 'cloudevents' }, '/payloadFormat not_supported_yet'],
    [{ url, maxInFlight: 0 }, '/maxInFlight too_small'],
    [{ url, maxInFlight: 1_001 }, '/maxInFlight too_large'],
    [{ url, maxInFlight: 1.5 }, '/maxInFlight wrong_type'],
    [{ url, timeoutSeconds: 0 }, '/timeoutSeconds too_small'],
    [{ url, timeoutSeconds: 61 }, '/timeoutSeconds too_large'],
    [{ url, timeoutSeconds: '5' }, '/timeoutSeconds wrong_type'],
    [{ url, retrySchedule: 5 }, '/retrySchedule wrong_type'],
    [{ url, retrySchedule: ['5'] }, '/retrySchedule wrong_type'],
    [{ url, retrySchedule: [0] }, '/retrySchedule too_small'],
    [{ url, retrySchedule: Array.from({ length: 51 }, () => 1) }, '/retrySchedule too_many'],
    [{ url, retrySchedule: [2_591_999, 1] }, '/retrySchedule out_of_range'],
    [{ url, metadata: [] }, '/metadata wrong_type'],
    [{ url, metadata: { x: 'x'.repeat(16 * 1024) } }, '/metadata invalid'],
    [{ url, eventTypes: [] }, '/eventTypes too_few'],
    [{ url, eventTypes: 'a' }, '/eventTypes wrong_type'],
    [{ url, eventTypes: null }, '/eventTypes wrong_type'],
    [{ url, eventTypes: ['a b'] }, '/eventTypes invalid'],
    [{ url, eventTypes: [7] }, '/eventTypes invalid'],
    [{ url, eventTypes: Array.from({ length: 101 }, (_, index) => `t${index}`) }, '/eventTypes too_many'],
    [{ url, secret: 7 }, '/secret wrong_type'],
    [{ url, secret: 'plain' }, '/secret invalid'],
    [{ url, secret: `whsec_${Buffer.alloc(8).toString('base64')}` }, '/secret invalid'],
    [{ url, secret: 'zz', secretEncoding: 'hex' }, '/secret invalid'],
    [{ url, secret: 'x', secretEncoding: 'rot13' }, '/secretEncoding not_allowed'],
    [{ url, secretEncoding: 'hex' }, '/secretEncoding invalid'],
    [{ url, auth: { type: 'basic' } }, '/auth not_supported_yet'],
    [{ url, rateLimit: { limit: 1, periodSeconds: 1 } }, '/rateLimit not_supported_yet'],
    [{ url, ordering: 'fifo' }, '/ordering not_supported_yet'],
    [{ url, ordering: 'lifo' }, '/ordering not_allowed'],
    [{ url, signing: [{ scheme: 'github' }] }, '/signing not_supported_yet'],
    [{ url, signing: 'standard' }, '/signing wrong_type'],
    [{ url, status: 'paused' }, '/status unknown_field'],
    [{ url, tenant: 'ten_x' }, '/tenant unknown_field'],
    [{ url, id: 'ep_x' }, '/id unknown_field'],
  ])('%j is refused with %s', async (body, error) => {
    const { endpoints } = await shared();
    const answer = await t.api.post(endpoints, body, { expect: 422 });
    const errors = answer.body['errors'] as { pointer: string; code: string; message: string }[];
    expect(errors.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([error]);
    expect(errors[0]!.message).not.toBe('');
    const code = error.split(' ')[1]!;
    expect(answer.body.code).toBe(['not_supported_yet', 'url_refused'].includes(code) ? code : 'validation_failed');
  });

  it.each(['[]', '"x"', '7', 'null'])('the body %s is no object', async (body) => {
    const { endpoints } = await shared();
    await t.api.post(endpoints, body, { expect: 422 });
  });

  it('says in words why a URL is refused', async () => {
    const { endpoints } = await shared();
    const { body } = await t.api.post(endpoints, { url: 'https://127.0.0.1/' }, { expect: 422 });
    expect(body['detail']).toContain('127.0.0.1 is a loopback address');
  });

  let kept: ReturnType<typeof setup> | undefined;
  function shared(): ReturnType<typeof setup> {
    kept ??= setup();
    return kept;
  }
});

describe('plain http', () => {
  it('is for tenants whose settings allow it', async () => {
    const { endpoints } = await setup({ allowHttp: true });
    await t.api.post(endpoints, { url: 'http://shop.example/hooks' }, { expect: 201 });
    await t.api.post(endpoints, { url: 'http://127.0.0.1/hooks' }, { expect: 422 });
  });
});

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
      [{ ordering: 'fifo' }, '/ordering not_supported_yet'],
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

describe('listing endpoints', () => {
  it('goes newest first through pages, and by state', async () => {
    const { endpoints } = await setup();
    for (const uid of ['a', 'b', 'c', 'd', 'e']) await t.api.post(endpoints, { url, uid });
    await t.api.post(`${endpoints}/b/pause`);
    await t.api.post(`${endpoints}/d/pause`);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor ? `?limit=2&cursor=${cursor}` : '?limit=2';
      const { body } = await t.api.get(endpoints + query);
      seen.push(...(body.data as unknown as { uid: string }[]).map(({ uid }) => uid));
      cursor = body['nextCursor'];
    }
    expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
    const paused = await t.api.get(`${endpoints}?status=paused&order=asc`);
    expect(paused.body.data).toMatchObject([{ uid: 'b' }, { uid: 'd' }]);
    await t.api.get(`${endpoints}?status=broken`, { expect: 422 });
    await t.api.get(`${endpoints}?status=paused&cursor=${'x'.repeat(20)}`, { expect: 400 });
  });
});

describe("another tenant's endpoints", () => {
  it('do not exist for a tenant', async () => {
    const mine = await setup();
    const theirs = await setup();
    const { body } = await t.api.post(theirs.endpoints, { url, uid: 'main' });
    const { body: key } = await t.api.post('/v1/api-keys', { name: 'mine', role: 'tenant', tenant: mine.tenant.id });
    const me = t.api.as(key['key']);
    await me.post(mine.endpoints, { url }, { expect: 201 });
    for (const path of [`${theirs.endpoints}/${body.id}`, `${mine.endpoints}/${body.id}`, theirs.endpoints]) {
      await me.get(path, { expect: 404 });
    }
    await me.patch(`${mine.endpoints}/${body.id}`, { description: 'x' }, { expect: 404 });
    await me.put(`${mine.endpoints}/${body.id}`, { url }, { expect: 404 });
    await me.delete(`${theirs.endpoints}/main`, { expect: 404 });
    await me.get(`${theirs.endpoints}/main/secrets`, { expect: 404 });
  });

  it('are written by admin and tenant, seen and operated by support, and no business of a publisher', async () => {
    const { endpoints } = await setup();
    await t.api.post(endpoints, { url, uid: 'main' });
    const keyOf = async (role: string) => {
      const { body } = await t.api.post('/v1/api-keys', { name: role, role });
      return t.api.as(body['key']);
    };
    const support = await keyOf('support');
    await support.get(`${endpoints}/main`, { expect: 200 });
    await support.post(`${endpoints}/main/pause`, undefined, { expect: 200 });
    await support.patch(`${endpoints}/main`, { description: 'x' }, { expect: 403 });
    await support.get(`${endpoints}/main/secrets`, { expect: 403 });
    const publisher = await keyOf('publisher');
    await publisher.get(`${endpoints}/main`, { expect: 403 });
    await publisher.post(endpoints, { url }, { expect: 403 });
  });
});

describe('what is not there yet', () => {
  it('answers 404 for versions and restore', async () => {
    const { endpoints } = await setup();
    await t.api.post(endpoints, { url, uid: 'main' });
    await t.api.get(`${endpoints}/main/versions`, { expect: 404 });
    await t.api.post(`${endpoints}/main/versions/1/restore`, {}, { expect: 404 });
  });
});
