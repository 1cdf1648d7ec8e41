import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey } from '../../support/factories.js';

let t: TestApi;
let count = 0;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

/** A key that nobody else uses, as headers. */
const once = (): Record<string, string> => ({ 'idempotency-key': `key-${++count}` });

async function tenantsNamed(name: string): Promise<number> {
  return (await t.db.query(`SELECT FROM tenants WHERE name = $1`, [name])).length;
}

describe('Idempotency-Key', () => {
  it('gives the same answer to the same request, byte for byte, and does the work once', async () => {
    const headers = once();
    const first = await t.api.post('/v1/tenants', { name: 'Once' }, { headers, expect: 201 });
    const second = await t.api.post('/v1/tenants', { name: 'Once' }, { headers, expect: 201 });
    expect(second.text).toBe(first.text);
    expect(second.headers['location']).toBe(first.headers['location']);
    expect(second.headers['content-type']).toBe(first.headers['content-type']);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(await tenantsNamed('Once')).toBe(1);
  });

  it('refuses another body with 409', async () => {
    const headers = once();
    await t.api.post('/v1/tenants', { name: 'A' }, { headers });
    const { body } = await t.api.post('/v1/tenants', { name: 'B' }, { headers, expect: 409 });
    expect(body['code']).toBe('idempotency_conflict');
  });

  it('belongs to one API key and one path', async () => {
    const headers = once();
    const { key } = await aKey(t.api, 'admin');
    const first = await t.api.post('/v1/tenants', { name: 'Mine' }, { headers });
    const other = await t.api.post('/v1/tenants', { name: 'Mine' }, { headers, key });
    expect(other.body['id']).not.toBe(first.body['id']);
    const pause = await t.api.post(`/v1/tenants/${first.body['id']}/pause`, undefined, { headers, expect: 200 });
    expect(pause.headers['idempotency-replayed']).toBeUndefined();
  });

  it('lets one of many at once do the work', async () => {
    const headers = once();
    const calls = Array.from({ length: 10 }, () =>
      t.api.call('POST', '/v1/tenants', { name: 'Many' }, { headers, expect: 201 }).then(
        ({ body }) => String(body['id']),
        (error: Error) => (/idempotency_in_progress/.test(error.message) ? 'running' : Promise.reject(error)),
      ),
    );
    const outcomes = new Set(await Promise.all(calls));
    outcomes.delete('running');
    expect(outcomes.size).toBe(1);
    expect(await tenantsNamed('Many')).toBe(1);
  });

  it('answers 409 while the first request is running, and takes over from a dead process', async () => {
    const headers = once();
    await t.api.post('/v1/tenants', { name: 'Dead' }, { headers });
    const running = `UPDATE idempotency_keys SET status = NULL, headers = NULL, sealed_body = NULL, lease_until = $2 WHERE key = $1`;
    const key = headers['idempotency-key'];
    await t.db.query(running, [key, new Date(Date.now() + 30_000)]);
    const busy = await t.api.post('/v1/tenants', { name: 'Dead' }, { headers, expect: 409 });
    expect(busy.body['code']).toBe('idempotency_in_progress');
    expect(busy.headers['retry-after']).toBe('1');
    await t.db.query(running, [key, new Date(Date.now() - 1_000)]);
    await t.api.post('/v1/tenants', { name: 'Other' }, { headers, expect: 409 });
    const taken = await t.api.post('/v1/tenants', { name: 'Dead' }, { headers, expect: 201 });
    expect(taken.headers['idempotency-replayed']).toBeUndefined();
    expect(await tenantsNamed('Dead')).toBe(2);
  });

  it('is free again after 24 hours', async () => {
    const headers = once();
    await t.api.post('/v1/tenants', { name: 'Old' }, { headers });
    await t.db.query(`UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = $1`, [
      headers['idempotency-key'],
    ]);
    const { headers: answered } = await t.api.post('/v1/tenants', { name: 'New' }, { headers, expect: 201 });
    expect(answered['idempotency-replayed']).toBeUndefined();
  });

  it('gives the same refusal again', async () => {
    const headers = once();
    const first = await t.api.post('/v1/tenants', { nme: 'x' }, { headers, expect: 422 });
    const second = await t.api.post('/v1/tenants', { nme: 'x' }, { headers, expect: 422 });
    expect(second.text).toBe(first.text);
    expect(second.headers['content-type']).toContain('application/problem+json');
    expect(second.headers['idempotency-replayed']).toBe('true');
  });

  it('keeps answers encrypted: they may show a secret', async () => {
    const headers = once();
    const { body } = await t.api.post('/v1/api-keys', { name: 'sealed', role: 'support' }, { headers });
    const [row] = await t.db.query<{ sealed: Buffer; row: string }>(
      `SELECT sealed_body AS sealed, k::text AS row FROM idempotency_keys k WHERE key = $1`,
      [headers['idempotency-key']],
    );
    expect(row!.sealed.includes(String(body['key']))).toBe(false);
    expect(row!.row).not.toContain(body['key']);
    const again = await t.api.post('/v1/api-keys', { name: 'sealed', role: 'support' }, { headers });
    expect(again.body['key']).toBe(body['key']);
  });

  it.each(['', 'a b', 'x'.repeat(256), 'ü'])('refuses the key "%s"', async (key) => {
    const headers = { 'idempotency-key': key };
    const { body } = await t.api.post('/v1/tenants', { name: 'x' }, { headers, expect: 422 });
    expect(body['errors'][0].pointer).toBe('Idempotency-Key');
  });

  it('is not looked at before the API key and the role', async () => {
    const headers = once();
    const { key } = await aKey(t.api, 'support');
    await t.api.post('/v1/tenants', { name: 'x' }, { headers, key, expect: 403 });
    await t.api.post('/v1/tenants', { name: 'x' }, { headers, key: 'wrong', expect: 401 });
    expect(await t.db.query(`SELECT FROM idempotency_keys WHERE key = $1`, [headers['idempotency-key']])).toEqual([]);
  });
});
