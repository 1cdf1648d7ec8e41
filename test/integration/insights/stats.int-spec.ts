import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePartitions } from '#database';
import { parseTypeId } from '#kernel';
import { TrafficLedger, TrafficStore } from '#stats';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, anEndpoint, aTenant, type MadeEndpoint, type MadeTenant } from '../../support/factories.js';
import { aDeadLetter, openDeliveries, publish } from '../../support/recorded-traffic.js';
import { waitFor } from '../../support/wait-for.js';

let t: TestApi;
let tenant: MadeTenant;
let endpoint: MadeEndpoint;
beforeAll(async () => {
  t = await startApi();
  await ensurePartitions(t.db, Date.now());
  tenant = await aTenant(t.api);
  endpoint = await anEndpoint(t.api, tenant, { uid: 'main' });
});
afterAll(() => t.close());

async function stats(query = '', key?: string) {
  return (await t.api.get(`/v1/stats?${query}`, key === undefined ? {} : { key })).body;
}

/** Counts attempts as a worker would. */
async function attempted(
  ...attempts: (readonly [durationMs: number, next: 'succeeded' | 'retry' | 'dead'])[]
): Promise<void> {
  const ledger = new TrafficLedger(new TrafficStore(t.db), 'worker', t.deps.clock);
  for (const [durationMs, next] of attempts) {
    ledger.attempted(parseTypeId('ten', tenant.id)!, parseTypeId('ep', endpoint.id)!, durationMs, next);
  }
  await ledger.flush();
}

describe('statistics', () => {
  it('count what is published about a second later, by tenant and for all', async () => {
    const [before, beforeOfTenant] = [await stats(), await stats(`tenant=${tenant.id}`)];
    await publish(t.api, tenant);
    await t.api.post('/v1/events/batch', {
      events: [
        { tenant: tenant.id, type: 'a.b', data: 1 },
        { tenant: tenant.id, type: '!', data: 1 },
        { tenant: tenant.id, type: 'a.b', data: 1, uid: 'one' },
        { tenant: tenant.id, type: 'a.b', data: 1, uid: 'one' },
      ],
    });
    await waitFor(async () => {
      expect((await stats(`tenant=${tenant.uid}`)).total.published).toBe(beforeOfTenant.total.published + 3);
      expect((await stats()).total.published).toBe(before.total.published + 3);
    });
  });

  it('count attempts, their successes and how long they took, by minute, hour and day', async () => {
    await attempted([10, 'succeeded'], [20, 'succeeded'], [30, 'succeeded'], [400, 'retry'], [5_000, 'dead']);
    const total = { attempts: 5, delivered: 3, failed: 2, retried: 1, dead: 1, successRate: 0.6 };
    for (const bucket of ['minute', 'hour', 'day']) {
      const body = await stats(`endpoint=${endpoint.id}&bucket=${bucket}`);
      expect(body).toMatchObject({ bucket, endpoint: endpoint.id, tenant: tenant.id, total });
      expect(body.data.at(-1)).toMatchObject(bucket === 'day' ? total : {});
      expect(body.total.latencyMs).toMatchObject({ average: 1_092 });
      expect(body.total.latencyMs.p50).toBeGreaterThan(20);
      expect(body.total.latencyMs.p50).toBeLessThanOrEqual(30);
      expect(body.total.latencyMs.p99).toBeGreaterThan(3_000);
      expect(body.total.latencyMs.p99).toBeLessThanOrEqual(5_000);
    }
    const { data } = await stats(`tenant=${tenant.id}&endpoint=main&bucket=minute`);
    expect(data.length).toBeGreaterThanOrEqual(60);
    expect(data[0]).toMatchObject({ attempts: 0, successRate: null, latencyMs: { average: null, p50: null } });
  });

  it('refuse buckets that are not kept, and what they do not know', async () => {
    const yesterday = new Date(Date.now() - 86_400_000).toISOString();
    for (const query of [
      `bucket=minute&since=${yesterday}`,
      'bucket=week',
      'type=a',
      `since=${yesterday}&until=${yesterday}`,
    ]) {
      await t.api.get(`/v1/stats?${query}`, { expect: 422 });
    }
    await t.api.get('/v1/stats?endpoint=nobody', { expect: 404 });
  });

  it('show a tenant’s key its own numbers, and nobody else’s', async () => {
    const { key } = await aKey(t.api, 'tenant', { tenant: tenant.id });
    const other = await aTenant(t.api);
    const own = await stats(`tenant=${tenant.id}`);
    expect((await stats('', key)).total).toEqual(own.total);
    expect((await stats('', key)).tenant).toBe(tenant.id);
    await t.api.get(`/v1/stats?tenant=${other.id}`, { key, expect: 404 });
    const theirs = await anEndpoint(t.api, other);
    await t.api.get(`/v1/stats?endpoint=${theirs.id}`, { key, expect: 404 });
  });

  it('show a publisher’s key what it has published, and no more', async () => {
    const { key } = await aKey(t.api, 'publisher');
    const other = await aTenant(t.api);
    await publish(t.api.as(key), tenant);
    await publish(t.api.as(key), other);
    await waitFor(async () => expect((await stats('', key)).total.published).toBe(2));
    expect((await stats(`tenant=${other.id}`, key)).total).toMatchObject({
      published: 1,
      attempts: 0,
      successRate: null,
    });
    await t.api.get(`/v1/stats?endpoint=${endpoint.id}`, { key, expect: 403 });
    await t.api.get('/v1/stats/overview', { key, expect: 403 });
  });
});

describe('the overview', () => {
  const overview = async (query = '', key?: string) =>
    (await t.api.get(`/v1/stats/overview?${query}`, key === undefined ? {} : { key })).body;

  it('tells what is due, held and dead, and which endpoints are in trouble', async () => {
    const own = await aTenant(t.api);
    const broken = await anEndpoint(t.api, own);
    await aDeadLetter(t.api, t.db, own);
    const [held] = await openDeliveries(t.db, await publish(t.api, own));
    await t.db.query(`UPDATE open_deliveries SET due_at = 'infinity' WHERE id = $1`, [parseTypeId('dlv', held!)]);
    const [due] = await openDeliveries(t.db, await publish(t.api, own));
    await t.db.query(`UPDATE open_deliveries SET due_at = '2026-01-01' WHERE id = $1`, [parseTypeId('dlv', due!)]);
    const stopped = await anEndpoint(t.api, own);
    await t.api.post(own.path(`/endpoints/${stopped.id}/disable`), { reason: 'moving' });
    const paused = await anEndpoint(t.api, own);
    await t.api.post(own.path(`/endpoints/${paused.id}/pause`));
    await t.db.query(
      `INSERT INTO endpoint_circuits (endpoint_id, state, since, reason) VALUES ($1, 'open', '2026-01-01', 'it fails')`,
      [parseTypeId('ep', broken.id)],
    );
    const expected = {
      due: 1,
      oldestDueAt: '2026-01-01T00:00:00.000Z',
      held: 1,
      deadLetters: 1,
      deliveriesPausedAt: null,
      endpoints: { disabled: 1, paused: 1, circuitOpen: 1, failing: 0 },
      endpointsInTrouble: [
        { endpoint: paused.id, trouble: 'paused', reason: null, tenant: own.id },
        { endpoint: stopped.id, trouble: 'disabled', reason: 'moving' },
        { endpoint: broken.id, trouble: 'circuit_open', reason: 'it fails', since: '2026-01-01T00:00:00.000Z' },
      ],
    };
    expect(await overview(`tenant=${own.uid}`)).toMatchObject(expected);
    const { key } = await aKey(t.api, 'tenant', { tenant: own.id });
    expect(await overview('', key)).toMatchObject(expected);
    const all = await overview();
    expect(all.endpointsInTrouble.length).toBeGreaterThanOrEqual(3);
    expect(all.deadLetters).toBeGreaterThanOrEqual(1);
    const { key: stranger } = await aKey(t.api, 'tenant', { tenant: (await aTenant(t.api)).id });
    expect(await overview('', stranger)).toMatchObject({ due: 0, held: 0, deadLetters: 0, endpointsInTrouble: [] });
  });
});
