import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';
import { waitFor } from '../../support/wait-for.js';

const event = (tenant: MadeTenant, fields: object = {}) => ({ tenant: tenant.id, type: 'a.b', data: {}, ...fields });

describe('limits of size and number', () => {
  let t: TestApi;
  beforeAll(async () => {
    t = await startApi({
      env: {
        POSTHORN_MAX_EVENT_BYTES: '2000',
        POSTHORN_MAX_METADATA_BYTES: '100',
        POSTHORN_MAX_BATCH_BYTES: '5000',
        POSTHORN_MAX_BATCH_EVENTS: '3',
        POSTHORN_MAX_JSON_DEPTH: '6',
        POSTHORN_MAX_ENDPOINTS: '2',
        POSTHORN_MAX_SUBSCRIPTIONS: '2',
      },
    });
  });
  afterAll(() => t.close());

  it.each([
    ['an event that is too large', { data: 'x'.repeat(2_000) }, 413, 'too_large'],
    ['metadata that is too large', { metadata: { a: 'x'.repeat(100) } }, 422, 'validation_failed'],
    ['data that is too deep', { data: [[[[[[]]]]]] }, 400, 'too_deep'],
  ])('refuse %s', async (_, fields, status, code) => {
    const answer = await t.api.post('/v1/events', event(await aTenant(t.api), fields), { expect: status });
    expect(answer.body['code']).toBe(code);
  });

  it('refuse a batch with too many events, and one with too many bytes', async () => {
    const tenant = await aTenant(t.api);
    const events = (count: number, fields = {}) => Array.from({ length: count }, () => event(tenant, fields));
    await t.api.post('/v1/events/batch', { events: events(3) }, { expect: 202 });
    const many = await t.api.post('/v1/events/batch', { events: events(4) }, { expect: 422 });
    expect(many.body['errors']).toMatchObject([{ pointer: '/events' }]);
    const large = { events: events(3, { data: 'x'.repeat(1_700) }) };
    expect((await t.api.post('/v1/events/batch', large, { expect: 413 })).body['code']).toBe('too_large');
  });

  it('refuse one endpoint too many, unless the tenant may have more', async () => {
    const tenant = await aTenant(t.api);
    for (let n = 0; n < 2; n++) await anEndpoint(t.api, tenant);
    const answer = await t.api.post(tenant.path('/endpoints'), { url: 'https://a.example' }, { expect: 422 });
    expect(answer.body['code']).toBe('limit_exceeded');
    await t.api.patch(tenant.path(''), { settings: { maxEndpoints: 3 } });
    await anEndpoint(t.api, tenant);
  });

  it('refuse one subscription too many', async () => {
    const tenant = await aTenant(t.api);
    const { id } = await anEndpoint(t.api, tenant);
    const subscription = { endpoint: id, eventTypes: ['*'] };
    await t.api.post(tenant.path('/subscriptions'), subscription, { expect: 201 });
    const answer = await t.api.post(tenant.path('/subscriptions'), subscription, { expect: 422 });
    expect(answer.body['code']).toBe('limit_exceeded');
  });
});

describe('the rate of a key', () => {
  let t: TestApi;
  beforeAll(async () => {
    t = await startApi({ env: { POSTHORN_KEY_REQUESTS_PER_SECOND: '20' } });
  });
  afterAll(() => t.close());

  it('is told with every answer, and what goes beyond it is 429 until there is room again', async () => {
    const { key } = await aKey(t.api, 'admin');
    const ask = () => t.api.get('/v1/session', { key, expect: 'any' });
    const first = await ask();
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '20',
      'ratelimit-remaining': '19',
      'ratelimit-reset': '1',
    });
    const answers = await Promise.all(Array.from({ length: 60 }, ask));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(10);
    expect(refused[0]!.body['code']).toBe('rate_limited');
    expect(refused[0]!.headers).toMatchObject({
      'retry-after': '1',
      'ratelimit-limit': '20',
      'ratelimit-remaining': '0',
    });
    await waitFor(async () => expect((await ask()).status).toBe(200));
  });

  it('is its own', async () => {
    const { key } = await aKey(t.api, 'admin');
    await Promise.all(Array.from({ length: 60 }, () => t.api.get('/v1/session', { key, expect: 'any' })));
    await t.api.get('/v1/session', { key: (await aKey(t.api, 'admin')).key });
  });
});

describe("a tenant's publish quota", () => {
  let t: TestApi;
  /** Another process over the same database. */
  let other: TestApi;
  beforeAll(async () => {
    t = await startApi();
    other = await startApi({
      deps: (deps) => ({ ...deps, db: t.deps.db, config: t.deps.config, keyRing: t.deps.keyRing }),
    });
  });
  afterAll(async () => {
    await other.close().catch(() => undefined);
    await t.close();
  });

  it('refuses a single event beyond it, and says when to come back', async () => {
    const tenant = await aTenant(t.api, { settings: { publishPerSecond: 2 } });
    const publish = () => t.api.post('/v1/events', event(tenant), { expect: 'any' });
    const answers = await Promise.all(Array.from({ length: 10 }, publish));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 202).length).toBeGreaterThanOrEqual(2);
    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(refused[0]!.body['code']).toBe('rate_limited');
    expect(refused[0]!.headers).toMatchObject({
      'retry-after': '1',
      'ratelimit-limit': '2',
      'ratelimit-remaining': '0',
      'ratelimit-reset': '1',
    });
    await waitFor(async () => expect((await publish()).status).toBe(202));
  });

  it('takes the first events of a batch and refuses the others, each for itself', async () => {
    const tenant = await aTenant(t.api, { settings: { publishPerSecond: 10 } });
    const { body } = await t.api.post('/v1/events/batch', { events: Array.from({ length: 50 }, () => event(tenant)) });
    const results = body['results'] as { id?: string; error?: { code: string; status: number } }[];
    const accepted = results.filter(({ id }) => id !== undefined).length;
    expect(accepted).toBeGreaterThanOrEqual(10);
    expect(accepted).toBeLessThan(20);
    expect(results.slice(0, accepted).every(({ id }) => id !== undefined)).toBe(true);
    expect(results.at(-1)!.error).toMatchObject({ code: 'rate_limited', status: 429 });
  });

  it('counts over all processes', async () => {
    const tenant = await aTenant(t.api, { settings: { publishPerSecond: 20 } });
    const beganAt = performance.now();
    const batch = { events: Array.from({ length: 40 }, () => event(tenant)) };
    const counts = await Promise.all(
      [t.url, other.url].map(async (url) => {
        const answer = await fetch(`${url}/v1/events/batch`, {
          method: 'POST',
          headers: { authorization: `Bearer ${t.adminKey}`, 'content-type': 'application/json' },
          body: JSON.stringify(batch),
        });
        const { results } = (await answer.json()) as { results: { id?: string }[] };
        return results.filter(({ id }) => id !== undefined).length;
      }),
    );
    const seconds = (performance.now() - beganAt) / 1_000;
    expect(counts[0]! + counts[1]!).toBeGreaterThanOrEqual(20);
    expect(counts[0]! + counts[1]!).toBeLessThanOrEqual(20 * (1 + seconds) + 4);
  });

  it('asks the database no more than some ten times a second', async () => {
    const tenant = await aTenant(t.api, { settings: { publishPerSecond: 1_000 } });
    const asked: string[] = [];
    const query = t.deps.db.query.bind(t.deps.db);
    t.deps.db.query = ((sql: { name?: string }, values: unknown[]) => {
      if (sql.name === 'reserve_quota') asked.push(sql.name);
      return query(sql as never, values);
    }) as never;
    const beganAt = performance.now();
    for (let n = 0; n < 30; n++) await t.api.post('/v1/events', event(tenant), { expect: 202 });
    t.deps.db.query = query;
    expect(asked.length).toBeLessThanOrEqual(2 + Math.ceil((performance.now() - beganAt) / 1_000));
  });

  it('is for those who have one', async () => {
    const tenant = await aTenant(t.api);
    const { body } = await t.api.post('/v1/events/batch', { events: Array.from({ length: 500 }, () => event(tenant)) });
    expect(body['results'].filter(({ id }: { id?: string }) => id !== undefined)).toHaveLength(500);
  });
});

describe('failed authentications', () => {
  let t: TestApi;
  beforeAll(async () => {
    t = await startApi({ env: { POSTHORN_FAILED_AUTH_PER_MINUTE: '5', POSTHORN_TRUST_PROXY: '127.0.0.1/32' } });
  });
  afterAll(() => t.close());

  const ask = (key: string | null, address: string) =>
    t.api.get('/v1/tenants', { key, headers: { 'x-forwarded-for': address }, expect: 'any' });

  it('are limited for each address, before the database is asked', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 8; n++) statuses.push((await ask(`phk_unknown_${n}`, '192.0.2.1')).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const refused = await ask('phk_unknown', '192.0.2.1');
    expect(refused.body['code']).toBe('rate_limited');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask('phk_unknown', '192.0.2.2')).status).toBe(401);
  });

  it('do not stop a key that has opened before, only those that nobody has seen', async () => {
    const known = await aKey(t.api, 'admin');
    const fresh = await aKey(t.api, 'admin');
    expect((await ask(known.key, '198.51.100.1')).status).toBe(200);
    for (let n = 0; n < 6; n++) await ask(`phk_unknown_${n}`, '198.51.100.1');
    expect((await ask(known.key, '198.51.100.1')).status).toBe(200);
    expect((await ask(fresh.key, '198.51.100.1')).status).toBe(429);
    expect((await ask(fresh.key, '198.51.100.2')).status).toBe(200);
  });

  it('count for signing in too, and are shown as a metric', async () => {
    const signIn = () =>
      t.api.post(
        '/v1/session',
        { key: 'phk_x' },
        { key: null, headers: { 'x-forwarded-for': '203.0.113.9' }, expect: 'any' },
      );
    const statuses: number[] = [];
    for (let n = 0; n < 6; n++) statuses.push((await signIn()).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const { text } = await t.deps.metrics.expose();
    expect(Number(/posthorn_failed_authentications_total (\d+)/.exec(text)?.[1])).toBeGreaterThanOrEqual(5);
  });
});
