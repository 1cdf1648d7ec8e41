import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTypeId } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
import { aTenant } from '../../support/factories.js';

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

async function configVersion(tenantId: string): Promise<number> {
  const sql = `SELECT config_version AS version FROM tenants WHERE id = $1`;
  const [row] = await t.db.query<{ version: number }>(sql, [parseTypeId('ten', tenantId)]);
  return row!.version;
}

const codes = (body: Record<string, unknown>): unknown => (body['errors'] as { pointer: string }[])[0]?.pointer;

describe('tenants', () => {
  it('are created with what was given, and read back the same by id and by uid', async () => {
    const given = { uid: 'shop-1', name: 'Shop', metadata: { plan: 'gold' }, settings: { maxEndpoints: 5 } };
    const { body, headers } = await t.api.post('/v1/tenants', given, { expect: 201 });
    expect(body).toMatchObject({ ...given, paused: false, pausedAt: null });
    expect(headers['location']).toBe(`/v1/tenants/${body['id']}`);
    for (const reference of [body['id'], 'shop-1']) {
      expect((await t.api.get(`/v1/tenants/${reference}`)).body).toEqual(body);
    }
  });

  it('have a uid of their own while they live', async () => {
    const first = await aTenant(t.api);
    const { body } = await t.api.post('/v1/tenants', { uid: first.uid, name: 'x' }, { expect: 409 });
    expect(body['code']).toBe('uid_taken');
    expect(codes(body)).toBe('/uid');
    const second = await aTenant(t.api);
    await t.api.patch(second.path(''), { uid: first.uid }, { expect: 409 });
    await t.api.delete(first.path(''), { expect: 204 });
    await t.api.post('/v1/tenants', { uid: first.uid, name: 'x' }, { expect: 201 });
  });

  it('are created or replaced by PUT under a uid', async () => {
    const path = '/v1/tenants/put-me';
    const made = await t.api.put(
      path,
      { name: 'One', metadata: { a: 1 }, settings: { allowHttp: true } },
      { expect: 201 },
    );
    expect(made.headers['location']).toBe(`/v1/tenants/${made.body['id']}`);
    const replaced = await t.api.put(path, { name: 'Two' }, { expect: 200 });
    expect(replaced.body).toMatchObject({
      id: made.body['id'],
      uid: 'put-me',
      name: 'Two',
      metadata: {},
      settings: {},
    });
    const byId = await t.api.put(`/v1/tenants/${made.body['id']}`, { name: 'Three' }, { expect: 200 });
    expect(byId.body).toMatchObject({ uid: 'put-me', name: 'Three' });
  });

  it('are made once when the same PUT comes many times at once', async () => {
    const calls = Array.from({ length: 8 }, () => t.api.put('/v1/tenants/race', { name: 'Race' }));
    const answers = await Promise.all(calls);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
  });

  it('refuse a PUT under what is neither an id nor a uid', async () => {
    await t.api.put('/v1/tenants/a%20b', { name: 'x' }, { expect: 422 });
    await t.api.put('/v1/tenants/ep_x', { name: 'x' }, { expect: 422 });
    await t.api.put('/v1/tenants/ten_01h455vb4pex5vsknk084sn02q', { name: 'x' }, { expect: 404 });
    const { body } = await t.api.put('/v1/tenants/other', { name: 'x', uid: 'another' }, { expect: 422 });
    expect(codes(body)).toBe('/uid');
  });

  it('are changed by a merge patch: what is left out stays, null clears', async () => {
    const tenant = await aTenant(t.api, {
      metadata: { a: 1, deep: { b: 2, c: 3 } },
      settings: { maxEndpoints: 5, allowHttp: true },
    });
    const patch = {
      metadata: { a: null, deep: { b: null } },
      settings: { maxEndpoints: null, publishPerSecond: null },
    };
    const { body } = await t.api.patch(tenant.path(''), patch, {
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(body).toMatchObject({ uid: tenant.uid, metadata: { deep: { c: 3 } } });
    expect(body['settings']).toEqual({ allowHttp: true });
    const cleared = await t.api.patch(tenant.path(''), { uid: null, metadata: null, settings: null });
    expect(cleared.body).toMatchObject({ uid: null, metadata: {}, settings: {} });
    await t.api.patch(tenant.path(''), { name: null }, { expect: 422 });
    await t.api.patch(tenant.path(''), {}, { expect: 200 });
  });

  it('take no more metadata through patches than at once', async () => {
    const tenant = await aTenant(t.api, { metadata: { a: 'x'.repeat(10_000) } });
    const { body } = await t.api.patch(tenant.path(''), { metadata: { b: 'x'.repeat(10_000) } }, { expect: 422 });
    expect(codes(body)).toBe('/metadata');
  });

  it('are paused and resumed, twice being the same as once', async () => {
    const tenant = await aTenant(t.api);
    const paused = await t.api.post(tenant.path('/pause'), undefined, { expect: 200 });
    expect(paused.body).toMatchObject({ paused: true });
    const again = await t.api.post(tenant.path('/pause'), undefined, { expect: 200 });
    expect(again.body['pausedAt']).toBe(paused.body['pausedAt']);
    const resumed = await t.api.post(tenant.path('/resume'), undefined, { expect: 200 });
    expect(resumed.body).toMatchObject({ paused: false, pausedAt: null });
  });

  it('raise their configuration version with every change', async () => {
    const tenant = await aTenant(t.api);
    const versions = [await configVersion(tenant.id)];
    const changes = [
      () => t.api.patch(tenant.path(''), { settings: { allowHttp: true } }),
      () => t.api.put(`/v1/tenants/${tenant.uid}`, { name: 'x' }),
      () => t.api.post(tenant.path('/pause')),
      () => t.api.post(tenant.path('/resume')),
      () => t.api.delete(tenant.path('')),
    ];
    for (const change of changes) {
      await change();
      versions.push(await configVersion(tenant.id));
    }
    expect(versions).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('are gone when they are deleted, with all that belongs to them', async () => {
    const tenant = await aTenant(t.api);
    await t.api.delete(tenant.path(''), { expect: 204 });
    for (const reference of [tenant.id, tenant.uid]) await t.api.get(`/v1/tenants/${reference}`, { expect: 404 });
    await t.api.delete(tenant.path(''), { expect: 404 });
    await t.api.patch(tenant.path(''), { name: 'x' }, { expect: 404 });
  });

  it('do not exist under names that cannot be', async () => {
    for (const reference of ['%00', 'x%00y', 'ten_%00', '%F0%9F%92%A9', 'x'.repeat(300), "';--"]) {
      await t.api.get(`/v1/tenants/${encodeURI(reference).replaceAll('%25', '%')}`, { expect: 404 });
    }
  });
});

describe('lists', () => {
  it('page through everything once, in both orders, newest first unless asked otherwise', async () => {
    const made: string[] = [];
    for (let count = 0; count < 5; count++) made.push((await aTenant(t.api)).id);
    const { body: first } = await t.api.get(`/v1/tenants?limit=1`);
    expect(first['data'][0].id).toBe(made.at(-1));
    for (const order of ['asc', 'desc']) {
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: Record<string, unknown> = (
          await t.api.get(`/v1/tenants?limit=2&order=${order}${cursor && `&cursor=${cursor}`}`)
        ).body;
        seen.push(...(page['data'] as { id: string }[]).map(({ id }) => id));
        cursor = page['nextCursor'] as string | null;
      }
      expect(new Set(seen).size).toBe(seen.length);
      const ours = seen.filter((id) => made.includes(id));
      expect(ours).toEqual(order === 'asc' ? made : [...made].reverse());
    }
  });

  it('refuse a cursor of another list, order or making', async () => {
    await aTenant(t.api);
    await aTenant(t.api);
    const { body } = await t.api.get('/v1/tenants?limit=1');
    const cursor = String(body['nextCursor']);
    await t.api.get(`/v1/tenants?limit=7&cursor=${cursor}`, { expect: 200 });
    const wrong = [`/v1/api-keys?cursor=${cursor}`, `/v1/tenants?order=asc&cursor=${cursor}`, '/v1/tenants?cursor=abc'];
    for (const path of wrong) {
      expect((await t.api.get(path, { expect: 400 })).body['code']).toBe('invalid_cursor');
    }
  });

  it('show what was created since one time and before another', async () => {
    const tenant = await aTenant(t.api);
    const { body } = await t.api.get(tenant.path(''));
    const createdMs = Date.parse(String(body['createdAt']));
    const at = (ms: number): string => encodeURIComponent(new Date(ms).toISOString());
    const ids = async (query: string): Promise<string[]> => {
      const list = await t.api.get(`/v1/tenants?limit=250&${query}`);
      return list.body['data'].map(({ id }: { id: string }) => id);
    };
    expect(await ids(`since=${at(createdMs - 5_000)}&until=${at(createdMs + 5_000)}`)).toContain(tenant.id);
    expect(await ids(`until=${at(createdMs - 5_000)}`)).not.toContain(tenant.id);
    expect(await ids(`since=${at(createdMs + 5_000)}`)).not.toContain(tenant.id);
  });
});

describe('the switch of the platform', () => {
  it('is turned on and off, twice being the same as once', async () => {
    const first = await t.api.post('/v1/deliveries/pause', undefined, { expect: 200 });
    expect(first.body).toMatchObject({ paused: true });
    expect((await t.api.post('/v1/deliveries/pause')).body).toEqual(first.body);
    expect((await t.api.post('/v1/deliveries/resume')).body).toEqual({ paused: false, pausedAt: null });
  });
});
