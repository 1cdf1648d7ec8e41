import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatabaseClock } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
import type { ApiClient } from '../../support/api-client.js';
import { aKey, anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';
import { waitFor } from '../../support/wait-for.js';

let t: TestApi;
let acme: MadeTenant;
let other: MadeTenant;
beforeAll(async () => {
  t = await startApi();
  acme = await aTenant(t.api, { name: 'Acme' });
  other = await aTenant(t.api);
});
afterAll(() => t.close());

async function aPortal(fields: Record<string, unknown> = {}, tenant = acme, opener = t.api): Promise<ApiClient> {
  const { body } = await opener.post(tenant.path('/portal-sessions'), fields, { expect: 201 });
  return t.api.as(String(body['token']));
}

describe('opening a portal session', () => {
  it('answers with a link whose token no server sees, and with the token', async () => {
    const { body, headers } = await t.api.post(acme.path('/portal-sessions'), undefined, { expect: 201 });
    expect(body['url']).toBe(`${t.url}/portal/#token=${body['token']}`);
    expect(body['capabilities']).toEqual(['view', 'manage_endpoints', 'see_secrets', 'replay']);
    expect(Math.round((Date.parse(body['expiresAt']) - Date.now()) / 60_000)).toBe(60);
    expect(headers).toMatchObject({ location: '/v1/session', 'cache-control': 'no-store' });
  });

  it('is on record, without the token', async () => {
    const { body } = await t.api.post(other.path('/portal-sessions'), { capabilities: ['view'] });
    const { body: log } = await t.api.get(`/v1/audit-log?tenant=${other.id}`);
    expect(log['data'][0]).toMatchObject({ action: 'portal_session.opened', object: other.id });
    expect(JSON.stringify(log)).not.toContain(String(body['token']).split('.')[2]);
  });

  it('begins the link with the configured address', async () => {
    const elsewhere = await startApi({ env: { POSTHORN_PUBLIC_URL: 'https://hooks.example.com/posthorn/' } });
    try {
      const tenant = await aTenant(elsewhere.api);
      const { body } = await elsewhere.api.post(tenant.path('/portal-sessions'), {});
      expect(body['url']).toMatch(/^https:\/\/hooks\.example\.com\/posthorn\/portal\/#token=eyJ/);
    } finally {
      await elsewhere.close();
    }
  });

  it.each([
    [{ capabilities: [] }, '/capabilities'],
    [{ capabilities: ['everything'] }, '/capabilities'],
    [{ capabilities: ['view', 'view'] }, '/capabilities'],
    [{ capabilities: 'view' }, '/capabilities'],
    [{ expiresInSeconds: 59 }, '/expiresInSeconds'],
    [{ expiresInSeconds: 86_401 }, '/expiresInSeconds'],
    [{ expiresInSeconds: '60' }, '/expiresInSeconds'],
    [{ tenant: 'x' }, '/tenant'],
  ])('is refused for %j, pointing at %s', async (fields, pointer) => {
    const { body } = await t.api.post(acme.path('/portal-sessions'), fields, { expect: 422 });
    expect(body['errors'].map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
  });

  it('is for admins alone, and not for a portal session', async () => {
    const { key } = await aKey(t.api, 'tenant', { tenant: acme.id });
    await t.api.post(acme.path('/portal-sessions'), {}, { key, expect: 403 });
    await (await aPortal()).post(acme.path('/portal-sessions'), {}, { expect: 403 });
  });
});

describe('a portal session', () => {
  it('tells what it is, and how its tenant’s pages look', async () => {
    const portal = await aPortal({ capabilities: ['replay', 'view'] });
    expect((await portal.get('/v1/session')).body).toMatchObject({
      kind: 'portal',
      role: 'tenant',
      tenant: acme.id,
      capabilities: ['view', 'replay'],
      portal: { name: 'Acme', logoUrl: null, color: null },
    });
    const theme = { name: 'Acme hooks', logoUrl: 'https://acme.example.com/logo.svg', color: '#0B7285' };
    await t.api.patch(acme.path(''), { settings: { portal: theme } });
    expect((await portal.get('/v1/session')).body['portal']).toEqual(theme);
    await t.api.patch(acme.path(''), { settings: { portal: { color: null } } });
    expect((await portal.get('/v1/session')).body['portal']).toEqual({ ...theme, color: null });
  });

  it.each([
    [{ name: '' }, '/settings/portal/name'],
    [{ logoUrl: 'http://acme.example.com/logo.svg' }, '/settings/portal/logoUrl'],
    [{ logoUrl: 'javascript:alert(1)' }, '/settings/portal/logoUrl'],
    [{ color: 'red; }' }, '/settings/portal/color'],
    [{ font: 'x' }, '/settings/portal/font'],
  ])('looks only as it safely can: not with %j', async (portal, pointer) => {
    const { body } = await t.api.patch(acme.path(''), { settings: { portal } }, { expect: 422 });
    expect(body['errors'].map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
  });

  it('may what the tenant’s own key may, of its own objects only', async () => {
    const portal = await aPortal();
    const endpoint = await anEndpoint(portal, acme);
    await portal.post(acme.path(`/endpoints/${endpoint.id}/secrets/rotate`), {}, { expect: 201 });
    await portal.get(acme.path('/events'));
    await portal.get('/v1/deliveries');
    await portal.get(other.path('/endpoints'), { expect: 404 });
    const tenants = (await portal.get('/v1/tenants')).body['data'] as { id: string }[];
    expect(tenants.map(({ id }) => id)).toEqual([acme.id]);
  });

  it('never publishes, changes tenants, or has to do with keys', async () => {
    const portal = await aPortal();
    for (const [method, path] of [
      ['POST', '/v1/events'],
      ['POST', '/v1/events/batch'],
      ['POST', '/v1/api-keys'],
      ['GET', '/v1/api-keys'],
      ['PATCH', acme.path('')],
      ['DELETE', acme.path('')],
      ['POST', '/v1/deliveries/pause'],
    ] as const) {
      const { body } = await portal.call(method, path, method === 'GET' ? undefined : {}, { expect: 403 });
      expect(body['code']).toBe('forbidden');
    }
  });

  it('is cut down to its capabilities, and says which one is missing', async () => {
    const endpoint = await anEndpoint(t.api, acme);
    const at = (rest: string): string => acme.path(`/endpoints/${endpoint.id}${rest}`);
    const viewer = await aPortal({ capabilities: ['view'] });
    await viewer.get(at(''));
    for (const [call, missing] of [
      [viewer.post(acme.path('/endpoints'), { url: endpoint.url }, { expect: 403 }), 'manage_endpoints'],
      [viewer.post(at('/test'), undefined, { expect: 403 }), 'manage_endpoints'],
      [viewer.get(at('/secrets'), { expect: 403 }), 'see_secrets'],
      [viewer.post(at('/secrets/rotate'), {}, { expect: 403 }), 'manage_endpoints and see_secrets'],
      [viewer.post('/v1/dead-letters/discard', {}, { expect: 403 }), 'replay'],
    ] as const) {
      expect((await call).body['detail']).toContain(`without ${missing}`);
    }
    const manager = await aPortal({ capabilities: ['manage_endpoints'] });
    await manager.get(at(''), { expect: 403 });
    await manager.post(at('/pause'));
  });

  it('that may not see secrets sees none in the answer that creates an endpoint either', async () => {
    const portal = await aPortal({ capabilities: ['view', 'manage_endpoints'] });
    const given = { url: 'https://hooks.example.com/portal' };
    const { body } = await portal.post(acme.path('/endpoints'), given, { expect: 201 });
    expect(body['secret']).toBe('********');
    const seeing = await aPortal({ capabilities: ['manage_endpoints', 'see_secrets'] });
    const { body: seen } = await seeing.put(acme.path('/endpoints/seen'), given, { expect: 201 });
    expect(seen['secret']).toMatch(/^whsec_/);
  });

  it('shares no Idempotency-Key with another one of the same opener', async () => {
    const headers = { 'idempotency-key': 'the-same' };
    const [mine, theirs] = [await aPortal(), await aPortal({}, other)];
    const first = await mine.post('/v1/dead-letters/discard', { reason: 'gone', note: 'x' }, { headers });
    const again = await mine.post('/v1/dead-letters/discard', { reason: 'gone', note: 'x' }, { headers });
    const stranger = await theirs.post('/v1/dead-letters/discard', { reason: 'gone', note: 'x' }, { headers });
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(stranger.headers['idempotency-replayed']).toBeUndefined();
  });

  it('ends with its tenant, at once', async () => {
    const gone = await aTenant(t.api);
    const portal = await aPortal({}, gone);
    await portal.get('/v1/session');
    await t.db.query(`UPDATE tenants SET deleted_at = clock_timestamp() WHERE uid = $1`, [gone.uid]);
    expect((await portal.get('/v1/session', { expect: 401 })).body['code']).toBe('unauthenticated');
  });

  it('ends with the key that opened it', async () => {
    const { id, key } = await aKey(t.api, 'admin');
    const portal = await aPortal({}, acme, t.api.as(key));
    await portal.get('/v1/session');
    await t.api.delete(`/v1/api-keys/${id}`, { expect: 204 });
    await portal.get('/v1/session', { expect: 401 });
  });

  it('ends by itself', async () => {
    const late = await startApi();
    try {
      const tenant = await aTenant(late.api);
      const { body } = await late.api.post(tenant.path('/portal-sessions'), { expiresInSeconds: 60 });
      const portal = late.api.as(String(body['token']));
      await portal.get('/v1/session');
      // The database's clock is what counts: an hour later there.
      (late.deps.clock as DatabaseClock).adjust(Date.now() + 3_600_000, performance.now(), performance.now());
      await waitFor(() => portal.get('/v1/session', { expect: 401 }).then(() => undefined));
    } finally {
      await late.close();
    }
  });

  it('is not a browser’s, nor made of one', async () => {
    const { body } = await t.api.post(acme.path('/portal-sessions'), {});
    const cookie = `posthorn_session=${body['token']}`;
    await t.api.get('/v1/session', { key: null, headers: { cookie }, expect: 401 });
    await t.api.post('/v1/session', { key: body['token'] }, { key: null, expect: 401 });
  });

  it('cannot be made up: for another tenant, with more capabilities, or for none', async () => {
    const { body } = await t.api.post(acme.path('/portal-sessions'), { capabilities: ['view'] });
    const [head, payload, signature] = String(body['token']).split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const withClaims = (changes: object, header = head): string =>
      `${header}.${Buffer.from(JSON.stringify({ ...claims, ...changes })).toString('base64url')}.${signature}`;
    const none = Buffer.from('{"alg":"none","kid":"test"}').toString('base64url');
    const ring = t.deps.keyRing;
    const forged = [
      withClaims({ tenant: other.id }),
      withClaims({ capabilities: ['view', 'replay'] }),
      withClaims({ exp: 9_999_999_999 }),
      withClaims({}, none),
      withClaims({}, none).replace(/[^.]+$/, ''),
      await signed({ ...claims, tenant: undefined }, ring.derive('test', 'portal sessions')!),
      await signed(claims, ring.derive('test', 'browser sessions')!),
      await signed({ ...claims, aud: 'browser' }, ring.derive('test', 'portal sessions')!),
    ];
    for (const token of forged) await t.api.get('/v1/session', { key: token, expect: 401 });
    const genuine = await signed(claims, ring.derive('test', 'portal sessions')!);
    await t.api.get('/v1/session', { key: genuine, expect: 200 });
  });

  it('leaves no token in the log', async () => {
    const { body } = await t.api.post(acme.path('/portal-sessions'), {});
    await t.api.get('/v1/nothing', { key: String(body['token']), expect: 404 });
    expect(JSON.stringify(t.logs)).not.toContain(String(body['token']).split('.')[2]);
  });
});

function signed(claims: Record<string, unknown>, secret: Uint8Array): Promise<string> {
  const given = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  return new SignJWT(given).setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: 'test' }).sign(secret);
}
