import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { anEndpoint, aTenant, tenantConfigVersion } from './factories.js';

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

interface Secret {
  id: string;
  secret: string;
  createdAt: string;
  activatesAt: string;
  expiresAt: string | null;
}

async function setup() {
  const tenant = await aTenant(t.api);
  const endpoint = await anEndpoint(t.api, tenant.id);
  const path = `${endpoint.path}/secrets`;
  return {
    tenant,
    endpoint,
    path,
    list: async () => (await t.api.get<{ data: Secret[] }>(path, { expect: 200 })).body.data,
    rotate: async (body: object = {}) => (await t.api.post<Secret>(`${path}/rotate`, body, { expect: 201 })).body,
  };
}

const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
const secondsBetween = (a: string, b: string): number => (Date.parse(b) - Date.parse(a)) / 1_000;

describe('secrets', () => {
  it('begin with the one that the endpoint was made with', async () => {
    const { endpoint, list } = await setup();
    expect(await list()).toEqual([
      {
        id: expect.stringMatching(/^sec_/),
        secret: endpoint.secret,
        secretEncoding: 'whsec',
        whsec: endpoint.secret,
        publicKey: null,
        createdAt: expect.any(String),
        activatesAt: expect.any(String),
        expiresAt: null,
      },
    ]);
  });

  it('rotate: the new one signs at once, the older ones for the grace period', async () => {
    const { tenant, endpoint, path, list } = await setup();
    const before = await tenantConfigVersion(t.db, tenant.id);
    const { body, headers } = await t.api.post(`${path}/rotate`, undefined, { expect: 201 });
    expect(headers['location']).toBe(`${path}/${body['id']}`);
    const [newest, old, ...more] = await list();
    expect(more).toEqual([]);
    expect(newest).toEqual(body);
    expect(newest).toMatchObject({ expiresAt: null, secret: expect.stringMatching(/^whsec_/) });
    expect(old!.secret).toBe(endpoint.secret);
    expect(secondsBetween(newest!.activatesAt, old!.expiresAt!)).toBeCloseTo(86_400, 0);
    expect(await tenantConfigVersion(t.db, tenant.id)).toBe(before + 1);
    expect((await t.api.get(endpoint.path)).body['version']).toBe(2);
  });

  it.each(['hex', 'base64', 'utf8'] as const)(
    'rotate to one that is brought along, and show it as it came (%s)',
    async (form) => {
      const { list, rotate } = await setup();
      const key = Buffer.alloc(32, 'k');
      const brought = { secret: key.toString(form), secretEncoding: form };
      const rotated = await rotate(brought);
      expect(rotated).toMatchObject({ ...brought, whsec: `whsec_${key.toString('base64')}` });
      expect((await list())[0]).toEqual(rotated);
    },
  );

  it('rotate without grace leaves the new one alone', async () => {
    const { list, rotate } = await setup();
    const rotated = await rotate({ graceSeconds: 0 });
    expect(await list()).toEqual([rotated]);
  });

  it('rotate later: the old one signs until the grace after that, and only one may wait', async () => {
    const { path, list, rotate } = await setup();
    const rotated = await rotate({ activatesAt: inHours(2), graceSeconds: 60 });
    const [, old] = await list();
    expect(secondsBetween(rotated.activatesAt, old!.expiresAt!)).toBeCloseTo(60, 0);
    const { body } = await t.api.post(`${path}/rotate`, {}, { expect: 409 });
    expect(body['detail']).toContain(rotated.id);
  });

  it('never shorten to nothing an end that was given before', async () => {
    const { list, rotate } = await setup();
    await rotate({ graceSeconds: 60 });
    const before = (await list()).at(-1)!;
    await rotate({ graceSeconds: 3_600 });
    expect((await list()).at(-1)).toEqual(before);
  });

  it('are at most ten', async () => {
    const { path, list, rotate } = await setup();
    for (let count = 1; count < 10; count++) await rotate();
    expect(await list()).toHaveLength(10);
    expect((await t.api.post(`${path}/rotate`, {}, { expect: 422 })).body['code']).toBe('limit_exceeded');
  });

  it('are at rest only sealed', async () => {
    const { endpoint } = await setup();
    const rows = await t.db.query<{ text: string }>(
      `SELECT encode(sealed_secret, 'escape') AS text FROM endpoint_secrets`,
    );
    expect(rows.map(({ text }) => text).join()).not.toContain(endpoint.secret.slice(6, 30));
  });
});

describe('revoking a secret', () => {
  it('ends it at once', async () => {
    const { path, list, rotate } = await setup();
    const rotated = await rotate();
    const [, old] = await list();
    await t.api.delete(`${path}/${old!.id}`, { expect: 204 });
    expect(await list()).toEqual([rotated]);
    await t.api.delete(`${path}/${old!.id}`, { expect: 404 });
  });

  it('never takes the last live one', async () => {
    const { path, list, rotate } = await setup();
    const [only] = await list();
    expect((await t.api.delete(`${path}/${only!.id}`, { expect: 409 })).body['code']).toBe('conflict');
    await rotate({ activatesAt: inHours(1) });
    await t.api.delete(`${path}/${only!.id}`, { expect: 409 });
    expect(await list()).toHaveLength(2);
  });

  it('of the newest lets the one before live on', async () => {
    const { endpoint, path, list, rotate } = await setup();
    const rotated = await rotate();
    await t.api.delete(`${path}/${rotated.id}`, { expect: 204 });
    expect(await list()).toMatchObject([{ secret: endpoint.secret, expiresAt: null }]);
  });

  it('calls off a rotation whose time has not come', async () => {
    const { path, list, rotate } = await setup();
    const rotated = await rotate({ activatesAt: inHours(1) });
    await t.api.delete(`${path}/${rotated.id}`, { expect: 204 });
    expect(await list()).toMatchObject([{ expiresAt: null }]);
    await rotate();
  });

  it('leaves one of two when both are revoked at once', async () => {
    const { path, list, rotate } = await setup();
    await rotate();
    const both = await list();
    await Promise.allSettled(both.map(({ id }) => t.api.delete(`${path}/${id}`)));
    expect(await list()).toHaveLength(1);
  });

  it('takes the last of a kind that no scheme signs with any more, and only then', async () => {
    const { endpoint, path, list } = await setup();
    await t.api.patch(endpoint.path, { signing: [{ scheme: 'standard' }, { scheme: 'standard-ed25519' }] });
    const [pair] = await list();
    await t.api.delete(`${path}/${pair!.id}`, { expect: 409 });
    await t.api.patch(endpoint.path, { signing: null });
    await t.api.delete(`${path}/${pair!.id}`, { expect: 204 });
    expect(await list()).toMatchObject([{ secret: endpoint.secret }]);
  });

  it('answers 404 for what is no secret of the endpoint', async () => {
    const { path } = await setup();
    const other = await setup();
    const [theirs] = await other.list();
    for (const id of ['sec_01h455vb4pex5vsknk084sn02q', 'nothing', theirs!.id]) {
      const { body } = await t.api.delete(`${path}/${id}`, { expect: 404 });
      expect(body['code']).toBe('not_found');
    }
  });
});

describe('bad input to a rotation', () => {
  it.each<[object, string]>([
    [{ secret: 7 }, '/secret wrong_type'],
    [{ secret: 'short' }, '/secret invalid'],
    [{ secret: `whsec_${Buffer.alloc(65).toString('base64')}` }, '/secret invalid'],
    [{ secretEncoding: 'hex' }, '/secretEncoding invalid'],
    [{ secret: 'zz', secretEncoding: 'base32' }, '/secretEncoding not_allowed'],
    [{ graceSeconds: -1 }, '/graceSeconds too_small'],
    [{ graceSeconds: 2_592_001 }, '/graceSeconds too_large'],
    [{ graceSeconds: '60' }, '/graceSeconds wrong_type'],
    [{ activatesAt: 'tomorrow' }, '/activatesAt invalid'],
    [{ activatesAt: '2020-01-01T00:00:00Z' }, '/activatesAt out_of_range'],
    [{ activatesAt: '2999-01-01T00:00:00Z' }, '/activatesAt out_of_range'],
    [{ activatesAt: '2026-11-24T12:00:00' }, '/activatesAt invalid'],
    [{ grace: 1 }, '/grace unknown_field'],
    [{ kind: 'rsa' }, '/kind not_allowed'],
    [{ kind: 'ed25519' }, '/kind invalid'],
    [{ kind: 'ed25519', secret: 'a', secretEncoding: 'utf8' }, '/kind invalid'],
    [{ secret: `whsk_${Buffer.alloc(32).toString('base64')}` }, '/secret invalid'],
  ])('%j is refused with %s', async (body, error) => {
    const { path } = await setup();
    const answer = await t.api.post(`${path}/rotate`, body, { expect: 422 });
    const errors = answer.body['errors'] as { pointer: string; code: string }[];
    expect(errors.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([error]);
  });

  it('refuses a secret that the endpoint has already', async () => {
    const { endpoint, path } = await setup();
    await t.api.post(`${path}/rotate`, { secret: endpoint.secret }, { expect: 422 });
  });
});
