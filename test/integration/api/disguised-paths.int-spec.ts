import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';

/** However a target is written: what serves it decides whether it needs a key, not how it looks. */

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

/** Sends the target exactly as it is, which URL parsers do not. */
function ask(method: string, target: string, headers: Record<string, string> = {}): Promise<number> {
  const { hostname, port } = new URL(t.url);
  const body = '{"name":"Mallory","role":"admin"}';
  const fields = { 'content-type': 'application/json', 'content-length': String(body.length), ...headers };
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, method, path: target, headers: fields, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    call.on('error', reject).end(body);
  });
}

const DISGUISES = [
  '/%761/api-keys',
  '/v%31/api-keys',
  '/%76%31/api%2dkeys',
  '/v1/api-key%73',
  'http://posthorn.example/v1/api-keys',
  'http://posthorn.example/%761/api-keys?limit=1',
];

describe('a disguised path', () => {
  it.each(DISGUISES)('needs a key: %s', async (target) => {
    expect(await ask('POST', target)).toBe(401);
    expect(await ask('GET', target)).toBe(401);
    expect(await t.db.query(`SELECT FROM api_keys WHERE name = 'Mallory'`)).toEqual([]);
  });

  it.each([...DISGUISES, '/%76%31', '/v1%2Fapi-keys', '/%761/nothing', 'HTTP://posthorn.example/v1/nothing'])(
    'tells nothing without one: %s',
    async (target) => {
      expect(await ask('GET', target)).toBe(401);
      expect(await ask('PURGE', target)).toBe(401);
    },
  );

  it('works with one', async () => {
    const authorization = `Bearer ${t.adminKey}`;
    for (const target of DISGUISES) expect(await ask('GET', target, { authorization })).toBe(200);
  });
});
