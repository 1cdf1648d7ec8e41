import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newUuid, toTypeId } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
import { anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';
import { attempt, openDeliveries, publish } from '../../support/recorded-traffic.js';

let t: TestApi;
let tenant: MadeTenant;
let path: string;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());
beforeEach(async () => {
  tenant = await aTenant(t.api);
  const { id } = await anEndpoint(t.api, tenant, { eventTypes: ['order.*'] });
  path = tenant.path(`/endpoints/${id}/reconcile`);
});

const HOUR_AGO = new Date(Date.now() - 3_600_000).toISOString();

/** An event whose one delivery has ended, well unless `statusCode` says otherwise. */
async function anEnded(fields: Record<string, unknown> = {}, statusCode = 200): Promise<string> {
  const event = await publish(t.api, tenant, fields);
  for (const delivery of await openDeliveries(t.db, event)) {
    await attempt(t.db, delivery, { statusCode, ...(statusCode === 200 ? {} : { next: 'dead', reason: 'exhausted' }) });
  }
  return event;
}

async function reconcile(fields: Record<string, unknown>): Promise<Record<string, unknown>> {
  return (await t.api.post(path, { since: HOUR_AGO, ...fields })).body;
}

describe('reconciling', () => {
  it('tells what is missing, oldest first, whatever became of it, and what is unknown', async () => {
    const got = await anEnded();
    const lost = await anEnded();
    const dead = await anEnded({}, 500);
    const open = await publish(t.api, tenant);
    const notForIt = await anEnded({ type: 'payment.made' });
    const nobodys = toTypeId('evt', newUuid(Date.now()));
    expect(await reconcile({ ids: [got, notForIt, nobodys, 'order/4711'] })).toEqual({
      missing: [lost, dead, open],
      unknown: [notForIt, nobodys, 'order/4711'],
      nextSince: null,
      replay: null,
    });
  });

  it('says nothing of events that were cancelled, of another tenant’s, and of other times', async () => {
    const cancelled = await publish(t.api, tenant);
    await t.api.post(`/v1/events/${cancelled}/cancel`);
    const mine = await anEnded();
    const stranger = await aTenant(t.api);
    await anEndpoint(t.api, stranger);
    const theirs = await publish(t.api, stranger);
    expect(await reconcile({ ids: [theirs] })).toMatchObject({ missing: [mine], unknown: [theirs] });
    expect(await reconcile({ ids: [], until: HOUR_AGO, since: '2026-01-01T00:00:00Z' })).toMatchObject({ missing: [] });
    // What was received is not unknown because it belongs to another time.
    const elsewhere = { ids: [mine], until: HOUR_AGO, since: '2026-01-01T00:00:00Z' };
    expect(await reconcile(elsewhere)).toMatchObject({ unknown: [] });
  });

  it('replays the gap on demand, and nothing where there is none', async () => {
    const got = await anEnded();
    const lost = await anEnded();
    const { replay } = await reconcile({ ids: [got], replay: true });
    const { body } = await t.api.get(`/v1/replays/${String(replay)}`);
    expect(body).toMatchObject({ matched: 1, state: 'running' });
    expect(await reconcile({ ids: [got, lost], replay: true })).toMatchObject({ missing: [], replay: null });
  });

  it('replays for nobody who may only look', async () => {
    const { body } = await t.api.post(tenant.path('/portal-sessions'), { capabilities: ['view'] });
    const key = String(body['token']);
    await t.api.post(path, { since: HOUR_AGO, ids: [] }, { key });
    await t.api.post(path, { since: HOUR_AGO, ids: [], replay: true }, { key, expect: 403 });
  });

  it('goes on where one answer ends', async () => {
    // As many deliveries as one answer looks at, and one more, a millisecond apart.
    await t.db.query(
      `INSERT INTO deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, attempts, created_at, completed_at,
              type, status)
       SELECT made.id, made.id, e.tenant_id, e.id, 1, 1, now(), now(), 'order.created', 'succeeded'
         FROM endpoints e, unnest($2::uuid[]) AS made(id) WHERE e.tenant_id = (SELECT id FROM tenants WHERE uid = $1)`,
      [tenant.uid, Array.from({ length: 10_001 }, (_, at) => newUuid(Date.now() + at))],
    );
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const first = await reconcile({ ids: [], until });
    expect(first['missing']).toHaveLength(10_000);
    const second = await reconcile({ ids: [], since: first['nextSince'], until });
    expect((second['missing'] as string[]).length).toBeGreaterThanOrEqual(1);
    expect(second['nextSince']).toBeNull();
  });

  it.each([
    [{ ids: [] }, '/since'],
    [{ since: 'yesterday', ids: [] }, '/since'],
    [{ since: '2999-01-01T00:00:00Z', ids: [] }, '/since'],
    [{ since: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z', ids: [] }, '/until'],
    [{ since: '2026-01-02T00:00:00Z' }, '/ids'],
    [{ since: '2026-01-02T00:00:00Z', ids: 'all' }, '/ids'],
    [{ since: '2026-01-02T00:00:00Z', ids: [7] }, '/ids'],
    [{ since: '2026-01-02T00:00:00Z', ids: Array(10_001).fill('evt_x') }, '/ids'],
    [{ since: '2026-01-02T00:00:00Z', ids: [], mode: 'x' }, '/mode'],
  ])('refuses %j, pointing at %s', async (fields, pointer) => {
    const { body } = await t.api.post(path, fields, { expect: 422 });
    expect(body['errors'].map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
  });

  it('finds its rows by index', async () => {
    const plans: string[] = [];
    const { ReconciliationReadModel } = await import('#insights');
    const db = {
      query: async (sql: string, values: unknown[]) => {
        const rows = await t.db.transaction(async (tx) => {
          await tx.query('SET LOCAL enable_seqscan = off');
          return tx.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, values);
        });
        plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
        return [];
      },
    };
    const model = new ReconciliationReadModel(db as never);
    const id = newUuid(Date.now());
    await model.compare({ endpointId: id, sinceMs: Date.now() - 1000, untilMs: Date.now(), eventIds: new Set([id]) });
    expect(plans).toHaveLength(2);
    for (const plan of plans) expect(plan).not.toContain('Seq Scan');
  });
});
