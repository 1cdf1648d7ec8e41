import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, anEndpoint, aTenant } from '../../support/factories.js';

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

interface Refusal {
  code: string;
  errors: { pointer: string; code: string; message: string }[];
}

async function refused(body: unknown, status = 422): Promise<Refusal> {
  return (await t.api.post<Refusal>('/v1/tenants', body, { expect: status })).body;
}

/** A database that fails in a way nobody thought of, when tenants are read. */
function withoutTenants(db: TestApi['db']): TestApi['db'] {
  const broken = Object.create(db) as TestApi['db'];
  broken.query = (sql, values) => {
    if (typeof sql === 'string' && sql.includes('FROM tenants')) throw new TypeError('a secret of the inside');
    return db.query(sql, values);
  };
  return broken;
}

describe('a refusal', () => {
  it('comes as 401 before anything else, on paths that do not exist too', async () => {
    for (const path of ['/v1', '/v1/tenants', '/v1/nothing', '/v1/tenants/x/nothing']) {
      const { body, headers } = await t.api.get(path, { key: null, expect: 401 });
      expect(body).toMatchObject({ status: 401, code: 'unauthenticated', instance: path });
      expect(headers['www-authenticate']).toContain('Bearer');
      expect(headers['content-type']).toContain('application/problem+json');
      expect(body['requestId']).toBe(headers['x-request-id']);
    }
    await t.api.post('/v1/tenants', '{', { key: 'wrong', expect: 401 });
    await t.api.post('/health/live', {}, { key: null, expect: 405 });
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer a b', 'phk_x', `Bearer ${'k'.repeat(5000)}`])(
    'comes as 401 for the Authorization "%s"',
    async (authorization) => {
      await t.api.get('/v1/tenants', { key: null, headers: { authorization }, expect: 401 });
    },
  );

  it('comes as 404 for an unknown route, under /v1 and outside', async () => {
    for (const path of ['/v1/nothing', '/nothing', '/v1/tenants/x/y/z?a=b']) {
      const { body } = await t.api.get(path, { expect: 404 });
      expect(body).toMatchObject({ code: 'route_not_found', status: 404, instance: path.split('?')[0] });
    }
  });

  it('comes as 405 with the methods that the path does take', async () => {
    const { body, headers } = await t.api.delete('/v1/tenants', { expect: 405 });
    expect(body['code']).toBe('method_not_allowed');
    expect(headers['allow']?.split(', ')).toEqual(expect.arrayContaining(['GET', 'POST']));
    await t.api.call('PUT', '/health/live', {}, { expect: 405 });
  });

  it('comes as 400 for what is not JSON, and says where it breaks', async () => {
    for (const text of ['{', '{"name": }', 'nonsense', '{"name":"x"}}']) {
      const { body } = await t.api.post('/v1/tenants', text, { expect: 400 });
      expect(body['code']).toBe('malformed_json');
      expect(body['detail']).toMatch(/^The body is not JSON: /);
    }
  });

  it('comes as 400 for broken UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect((await t.api.post('/v1/tenants', bytes, { expect: 400 })).body['code']).toBe('invalid_utf8');
  });

  it('comes as 400 for a path with a broken escape', async () => {
    const { body } = await t.api.get('/v1/tenants/%zz', { expect: 400 });
    expect(body['code']).toBe('bad_request');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'])(
    'comes as 415 for %s',
    async (type) => {
      const { body } = await t.api.post('/v1/tenants', 'a=b', { headers: { 'content-type': type }, expect: 415 });
      expect(body['code']).toBe('unsupported_media_type');
    },
  );

  it('comes as 415 for JSON in another character set or encoding, and takes UTF-8 by any name', async () => {
    const others: Record<string, string>[] = [
      { 'content-type': 'application/json; charset=iso-8859-1' },
      { 'content-encoding': 'gzip' },
    ];
    for (const headers of others) {
      await t.api.post('/v1/tenants', { name: 'x' }, { headers, expect: 415 });
      await t.api.post('/v1/events', { type: 'x' }, { headers, expect: 415 });
    }
    for (const type of ['application/json;charset=UTF-8', 'application/json; charset="utf8"', 'APPLICATION/JSON']) {
      await t.api.post('/v1/tenants', { name: 'x' }, { headers: { 'content-type': type }, expect: 201 });
    }
  });

  it.each([101, 5_000, 500_000])('comes as 400 for JSON that is %d levels deep', async (levels) => {
    const value = '['.repeat(levels - 2) + ']'.repeat(levels - 2);
    const { body } = await t.api.post('/v1/tenants', `{"name":"x","metadata":{"a":${value}}}`, { expect: 400 });
    expect(body['code']).toBe('too_deep');
  });

  it('does not come for JSON that is 100 levels deep', async () => {
    const value = '{"a":'.repeat(99) + '1' + '}'.repeat(99);
    await t.api.post('/v1/tenants', `{"name":"x","metadata":${value}}`, { expect: 201 });
  });

  it('comes as 413 for a body over the limit', async () => {
    const { body } = await t.api.post('/v1/tenants', { name: 'x'.repeat(1_200_000) }, { expect: 413 });
    expect(body['code']).toBe('too_large');
  });

  it('reaches a client that is still sending a body over the limit', async () => {
    const large = Buffer.alloc(30_000_000, 0x20);
    for (let time = 0; time < 5; time++) {
      for (const path of ['/v1/events/batch', '/v1/tenants']) await t.api.post(path, large, { expect: 413 });
    }
  });

  it('comes as 422 with each field and reason', async () => {
    const body = await refused({ nme: 'x', uid: 'ten_x', settings: { maxEndpoints: 'x', more: 1 }, metadata: [] });
    expect(body.code).toBe('validation_failed');
    expect(body.errors.map(({ pointer, code }) => `${pointer} ${code}`).sort()).toEqual([
      '/metadata wrong_type',
      '/name required',
      '/nme unknown_field',
      '/settings/maxEndpoints wrong_type',
      '/settings/more unknown_field',
      '/uid invalid',
    ]);
    for (const { message } of body.errors) expect(message).not.toMatch(/constraint|class|undefined/);
  });

  it.each([
    ['a list', [], ''],
    ['a text', '"x"', ''],
    ['a number', '7', ''],
    ['null', 'null', '/name'],
    ['nothing', '', '/name'],
  ])('comes as 422 for %s in place of an object', async (_, body, pointer) => {
    expect((await refused(body)).errors[0]?.pointer).toBe(pointer);
  });

  it.each([
    [{ name: 1 }, '/name'],
    [{ name: '' }, '/name'],
    [{ name: 'x'.repeat(257) }, '/name'],
    [{ name: null }, '/name'],
    [{ name: ['x'] }, '/name'],
    [{ name: 'a\u0000b' }, '/name'],
    [{ name: '\ud800' }, '/name'],
    [{ name: 'x', uid: 7 }, '/uid'],
    [{ name: 'x', uid: '' }, '/uid'],
    [{ name: 'x', uid: 'a b' }, '/uid'],
    [{ name: 'x', uid: 'x'.repeat(257) }, '/uid'],
    [{ name: 'x', metadata: 'x' }, '/metadata'],
    [{ name: 'x', metadata: { big: 'x'.repeat(17_000) } }, '/metadata'],
    [{ name: 'x', settings: [] }, '/settings'],
    [{ name: 'x', settings: 'x' }, '/settings'],
    [{ name: 'x', settings: { allowHttp: 'true' } }, '/settings/allowHttp'],
    [{ name: 'x', settings: { maxEndpoints: -1 } }, '/settings/maxEndpoints'],
    [{ name: 'x', settings: { maxEndpoints: 1.5 } }, '/settings/maxEndpoints'],
    ['{"name":"x","__proto__":{"a":1}}', '/__proto__'],
    [{ name: 'x', constructor: { prototype: {} } }, '/constructor'],
    [{ name: 'x', 'a/b~c': 1 }, '/a~1b~0c'],
  ])('comes as 422 for %j, pointing at %s', async (body, pointer) => {
    expect((await refused(body)).errors.map((error) => error.pointer)).toEqual([pointer]);
  });

  it.each([
    ['limit=0', '?limit'],
    ['limit=251', '?limit'],
    ['limit=1.5', '?limit'],
    ['limit=x', '?limit'],
    ['limit=1&limit=2', '?limit'],
    ['order=up', '?order'],
    ['since=yesterday', '?since'],
    ['since=2026-01-01', '?since'],
    ['until=2026-13-01T00:00:00Z', '?until'],
    ['nothing=1', '?nothing'],
    ['cursor=%00', '?cursor'],
  ])('comes as 422 for the query %s', async (query, pointer) => {
    const { body } = await t.api.get<Refusal>(`/v1/tenants?${query}`, { expect: 422 });
    expect(body.errors.map((error) => error.pointer)).toEqual([pointer]);
  });

  it.each(['tenants', 'api-keys', 'event-types', 'events', 'deliveries'])(
    'comes as 400 for a forged cursor of %s',
    async (list) => {
      for (let made = 0; made < 2; made++) {
        const tenant = await aTenant(t.api);
        await aKey(t.api, 'support');
        await t.api.put(`/v1/event-types/made.${tenant.uid}`, { description: 'x' });
        await anEndpoint(t.api, tenant);
        await t.api.post('/v1/events', { tenant: tenant.id, type: 'a', data: 1 });
      }
      const { nextCursor } = (await t.api.get<{ nextCursor: string }>(`/v1/${list}?limit=1`)).body;
      const [binding] = Buffer.from(nextCursor, 'base64url').toString().split('.');
      for (const position of [
        'x',
        "' OR true",
        '1.1',
        '99999999999999999999 a',
        '00000000-0000-0000-0000-00000000000g',
      ]) {
        const cursor = Buffer.from(`${binding}.${position}`).toString('base64url');
        const { body } = await t.api.get(`/v1/${list}?limit=1&cursor=${cursor}`, { expect: 400 });
        expect(body['code']).toBe('invalid_cursor');
      }
    },
  );

  it('comes as 422 for query parameters and bodies where none are taken', async () => {
    const tenant = await aTenant(t.api);
    const endpoint = await anEndpoint(t.api, tenant);
    const at = tenant.path(`/endpoints/${endpoint.id}`);
    for (const [method, path] of [
      ['GET', tenant.path('')],
      ['GET', `${at}/secrets`],
      ['GET', `${at}/health`],
      ['PATCH', at],
      ['POST', `${at}/pause`],
      ['POST', '/v1/events'],
      ['DELETE', at],
    ] as const) {
      const { body } = await t.api.call(method, `${path}?force=1`, method === 'PATCH' ? {} : undefined, {
        expect: 422,
      });
      expect(body['errors']).toMatchObject([{ pointer: '?force', code: 'unknown_field' }]);
    }
    for (const [method, path] of [
      ['POST', tenant.path('/pause')],
      ['POST', '/v1/deliveries/pause'],
      ['DELETE', at],
    ] as const) {
      const { body } = await t.api.call(method, path, { force: true }, { expect: 422 });
      expect(body['errors']).toMatchObject([{ pointer: '/force', code: 'unknown_field' }]);
      await t.api.call(method, path, [], { expect: 422 });
    }
    expect((await t.api.get(tenant.path(''))).body['paused']).toBe(false);
    await t.api.post(tenant.path('/pause'), {}, { expect: 200 });
  });

  it('says nothing of a surprise but its request, and logs it with that', async () => {
    const broken = await startApi({ deps: (deps) => ({ ...deps, db: withoutTenants(deps.db) }) });
    const { body, text } = await broken.api.get('/v1/tenants', { expect: 500 });
    expect(body['code']).toBe('internal_error');
    expect(text).not.toMatch(/secret of the inside|TypeError|\.ts/);
    const logged = broken.logs.find((line) => line['requestId'] === body['requestId']);
    expect(logged).toMatchObject({ level: 'error', err: { message: 'a secret of the inside' } });
    await broken.close();
  });

  it('comes for what is not HTTP at all, and the connection is closed', async () => {
    const { port } = new URL(t.url);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
      socket.on('data', (part) => (text += String(part)));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1.1 400/);
  });
});

describe('metadata', () => {
  it('is kept as it came, whatever its keys are called', async () => {
    const metadata = '{"constructor":"c","__proto__":{"a":1},"prototype":[{"b":null}],"toString":1,"ü":"é\\u0000"}';
    const { body, text } = await t.api.post('/v1/tenants', `{"name":"x","metadata":${metadata}}`, { expect: 201 });
    expect(text).toContain(`"metadata":${metadata}`);
    const read = await t.api.get(`/v1/tenants/${body['id']}`);
    expect(read.text).toContain(`"metadata":${metadata}`);
  });
});
