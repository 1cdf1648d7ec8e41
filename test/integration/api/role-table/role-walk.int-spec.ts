import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../../support/api.js';
import { aKey, aTenant } from '../../../support/factories.js';
import { parseTypeId } from '#kernel';
import { Receiver } from '../../../support/receiver.js';
import { Belongings } from './belongings.js';
import { type Caller, CALLERS, ROLE_TABLE, type Row, type Verdict, VERDICTS } from './role-table.js';

let t: TestApi;
let receiver: Receiver;
/** What everybody asks for. Whoever may change it gets some of his own. */
let shared: Belongings;
const keys = {} as Record<Caller, string>;
/** What is sent as the Authorization header and opens nothing. */
const brokenCredentials: (string | null)[] = [null, 'Bearer', 'Basic YTpi', 'Bearer two words', 'Bearer phk_unknown'];

beforeAll(async () => {
  receiver = await Receiver.start();
  t = await startApi({ env: { POSTHORN_ALLOW_HTTP: 'on', POSTHORN_EGRESS_ALLOW: '127.0.0.0/8' } });
  const stranger = await aTenant(t.api);
  const key = async (role: string, fields = {}): Promise<string> => (await aKey(t.api, role, fields)).key;
  keys.admin = t.adminKey;
  keys['publisher of these events'] = await key('publisher');
  keys['publisher of other events'] = await key('publisher');
  keys['publisher for another tenant'] = await key('publisher', { tenants: [stranger.id] });
  keys.support = await key('support');
  keys['another tenant'] = await key('tenant', { tenant: stranger.id });
  brokenCredentials.push(`Bearer ${await revokedKey()}`, `Bearer ${await expiredKey()}`);
  shared = await belongings();
  await shared.makeAll();
  keys.tenant = shared.key;
});
afterAll(async () => {
  await t.close();
  await receiver.close();
});

const belongings = (): Promise<Belongings> => Belongings.make(t, keys['publisher of these events'], receiver.url);

async function revokedKey(): Promise<string> {
  const { id, key } = await aKey(t.api, 'admin');
  await t.api.delete(`/v1/api-keys/${id}`);
  return key;
}

async function expiredKey(): Promise<string> {
  const { id, key } = await aKey(t.api, 'admin');
  const sql = `UPDATE api_keys SET expires_at = clock_timestamp() - interval '1 second' WHERE id = $1`;
  await t.db.query(sql, [parseTypeId('key', id)]);
  return key;
}

const isStranger = (caller: Caller): boolean => /other|another/.test(caller);

/** Nothing is said of a tenant's objects but what was asked for by name. */
async function expectNothingOf(of: Belongings, text: string, asked: string): Promise<void> {
  const told = (await of.privateIds()).filter((id) => text.includes(id) && !asked.includes(id));
  expect(told).toEqual([]);
}

/** Asks, and answers with whatever came; the client has held it against the document. */
const ask = (row: Row, path: string, key: string | null, body?: unknown, headers: Record<string, string> = {}) =>
  t.api.call(methodOf(row), path, body, { expect: 'any', key, headers });

const methodOf = ({ operation }: Row): string => operation.split(' ')[0]!;
const pathOf = ({ operation }: Row): string => operation.split(' ')[1]!;

function toVerdict(status: number): Verdict {
  if (status === 403) return '-';
  if (status === 404) return '0';
  return status === 422 ? '2' : 'y';
}

describe('the table of roles', () => {
  it('has a row for every operation of the document, and none for what is not there', async () => {
    const { paths } = (await t.api.get('/openapi.json')).body as { paths: Record<string, object> };
    const operations = Object.entries(paths)
      .filter(([path]) => path.startsWith('/v1/'))
      .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
      .filter((operation) => /^(GET|POST|PUT|PATCH|DELETE) /.test(operation));
    expect(ROLE_TABLE.map(({ operation }) => operation.replace(/\?.*/, '')).sort()).toEqual(operations.sort());
  });

  it('says something of every caller', () => {
    for (const { operation, verdicts } of ROLE_TABLE) {
      expect([operation, verdicts.length]).toEqual([operation, CALLERS.length]);
      expect(verdicts.filter((verdict) => !VERDICTS.includes(verdict))).toEqual([]);
    }
  });
});

describe.each(ROLE_TABLE)('$operation', (row) => {
  it('opens to no key that is missing, malformed, unknown, revoked or expired', async () => {
    const path = await shared.fill(pathOf(row));
    for (const authorization of brokenCredentials) {
      const headers: Record<string, string> = authorization === null ? {} : { authorization };
      const answer = await ask(row, path, null, '{', headers);
      expect([authorization, answer.status, answer.body['code']]).toEqual([authorization, 401, 'unauthenticated']);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    }
  });

  it.each(CALLERS.map((caller, index) => ({ caller, verdict: row.verdicts[index]! })))(
    'gives $caller: $verdict',
    async ({ caller, verdict }) => {
      const mayChange = verdict === 'y' && methodOf(row) !== 'GET' && caller !== 'another tenant';
      const of = mayChange ? await belongings() : shared;
      const key = mayChange && caller === 'tenant' ? of.key : keys[caller];
      const path = await of.fill(pathOf(row));
      const body = await row.body(of);
      const answer = await ask(row, path, key, body);
      expect({ ...answer, verdict: toVerdict(answer.status) }).toMatchObject({ verdict });
      expect(answer.status).toBeLessThan(500);
      if (isStranger(caller)) await expectNothingOf(of, answer.text, path + JSON.stringify(body));
    },
  );
});
