import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyRing, parseTypeId } from '#kernel';
import { SessionTokens } from '#tenants';
import { startApi, type TestApi } from '../../support/api.js';
import type { Answer } from '../../support/api-client.js';
import { aKey, aTenant, type MadeTenant } from '../../support/factories.js';
import { waitFor } from '../../support/wait-for.js';
import { IN_TIME } from '../../support/in-time.js';

let t: TestApi;
let acme: MadeTenant;
beforeAll(async () => {
  t = await startApi();
  acme = await aTenant(t.api);
});
afterAll(() => t.close());

const OURS = { 'posthorn-console': '1' };

async function signIn(key: string): Promise<{ cookie: string; answer: Answer<Record<string, unknown>> }> {
  const answer = await t.api.post('/v1/session', { key }, { key: null, expect: 200 });
  const [set] = answer.headers['set-cookie'] as unknown as string[];
  return { cookie: set!.split(';')[0]!, answer };
}

/** As a browser that has the cookie, and nothing else. */
function browser(cookie: string, headers: Record<string, string> = {}) {
  return { key: null, headers: { cookie, ...headers } };
}

describe('signing in', () => {
  it('sets a cookie that no script reads and no other site sends', async () => {
    const { answer } = await signIn(t.adminKey);
    const set = String(answer.headers['set-cookie']);
    expect(set).toMatch(/^posthorn_session=eyJ[^;]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=28800$/);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).toMatchObject({ kind: 'browser', role: 'admin', tenant: null, capabilities: null });
    expect(answer.text).not.toContain(t.adminKey);
  });

  it('binds the cookie to the host and to https, where browsers come by https', async () => {
    const secure = await startApi({ env: { POSTHORN_PUBLIC_URL: 'https://hooks.example.com' } });
    try {
      const { headers } = await secure.api.post('/v1/session', { key: secure.adminKey }, { key: null });
      expect(String(headers['set-cookie'])).toMatch(/^__Host-posthorn_session=eyJ[^;]+; Path=\/;.*; Secure$/);
    } finally {
      await secure.close();
    }
  });

  it.each([
    [undefined],
    [{}],
    [{ key: null }],
    [{ key: '' }],
    [{ key: 'phk_abcdefgh_not-a-key' }],
    [{ key: ['x'] }],
    [[]],
    ['{'],
    ['"text"'],
    [{ key: 'phk_abcdefgh_not-a-key', nothing: 1 }],
  ])('tells nothing but that there is no such key: %j', async (body) => {
    const { body: problem, headers } = await t.api.post('/v1/session', body, { key: null, expect: 401 });
    expect(problem['code']).toBe('unauthenticated');
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('refuses fields that it does not know', async () => {
    const { body } = await t.api.post('/v1/session', { key: t.adminKey, days: 9 }, { key: null, expect: 422 });
    expect(body['errors']).toEqual([{ pointer: '/days', code: 'unknown_field', message: 'is not a known field' }]);
  });

  it('is refused to a page elsewhere', async () => {
    const elsewhere: Record<string, string>[] = [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'same-site' }];
    for (const headers of elsewhere) {
      await t.api.post('/v1/session', { key: t.adminKey }, { key: null, headers, expect: 403 });
    }
  });
});

describe('a browser session', () => {
  it('may what its key may, and says so', async () => {
    const { key } = await aKey(t.api, 'tenant', { tenant: acme.id });
    const { cookie } = await signIn(key);
    const { body } = await t.api.get('/v1/session', browser(cookie));
    expect(body).toMatchObject({ kind: 'browser', role: 'tenant', tenant: acme.id });
    expect(body['permissions']).toContain('endpoints:write');
    expect(body['permissions']).not.toContain('tenants:write');
    expect(Date.parse(body['expiresAt']) - Date.now()).toBeGreaterThan(7.9 * 3600 * 1000);
    await t.api.get(acme.path('/endpoints'), browser(cookie));
    await t.api.post('/v1/tenants', { name: 'x' }, { ...browser(cookie, OURS), expect: 403 });
  });

  it.each([
    ['without the header of our pages', {}],
    ['for a page of another origin', { ...OURS, origin: 'https://evil.example' }],
    ['for a page without an origin', { ...OURS, origin: 'null' }],
    ['for another site', { ...OURS, 'sec-fetch-site': 'cross-site' }],
    ['for a neighbouring site', { ...OURS, 'sec-fetch-site': 'same-site' }],
  ])('changes nothing %s', async (_, headers) => {
    const { cookie } = await signIn(t.adminKey);
    const { body } = await t.api.post('/v1/tenants', { name: 'x' }, { ...browser(cookie, headers), expect: 403 });
    expect(body['code']).toBe('cross_site');
    await t.api.get('/v1/tenants', browser(cookie, headers));
  });

  it('works from our own pages', async () => {
    const { cookie } = await signIn(t.adminKey);
    const headers = { ...OURS, origin: t.url, 'sec-fetch-site': 'same-origin' };
    await t.api.post('/v1/tenants', { name: 'by cookie' }, { ...browser(cookie, headers), expect: 201 });
  });

  it('gives way to an API key in the same request', async () => {
    const { cookie } = await signIn(t.adminKey);
    const { key } = await aKey(t.api, 'support');
    const { body } = await t.api.get('/v1/session', { key, headers: { cookie } });
    expect(body).toMatchObject({ kind: 'api_key', role: 'support', expiresAt: null });
  });

  it('ends when its key is revoked', async () => {
    const { id, key } = await aKey(t.api, 'admin');
    const { cookie } = await signIn(key);
    await t.api.get('/v1/session', browser(cookie));
    await t.api.delete(`/v1/api-keys/${id}`, { expect: 204 });
    await t.api.get('/v1/session', { ...browser(cookie), expect: 401 });
  });

  it('ends within seconds when its key is revoked elsewhere', IN_TIME, async () => {
    const { key } = await aKey(t.api, 'admin');
    const { cookie } = await signIn(key);
    await t.api.get('/v1/session', browser(cookie));
    await t.db.query(`UPDATE api_keys SET revoked_at = now() WHERE prefix = $1`, [key.slice(0, 12)]);
    await waitFor(() => t.api.get('/v1/session', { ...browser(cookie), expect: 401 }).then(() => undefined), {
      timeoutMs: 4_000,
    });
  });

  it('does not outlive its key', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { answer } = await signIn((await aKey(t.api, 'admin', { expiresAt })).key);
    expect(String(answer.headers['set-cookie'])).toMatch(/Max-Age=(60|59);|Max-Age=(60|59)$/);
  });

  it('ends by signing out', async () => {
    const { cookie } = await signIn(t.adminKey);
    const { headers } = await t.api.delete('/v1/session', { ...browser(cookie, OURS), expect: 204 });
    expect(String(headers['set-cookie'])).toMatch(/^posthorn_session=; .*Max-Age=0/);
  });
});

describe('a token that is not ours', () => {
  const past = { iat: 1, exp: 2 };

  it.each<[string, (claims: { key: string }, ring: KeyRing) => Promise<string>]>([
    ['expired', (claims, ring) => sign(ring, { ...claims, ...past })],
    ['of another kind', (claims, ring) => sign(ring, claims, { audience: 'portal' })],
    ['under another key', (claims, ring) => sign(ring, claims, { secret: ring.derive('test', 'other things')! })],
    ['under a key that is not on the ring', (claims, ring) => sign(ring, claims, { kid: 'gone' })],
    ['without a key id', (claims, ring) => sign(ring, claims, { kid: undefined })],
    ['of another issuer', (claims, ring) => sign(ring, claims, { issuer: 'someone' })],
    ['by another algorithm', (claims, ring) => sign(ring, claims, { alg: 'HS512' })],
    ['without an end', (claims, ring) => sign(ring, { ...claims, exp: undefined })],
    ['of nobody', (_, ring) => sign(ring, { key: 'key_nobody' })],
  ])('opens nothing: %s', async (_, make) => {
    const { body } = await t.api.get('/v1/session');
    const token = await make({ key: body['apiKey'] as string }, t.deps.keyRing);
    await t.api.get('/v1/session', { ...browser(`posthorn_session=${token}`), expect: 401 });
    await t.api.get('/v1/session', { key: token, expect: 401 });
  });

  it('opens nothing: unsigned', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { body } = await t.api.get('/v1/session');
    const claims = { iss: 'posthorn', aud: 'browser', jti: 'x', exp: 9_999_999_999, key: body['apiKey'] as string };
    const token = `${part({ alg: 'none', typ: 'JWT', kid: 'test' })}.${part(claims)}.`;
    await t.api.get('/v1/session', { ...browser(`posthorn_session=${token}`), expect: 401 });
  });

  it('opens nothing: changed by a letter', async () => {
    const { cookie } = await signIn(t.adminKey);
    const [head, payload, signature] = cookie.split('=')[1]!.split('.') as [string, string, string];
    const swap = (text: string): string => (text.startsWith('e') ? `f${text.slice(1)}` : `e${text.slice(1)}`);
    for (const token of [`${head}.${swap(payload)}.${signature}`, `${head}.${payload}.${swap(signature)}`]) {
      await t.api.get('/v1/session', { ...browser(`posthorn_session=${token}`), expect: 401 });
    }
  });

  it('is told from one that is', async () => {
    const { body } = await t.api.get('/v1/session');
    const token = await sign(t.deps.keyRing, { key: body['apiKey'] as string });
    await t.api.get('/v1/session', browser(`posthorn_session=${token}`));
    const tokens = new SessionTokens(t.deps.keyRing, t.deps.clock as never);
    expect(await tokens.read('browser', token)).toMatchObject({ keyId: parseTypeId('key', body['apiKey'] as string) });
  });
});

interface Forgery {
  audience?: string;
  issuer?: string;
  alg?: string;
  kid?: string | undefined;
  secret?: Uint8Array;
}

/** A token as ours are, but for what is said. */
function sign(ring: KeyRing, claims: Record<string, unknown>, forgery: Forgery = {}): Promise<string> {
  const { audience = 'browser', issuer = 'posthorn', alg = 'HS256', secret } = forgery;
  const kid = 'kid' in forgery ? forgery.kid : 'test';
  const now = Math.floor(Date.now() / 1000);
  const payload = { jti: 'a', iat: now, exp: now + 600, ...claims };
  const signed = new SignJWT(Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined)));
  return signed
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .setIssuer(issuer)
    .setAudience(audience)
    .sign(secret ?? ring.derive('test', 'browser sessions')!);
}
