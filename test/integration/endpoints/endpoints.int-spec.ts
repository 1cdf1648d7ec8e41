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
      auth: null,
      tls: null,
      signing: [{ scheme: 'standard' }],
      ordering: 'none',
      ownership: { state: 'not_required', verifiedAt: null },
      payloadFormat: 'standard',
      maxInFlight: null,
      rateLimit: null,
      timeoutSeconds: null,
      retrySchedule: null,
      rotateSecretsEveryDays: null,
      rotationGraceSeconds: null,
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
      signing: [
        { scheme: 'standard' },
        { scheme: 'shopify', shopDomain: 'acme.myshopify.com', apiVersion: '2025-10' },
        {
          scheme: 'hmac',
          header: 'X-Acme',
          prefix: 'v1=',
          algorithm: 'sha512',
          encoding: 'base64',
          content: '{id}.{body}',
          timestampHeader: null,
        },
      ],
      maxInFlight: 10,
      rateLimit: { limit: 600, periodSeconds: 60 },
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
  ])('takes a secret that is brought along as %s, and shows it so', async (secretEncoding, secret) => {
    const { endpoints } = await setup();
    const { body } = await t.api.post(endpoints, { url, secret, secretEncoding }, { expect: 201 });
    expect(body.secret).toBe(secret);
    const { data } = (await t.api.get(`${endpoints}/${body.id}/secrets`)).body;
    const whsec = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    expect(data).toMatchObject([{ secret, secretEncoding, whsec }]);
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
    [{ url, auth: { type: 'bearer' } }, '/auth/token required'],
    [{ url, rateLimit: { limit: 0, periodSeconds: 1 } }, '/rateLimit/limit too_small'],
    [{ url, rateLimit: { limit: 100_001, periodSeconds: 1 } }, '/rateLimit/limit too_large'],
    [{ url, rateLimit: { limit: 1.5, periodSeconds: 1 } }, '/rateLimit/limit wrong_type'],
    [{ url, rateLimit: { limit: null, periodSeconds: 1 } }, '/rateLimit/limit wrong_type'],
    [{ url, rateLimit: { limit: 1, periodSeconds: 0 } }, '/rateLimit/periodSeconds too_small'],
    [{ url, rateLimit: { limit: 1, periodSeconds: 86_401 } }, '/rateLimit/periodSeconds too_large'],
    [{ url, rateLimit: { periodSeconds: 1 } }, '/rateLimit/limit required'],
    [{ url, rateLimit: { limit: 1 } }, '/rateLimit/periodSeconds required'],
    [{ url, rateLimit: { limit: 1, periodSeconds: 1, burst: 5 } }, '/rateLimit/burst unknown_field'],
    [{ url, rateLimit: 10 }, '/rateLimit wrong_type'],
    [{ url, ordering: 'lifo' }, '/ordering not_allowed'],
    [{ url, signing: [{ scheme: 'gitlab' }] }, '/signing/0/scheme not_allowed'],
    [{ url, signing: [{ scheme: 'github' }, { scheme: 'github' }] }, '/signing/1 invalid'],
    [{ url, signing: [{ scheme: 'hmac', header: 'Webhook-Id' }] }, '/signing/0/header invalid_header'],
    [{ url, signing: ['standard'] }, '/signing wrong_type'],
    [{ url, secret: `whsk_${Buffer.alloc(32).toString('base64')}` }, '/secret invalid'],
    [{ url, signing: [{ scheme: 'standard-ed25519' }], secret: 's', secretEncoding: 'utf8' }, '/secret invalid'],
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
