import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';

/** Promises that hold for every operation of the OpenAPI document, those that are added tomorrow included. */

interface Operation {
  method: string;
  path: string;
}

let t: TestApi;
let tenant: MadeTenant;
let operations: Operation[];
let names: Record<string, string>;
beforeAll(async () => {
  t = await startApi();
  tenant = await aTenant(t.api);
  const endpoint = await anEndpoint(t.api, tenant);
  names = { tenant: tenant.id, endpoint: endpoint.id };
  const { paths } = (await t.api.get('/openapi.json')).body;
  operations = Object.entries(paths as Record<string, object>)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })))
    .filter(({ method }) => /^(GET|POST|PUT|PATCH|DELETE)$/.test(method))
    // What is deleted cannot be asked for anything else.
    .sort((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE') || b.path.length - a.path.length);
});
afterAll(() => t.close());

/** The path with its parameters filled in; what is not given is called `nothing`. */
function fill(path: string, values: Record<string, string> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'nothing');
}

const BODIES = [undefined, {}, [], '"text"', '{', '{"__proto__":{"a":1}}', { nothing: 1 }, '['.repeat(9_000)];
const QUERIES = ['', '?limit=x', '?cursor=nothing', '?nothing=1', '?since=x&until=%00', '?tenant=%00&endpoint=nobody'];

/** Calls, and answers the status; the client has held the answer against the document. */
async function call({ method, path }: Operation, body?: unknown, key?: string | null): Promise<number> {
  const { status } = await t.api.call(method, path, body, { expect: 'any', ...(key === undefined ? {} : { key }) });
  return status;
}

describe('every operation', () => {
  it('is there', () => {
    expect(operations.length).toBeGreaterThan(40);
  });

  it('asks for a key first', async () => {
    for (const { method, path } of operations) {
      expect([path, await call({ method, path: fill(path) }, '{', null)]).toEqual([path, 401]);
    }
  });

  it('keeps a tenant’s key away from another tenant', async () => {
    const stranger = await aTenant(t.api);
    const { key } = await aKey(t.api, 'tenant', { tenant: stranger.id });
    for (const { method, path } of operations.filter((one) => one.path.includes('{tenant}'))) {
      const status = await call({ method, path: fill(path, names) }, {}, key);
      expect([403, 404]).toContain(status);
    }
  });

  it('answers nonsense as the document says, and never with our fault', async () => {
    for (const { method, path } of operations) {
      for (const values of [{}, names]) {
        const target = fill(path, values);
        const calls =
          method === 'GET'
            ? QUERIES.map((query) => ({ path: target + query, body: undefined }))
            : BODIES.map((body) => ({ path: target, body }));
        for (const one of calls) {
          expect(await call({ method, path: one.path }, one.body)).toBeLessThan(500);
        }
      }
    }
  });
});
