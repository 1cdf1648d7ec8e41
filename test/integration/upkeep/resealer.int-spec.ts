import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSecret } from '#endpoints';
import { KeyRing, parseTypeId } from '#kernel';
import { Resealer, SEALED_COLUMNS } from '#upkeep';
import { startApi, type TestApi } from '../../support/api.js';
import { anEndpoint, aTenant } from '../../support/factories.js';

/** Binary, but not sealed: hashes. */
const NOT_SEALED = [
  'api_keys.hash',
  'idempotency_keys.request_hash',
  'event_uids.fingerprint',
  'ownership_challenges.digest',
];

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

describe(Resealer, () => {
  it('knows every column that is sealed', async () => {
    const columns = await t.db.query<{ name: string }>(
      `SELECT c.relname || '.' || a.attname AS name
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'bytea'::regtype`,
    );
    const known = [...SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`), ...NOT_SEALED];
    expect(columns.map(({ name }) => name).sort()).toEqual(known.sort());
  });

  it('leaves nothing under the old key, which can then go', async () => {
    const tenant = await aTenant(t.api);
    const auth = { type: 'basic', username: 'shop', password: 'hunter4' };
    const endpoint = await anEndpoint(t.api, tenant, { headers: { 'x-api-key': 'hunter2' }, auth });
    const path = tenant.path(`/endpoints/${endpoint.id}`);
    const idempotent = { headers: { 'idempotency-key': 'once' } };
    const { body: rotated } = await t.api.post(`${path}/secrets/rotate`, {}, idempotent);
    const old = t.deps.config.encryption.keys[0]!;
    const both = new KeyRing([['new', randomBytes(32)], old]);
    const resealer = new Resealer(t.db, both);
    const results = await Promise.all(SEALED_COLUMNS.map((column) => resealer.reseal(column)));
    for (const { done, failed } of results) expect([done > 0, failed]).toEqual([true, 0]);
    const again = await Promise.all(SEALED_COLUMNS.map((column) => resealer.reseal(column)));
    expect(again.map(({ done }) => done)).toEqual(SEALED_COLUMNS.map(() => 0));
    for (const column of SEALED_COLUMNS) expect(await resealer.countStale(column)).toBe(0);

    const id = parseTypeId('sec', rotated['id'])!;
    const [secret] = await t.db.query<{ id: string; sealed_secret: Buffer }>(
      `SELECT id, sealed_secret FROM endpoint_secrets WHERE id = $1`,
      [id],
    );
    expect(openSecret(both, secret!)).toBe(rotated['secret']);
    expect(() => openSecret(new KeyRing([old]), secret!)).toThrow('not on the ring');
  });

  it('goes over more than one batch, and leaves alone what it cannot open', async () => {
    const tenant = await aTenant(t.api);
    const { id } = await anEndpoint(t.api, tenant);
    const stranger = new KeyRing([['gone', randomBytes(32)]]);
    const column = SEALED_COLUMNS[0]!;
    await t.db.query(`DELETE FROM endpoint_secrets`);
    for (let n = 0; n < 1_201; n++) {
      const secretId = `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
      const sealer = n % 400 === 7 ? stranger : new KeyRing([['new', Buffer.alloc(32, 1)]]);
      await t.db.query(`INSERT INTO endpoint_secrets (id, endpoint_id, sealed_secret) VALUES ($1, $2, $3)`, [
        secretId,
        parseTypeId('ep', id),
        sealer.seal(`secret ${n}`, secretId),
      ]);
    }
    const resealer = new Resealer(
      t.db,
      new KeyRing([
        ['newer', randomBytes(32)],
        ['new', Buffer.alloc(32, 1)],
      ]),
    );
    expect(await resealer.reseal(column)).toMatchObject({ done: 1_198, failed: 3 });
    expect(await resealer.countStale(column)).toBe(3);
  });
});
