import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseClock, KeyRing, newUuid, parseTypeId } from '#kernel';
import { SessionTokens } from '#tenants';
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

describe('a rate that a key has of its own', () => {
  let t: TestApi;
  beforeAll(async () => {
    t = await startApi();
  });
  afterAll(() => t.close());

  it('holds where others have none, for the sessions that are opened with it too', async () => {
    const { id, key } = await aKey(t.api, 'admin', { requestsPerSecond: 2 });
    expect((await t.api.get(`/v1/api-keys/${id}`)).body['requestsPerSecond']).toBe(2);
    const { headers } = await t.api.post('/v1/session', { key }, { key: null });
    const cookie = String(headers['set-cookie']).split(';')[0]!;
    const ask = (n: number) =>
      n % 2 === 0
        ? t.api.get('/v1/session', { key, expect: 'any' })
        : t.api.get('/v1/session', { key: null, headers: { cookie }, expect: 'any' });
    const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => ask(n)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(10);
    expect(refused[0]!.headers).toMatchObject({ 'ratelimit-limit': '2', 'ratelimit-policy': '2;w=1' });
    await waitFor(async () => expect((await ask(0)).headers).toMatchObject({ 'ratelimit-limit': '2' }));
    expect((await t.api.get('/v1/session')).headers['ratelimit-limit']).toBeUndefined();
  });

  it('is null unless one was given', async () => {
    const { id } = await aKey(t.api, 'support');
    expect((await t.api.get(`/v1/api-keys/${id}`)).body['requestsPerSecond']).toBeNull();
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

  it.each([
    ['a malformed header', { authorization: 'Basic dXM6dGhlbQ==' }, '203.0.113.10'],
    ['a token that we have not made', { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.x' }, '203.0.113.11'],
    ['a cookie that we have not made', { cookie: 'posthorn_session=eyJhbGciOiJub25lIn0.e30.x' }, '203.0.113.12'],
  ])('count for %s too', async (_, headers, address) => {
    const statuses: number[] = [];
    for (let n = 0; n < 6; n++) {
      const answer = await t.api.get('/v1/tenants', {
        key: null,
        headers: { ...headers, 'x-forwarded-for': address },
        expect: 'any',
      });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it.each([
    ['expired', 'expires_at', '203.0.113.20'],
    ['was revoked', 'revoked_at', '203.0.113.21'],
  ])('lock nobody out for a key that %s, which waits like any other', async (_, column, address) => {
    const { id, key } = await aKey(t.api, 'admin');
    expect((await ask(key, address)).status).toBe(200);
    await t.db.query(`UPDATE api_keys SET ${column} = now() WHERE id = $1`, [parseTypeId('key', id)]);
    await waitFor(async () => expect((await ask(key, address)).status).toBe(401));
    for (let n = 0; n < 8; n++) expect((await ask(key, address)).status).toBe(401);
    expect((await ask((await aKey(t.api, 'admin')).key, address)).status).toBe(200);
    for (let n = 0; n < 6; n++) await ask(`phk_unknown_${n}`, address);
    expect((await ask(key, address)).status).toBe(429);
  });

  it('lock nobody out whose session is under a key that was taken off the ring', async () => {
    const { key } = await aKey(t.api, 'admin');
    const from = { 'x-forwarded-for': '203.0.113.14' };
    const old = new SessionTokens(new KeyRing([['old', Buffer.alloc(32, 1)]]), new DatabaseClock());
    const claims = { kind: 'browser', keyId: newUuid(Date.now()), tenantId: null, capabilities: null } as const;
    const cookie = `posthorn_session=${(await old.issue(claims, 3_600)).token}`;
    for (let n = 0; n < 8; n++)
      await t.api.get('/v1/tenants', { key: null, headers: { ...from, cookie }, expect: 401 });
    expect((await ask(key, '203.0.113.14')).status).toBe(200);
  });

  it('lock nobody out whose session has ended', async () => {
    const { id, key } = await aKey(t.api, 'admin');
    const from = { 'x-forwarded-for': '203.0.113.13' };
    const { headers } = await t.api.post('/v1/session', { key }, { key: null, headers: from });
    const cookie = String(headers['set-cookie']).split(';')[0]!;
    await t.api.delete(`/v1/api-keys/${id}`);
    for (let n = 0; n < 8; n++)
      await t.api.get('/v1/tenants', { key: null, headers: { ...from, cookie }, expect: 401 });
    expect((await ask((await aKey(t.api, 'admin')).key, '203.0.113.13')).status).toBe(200);
  });
});

describe('failed authentications in the audit log', () => {
  let t: TestApi;
  beforeAll(async () => {
    t = await startApi({ env: { POSTHORN_TRUST_PROXY: '127.0.0.1/32' } });
  });
  afterAll(() => t.close());

  const fail = (address: string, headers: Record<string, string>) =>
    t.api.get('/v1/tenants', { key: null, headers: { 'x-forwarded-for': address, ...headers }, expect: 401 });
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

  it('stand there with address, reason and how the key begins, never with the key, for admin and support', async () => {
    const revoked = await aKey(t.api, 'admin');
    await t.api.delete(`/v1/api-keys/${revoked.id}`);
    const expired = await aKey(t.api, 'admin');
    await t.db.query(`UPDATE api_keys SET expires_at = now() WHERE id = $1`, [parseTypeId('key', expired.id)]);
    const unknown = `phk_abcd1234_${'u'.repeat(43)}`;
    const mistyped = `${unknown}000000`;
    const presented: [reason: string, prefix: string | null, headers: Record<string, string>, from?: string][] = [
      ['unknown', 'phk_abcd1234', bearer(unknown)],
      ['unknown', null, bearer('s3cret-of-somebody-else')],
      ['mistyped', 'phk_abcd1234', bearer(mistyped)],
      ['revoked', revoked.key.slice(0, 12), bearer(revoked.key)],
      ['expired', expired.key.slice(0, 12), bearer(expired.key)],
      ['malformed', null, { authorization: 'Basic czNjcmV0LW9mLXNvbWVib2R5LWVsc2U=' }],
      ['session_forged', null, bearer('eyJhbGciOiJub25lIn0.e30.s3cret')],
      ['session_forged', null, { cookie: 'posthorn_session=eyJhbGciOiJub25lIn0.e30.s3cret' }, '192.0.2.9'],
    ];
    for (const [, , headers, from = '192.0.2.7'] of presented) await fail(from, headers);
    const support = await aKey(t.api, 'support');
    const entries = await waitFor(async () => {
      const { body, text } = await t.api.get('/v1/audit-log?action=authentication.failed', { key: support.key });
      expect(body['data']).toHaveLength(8);
      expect(text).not.toMatch(/s3cret|czNjcmV0|uuuu/);
      for (const { key } of [revoked, expired]) expect(text).not.toContain(key.slice(13));
      return body['data'] as Record<string, unknown>[];
    });
    for (const entry of entries) {
      expect(entry).toMatchObject({
        by: 'anonymous',
        key: null,
        tenant: null,
        before: null,
      });
    }
    for (const [reason, prefix, , remoteAddress = '192.0.2.7'] of presented) {
      const after = expect.objectContaining({ reason, prefix, count: 1 });
      expect(entries).toContainEqual(expect.objectContaining({ remoteAddress, after }));
    }
  });

  it('stand there soon when they are new, though others are being added up', async () => {
    const reasonsOf = async (address: string): Promise<string[]> => {
      const { body } = await t.api.get('/v1/audit-log?action=authentication.failed&limit=250');
      const ours = body['data'].filter((entry: { remoteAddress: string }) => entry.remoteAddress === address);
      return ours.map(({ after }: { after: { reason: string } }) => after.reason);
    };
    await fail('192.0.2.10', bearer('nonsense'));
    await waitFor(async () => expect(await reasonsOf('192.0.2.10')).toEqual(['unknown']));
    // Is due in a minute.
    await fail('192.0.2.10', bearer('nonsense'));
    await fail('192.0.2.11', bearer('nonsense'));
    await waitFor(async () => expect(await reasonsOf('192.0.2.11')).toEqual(['unknown']), { timeoutMs: 30_000 });
  });

  it('are added up, so that many do not fill it', async () => {
    await Promise.all(Array.from({ length: 300 }, () => fail('192.0.2.8', bearer('nonsense'))));
    const { id, key } = await aKey(t.api, 'tenant', { tenant: (await aTenant(t.api)).id });
    await waitFor(async () => {
      const { body } = await t.api.get('/v1/audit-log?action=authentication.failed&by=anonymous&limit=250');
      const ours = body['data'].filter((entry: { remoteAddress: string }) => entry.remoteAddress === '192.0.2.8');
      expect(ours.length).toBe(1);
      expect(ours[0].after.count).toBeGreaterThan(1);
    });
    await t.api.get('/v1/audit-log', { key, expect: 403 });
    await t.api.delete(`/v1/api-keys/${id}`);
  });

  it('are put on record when the process stops, those that were not yet told', async () => {
    const another = await startApi({ deps: (deps) => ({ ...deps, db: t.deps.db }) });
    const unknown = { authorization: 'Bearer nonsense' };
    await another.api.get('/v1/tenants', { key: null, headers: { ...unknown, cookie: 'x=y' }, expect: 401 });
    await another.close().catch(() => undefined);
    const [row] = await t.db.query<{ count: number }>(
      `SELECT count(*) AS count FROM audit_log WHERE action = 'authentication.failed' AND remote_address = '127.0.0.1'`,
    );
    expect(row!.count).toBe(1);
  });
});
