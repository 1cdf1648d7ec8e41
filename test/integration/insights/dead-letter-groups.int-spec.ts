import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensurePartitions } from '#database';
import { parseTypeId } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';
import { aDeadLetter, allPages } from '../../support/recorded-traffic.js';

interface Group {
  readonly reason: string;
  readonly count: number;
}

let t: TestApi;
let tenant: MadeTenant;
let endpoint: string;
beforeAll(async () => {
  t = await startApi();
  await ensurePartitions(t.db, Date.now());
});
afterAll(() => t.close());
beforeEach(async () => {
  tenant = await aTenant(t.api);
  endpoint = (await anEndpoint(t.api, tenant)).id;
});

const groups = async (query = '', api = t.api): Promise<Group[]> =>
  allPages<Group>(api, `/v1/dead-letters/groups?${query}`, 2);

const ofTenant = (query = ''): Promise<Group[]> => groups(`tenant=${tenant.id}&${query}`);

const die = (reason: string, type = 'a.b', statusCode = 500) =>
  aDeadLetter(t.api, t.db, tenant, { type }, { reason, statusCode });

describe('groups of dead letters', () => {
  it('are what nobody has resolved, by endpoint and reason, with the newest as an example', async () => {
    await die('exhausted', 'a.b');
    const newest = await die('exhausted', 'a.c', 503);
    await die('gone', 'a.b', 410);
    const { id: other } = await anEndpoint(t.api, tenant, { eventTypes: ['only.there'] });
    await t.api.delete(tenant.path(`/endpoints/${endpoint}`));
    const there = await aDeadLetter(t.api, t.db, tenant, { type: 'only.there' });
    await t.api.post(
      `/v1/dead-letters/${(await aDeadLetter(t.api, t.db, tenant, { type: 'only.there' })).deadLetter}/discard`,
      {},
    );
    expect(await ofTenant()).toMatchObject([
      {
        tenant: tenant.id,
        endpoint,
        reason: 'exhausted',
        count: 2,
        countExact: true,
        types: ['a.b', 'a.c'],
        sample: {
          deadLetter: newest.deadLetter,
          delivery: newest.delivery,
          lastStatusCode: 503,
          lastErrorCode: 'status',
          error: 'answered 503',
        },
      },
      { endpoint, reason: 'gone', count: 1, types: ['a.b'] },
      { endpoint: other, reason: 'exhausted', count: 1, sample: { deadLetter: there.deadLetter } },
    ]);
  });

  it('tell when the first and the last of them died', async () => {
    const first = await die('exhausted');
    await die('exhausted');
    const last = await die('exhausted');
    const openedAt = async (id: string) => (await t.api.get(`/v1/dead-letters/${id}`)).body['openedAt'];
    const [group] = await ofTenant();
    expect(group).toMatchObject({
      oldestAt: await openedAt(first.deadLetter),
      newestAt: await openedAt(last.deadLetter),
    });
  });

  it('can be narrowed as the list can', async () => {
    await die('exhausted', 'a.b');
    await die('gone', 'x.y');
    const since = new Date().toISOString();
    await die('exhausted', 'a.c');
    const counts = async (query: string) => (await ofTenant(query)).map(({ reason, count }) => `${reason} ${count}`);
    expect(await counts('resolved=false')).toEqual(['exhausted 2', 'gone 1']);
    expect(await counts('reason=gone')).toEqual(['gone 1']);
    expect(await counts(`endpoint=${endpoint}`)).toEqual(['exhausted 2', 'gone 1']);
    expect(await counts(`endpoint=${(await anEndpoint(t.api, tenant)).id}`)).toEqual([]);
    expect(await counts('type=a.*')).toEqual(['exhausted 2']);
    expect(await counts('type=x.y')).toEqual(['gone 1']);
    expect(await counts(`since=${since}`)).toEqual(['exhausted 1']);
    expect(await counts(`until=${since}`)).toEqual(['exhausted 1', 'gone 1']);
    await t.api.get('/v1/dead-letters/groups?resolved=true', { expect: 422 });
    await t.api.get('/v1/dead-letters/groups?cursor=nonsense', { expect: 400 });
  });

  it('are each tenant’s own, and a publisher’s own', async () => {
    const { key: publisher } = await aKey(t.api, 'publisher');
    await die('exhausted');
    await aDeadLetter(t.api.as(publisher), t.db, tenant);
    const elsewhere = await aTenant(t.api);
    await anEndpoint(t.api, elsewhere);
    await aDeadLetter(t.api, t.db, elsewhere);
    const { key } = await aKey(t.api, 'tenant', { tenant: elsewhere.id });
    expect(await groups('', t.api.as(key))).toMatchObject([{ tenant: elsewhere.id, count: 1 }]);
    await t.api.as(key).get(`/v1/dead-letters/groups?endpoint=${endpoint}`, { expect: 404 });
    expect(await groups(`tenant=${tenant.id}`, t.api.as(publisher))).toMatchObject([{ endpoint, count: 1 }]);
  });

  it('count no more than ten thousand of each, and say so, however many there are', async () => {
    const { delivery } = await die('exhausted');
    await t.db.query(
      `INSERT INTO dead_letters (id, delivery_id, event_id, tenant_id, endpoint_id, type, reason, opened_at, announced_at)
       SELECT overlay(l.id::text PLACING lpad(to_hex(n), 12, '0') FROM 25)::uuid, 
              overlay(l.delivery_id::text PLACING lpad(to_hex(n), 12, '0') FROM 25)::uuid, l.event_id, l.tenant_id,
              l.endpoint_id, l.type, l.reason, l.opened_at - interval '1 h', l.opened_at
         FROM dead_letters l CROSS JOIN generate_series(1, 30000) n WHERE l.delivery_id = $1`,
      [parseTypeId('dlv', delivery)],
    );
    await t.db.query('VACUUM ANALYZE dead_letters');
    const [group] = await ofTenant();
    expect(group).toMatchObject({ count: 10_000, countExact: false });
    const { body } = await t.api.post(
      '/v1/replays',
      { tenant: tenant.id, select: 'failed', dryRun: true },
      { expect: 200 },
    );
    expect(body['matched']).toBeLessThanOrEqual(30_001);
    expect(body['matchedExact']).toBe(body['matched'] === 30_001);
  });
});
