import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Statement } from '#database';
import { parseTypeId } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, aTenant, type MadeTenant } from '../../support/factories.js';
import { waitFor } from '../../support/wait-for.js';
import { IN_TIME } from '../../support/in-time.js';

let t: TestApi;
let acme: MadeTenant;
let other: MadeTenant;
beforeAll(async () => {
  t = await startApi();
  acme = await aTenant(t.api);
  other = await aTenant(t.api);
});
afterAll(() => t.close());

describe('API keys', () => {
  it('are shown once, and are recognised by how they begin', async () => {
    const { body, headers } = await t.api.post('/v1/api-keys', { name: 'ci', role: 'publisher' }, { expect: 201 });
    expect(body['key']).toMatch(/^phk_[a-z0-9]{8}_[A-Za-z0-9_-]{43}[A-Za-z0-9]{6}$/);
    expect(body['key']).toContain(body['prefix']);
    expect(headers['location']).toBe(`/v1/api-keys/${body['id']}`);
    const read = await t.api.get(headers['location']!);
    const { key: _, ...rest } = body;
    expect(read.body).toEqual(rest);
    const list = await t.api.get('/v1/api-keys?limit=250');
    expect(list.text).not.toContain(body['key']);
    expect(list.body['data'].map(({ id }: { id: string }) => id)).toContain(body['id']);
  });

  it('are stored only as their hash', async () => {
    const { key } = await aKey(t.api, 'publisher');
    const rows = await t.db.query<{ row: string }>(`SELECT api_keys::text AS row FROM api_keys`);
    expect(rows.some(({ row }) => row.includes(key) || row.includes(key.slice(13)))).toBe(false);
  });

  it('go on opening if they were made before keys had checksums', async () => {
    const { id, key } = await aKey(t.api, 'admin');
    const old = key.slice(0, 56);
    await t.db.query(`UPDATE api_keys SET hash = sha256($2::text::bytea) WHERE id = $1`, [parseTypeId('key', id), old]);
    await t.api.get('/v1/tenants', { key: old });
  });

  it('are refused without a look into the database when their checksum is wrong', async () => {
    const { key } = await aKey(t.api, 'admin');
    const mistyped = `${key.slice(0, 20)}${key[20] === 'x' ? 'y' : 'x'}${key.slice(21)}`;
    const query = t.deps.db.query.bind(t.deps.db);
    const asked: string[] = [];
    t.deps.db.query = ((sql: string | Statement, values: unknown[]) => {
      const text = typeof sql === 'string' ? sql : sql.text;
      // What the API does by the clock meanwhile is none of its business.
      if (text.includes('FROM api_keys')) asked.push(text);
      return query(sql, values);
    }) as never;
    try {
      const { body } = await t.api.get('/v1/tenants', { key: mistyped, expect: 401 });
      expect(body['detail']).toBe('The API key is unknown, revoked or expired.');
      expect(asked).toEqual([]);
      await t.api.get('/v1/tenants', { key, expect: 200 });
      expect(asked).toHaveLength(1);
    } finally {
      t.deps.db.query = query;
    }
  });

  it('are dead at once when they are revoked', async () => {
    const { id, key } = await aKey(t.api, 'admin');
    await t.api.get('/v1/tenants', { key });
    await t.api.delete(`/v1/api-keys/${id}`, { expect: 204 });
    await t.api.get('/v1/tenants', { key, expect: 401 });
    await t.api.get(`/v1/api-keys/${id}`, { expect: 404 });
    await t.api.delete(`/v1/api-keys/${id}`, { expect: 404 });
  });

  it('are dead in every process within seconds of being revoked elsewhere', IN_TIME, async () => {
    const { key } = await aKey(t.api, 'admin');
    await t.api.get('/v1/tenants', { key });
    await t.db.query(`UPDATE api_keys SET revoked_at = now() WHERE prefix = $1`, [key.slice(0, 12)]);
    await waitFor(() => t.api.get('/v1/tenants', { key, expect: 401 }).then(() => undefined), { timeoutMs: 4_000 });
  });

  it('end when they expire', IN_TIME, async () => {
    const expiresAt = new Date(Date.now() + 1_000).toISOString();
    const { key } = await aKey(t.api, 'admin', { expiresAt });
    await t.api.get('/v1/tenants', { key });
    await waitFor(() => t.api.get('/v1/tenants', { key, expect: 401 }).then(() => undefined), { timeoutMs: 4_000 });
  });

  it('note when they were last used', async () => {
    const { id, key } = await aKey(t.api, 'admin');
    expect((await t.api.get(`/v1/api-keys/${id}`)).body['lastUsedAt']).toBeNull();
    await t.api.get('/v1/tenants', { key });
    await waitFor(async () => {
      expect((await t.api.get(`/v1/api-keys/${id}`)).body['lastUsedAt']).toMatch(/^20/);
    });
  });

  it.each([
    [{ role: 'admin' }, '/name'],
    [{ name: 'x' }, '/role'],
    [{ name: 'x', role: 'root' }, '/role'],
    [{ name: 'x', role: 'tenant' }, '/tenant'],
    [{ name: 'x', role: 'tenant', tenant: null }, '/tenant'],
    [{ name: 'x', role: 'admin', tenant: 'acme' }, '/tenant'],
    [{ name: 'x', role: 'admin', tenants: ['acme'] }, '/tenants'],
    [{ name: 'x', role: 'support', eventTypes: ['a'] }, '/eventTypes'],
    [{ name: 'x', role: 'publisher', eventTypes: [] }, '/eventTypes'],
    [{ name: 'x', role: 'publisher', eventTypes: ['a.*.b'] }, '/eventTypes/0'],
    [{ name: 'x', role: 'publisher', eventTypes: ['a', 7] }, '/eventTypes'],
    [{ name: 'x', role: 'publisher', tenants: ['nobody'] }, '/tenants/0'],
    [{ name: 'x', role: 'tenant', tenant: 'nobody' }, '/tenant'],
    [{ name: 'x', role: 'tenant', tenant: '' }, '/tenant'],
    [{ name: 'x', role: 'admin', tenant: '' }, '/tenant'],
    [{ name: 'x', role: 'admin', expiresAt: '2020-01-01T00:00:00Z' }, '/expiresAt'],
    [{ name: 'x', role: 'admin', expiresAt: 'soon' }, '/expiresAt'],
    [{ name: 'x', role: 'admin', requestsPerSecond: 0 }, '/requestsPerSecond'],
    [{ name: 'x', role: 'admin', requestsPerSecond: 1.5 }, '/requestsPerSecond'],
    [{ name: 'x', role: 'admin', key: 'mine' }, '/key'],
  ])('are refused for %j, pointing at %s', async (body, pointer) => {
    const { body: problem } = await t.api.post('/v1/api-keys', body, { expect: 422 });
    expect(problem['errors'].map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
  });

  it('name their tenants by our ids, whatever they were named by', async () => {
    const fields = {
      name: 'x',
      role: 'publisher',
      tenants: [acme.uid, acme.id, other.uid],
      eventTypes: ['pay.*', '*'],
    };
    const { body } = await t.api.post('/v1/api-keys', fields);
    expect(body).toMatchObject({ tenants: [acme.id, other.id], eventTypes: ['pay.*', '*'], tenant: null });
  });
});

describe('roles', () => {
  const keys: Record<string, string> = {};
  beforeAll(async () => {
    for (const role of ['publisher', 'support']) keys[role] = (await aKey(t.api, role)).key;
    keys['tenant'] = (await aKey(t.api, 'tenant', { tenant: acme.id })).key;
  });

  it.each([
    ['POST', '/v1/tenants'],
    ['PUT', '/v1/tenants/x'],
    ['PATCH', '/v1/tenants/x'],
    ['DELETE', '/v1/tenants/x'],
    ['POST', '/v1/api-keys'],
    ['GET', '/v1/api-keys'],
    ['DELETE', '/v1/api-keys/x'],
  ])('other than admin may not %s %s, whatever the body', async (method, path) => {
    for (const role of ['publisher', 'support', 'tenant']) {
      const key = keys[role]!;
      const { body } = await t.api.call(method, path, method === 'GET' ? undefined : [], { key, expect: 403 });
      expect(body['code']).toBe('forbidden');
      expect(body['detail']).toContain(role);
    }
  });

  it('let a tenant see itself and nobody else', async () => {
    const key = keys['tenant']!;
    expect((await t.api.get(`/v1/tenants/${acme.uid}`, { key })).body['id']).toBe(acme.id);
    for (const reference of [other.id, other.uid, 'nobody', 'ten_x']) {
      const { body } = await t.api.get(`/v1/tenants/${reference}`, { key, expect: 404 });
      expect(body['code']).toBe('not_found');
      await t.api.post(`/v1/tenants/${reference}/pause`, undefined, { key, expect: 404 });
    }
    const list = await t.api.get('/v1/tenants', { key });
    expect(list.body['data'].map(({ id }: { id: string }) => id)).toEqual([acme.id]);
  });

  it('end with the tenant', async () => {
    const gone = await aTenant(t.api);
    const { key } = await aKey(t.api, 'tenant', { tenant: gone.id });
    await t.api.get(gone.path(''), { key });
    await t.api.delete(gone.path(''), { expect: 204 });
    await t.api.get(gone.path(''), { key, expect: 401 });
  });
});
