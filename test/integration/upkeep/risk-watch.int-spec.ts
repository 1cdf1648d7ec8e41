import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Uuid } from '#kernel';
import { TrafficLedger, TrafficReadModel, TrafficStore } from '#stats';
import { RiskWatch } from '#upkeep';
import { newsOf, subscribe } from '../../support/operational-events.js';
import { openStoreBench, type StoreBench } from '../../support/stores.js';

describe(RiskWatch, () => {
  let bench: StoreBench;
  let watch: RiskWatch;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };
  beforeAll(async () => {
    bench = await openStoreBench();
    watch = new RiskWatch(bench.db, new TrafficReadModel(bench.db));
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.db.query('TRUNCATE traffic_minutes, tenants_at_risk');
    endpoint = await bench.anEndpoint();
    await subscribe(bench.db, endpoint, ['posthorn.slo.at_risk']);
  });

  const attempt = async (succeeded: number, failed: number, agoMs = 0): Promise<void> => {
    const nowMs = await bench.db.readClock();
    const ledger = new TrafficLedger(new TrafficStore(bench.db), 'w', { now: () => nowMs - agoMs });
    const { tenantId, endpointId } = endpoint;
    for (let n = 0; n < succeeded; n++) ledger.attempted(tenantId, endpointId, 1, 'succeeded');
    for (let n = 0; n < failed; n++) ledger.attempted(tenantId, endpointId, 1, 'retry');
    await ledger.flush();
  };
  const told = async () => (await newsOf<'posthorn.slo.at_risk'>(bench.db, endpoint.tenantId)).map(({ data }) => data);

  it('tells a tenant once that too few of its attempts succeed', async () => {
    await attempt(30, 10);
    expect(await watch.look()).toBe(1);
    const news = { attempts: 40, failures: 10, successPercent: 75, thresholdPercent: 90, windowSeconds: 900 };
    expect(await told()).toEqual([news]);
    await attempt(0, 5);
    expect(await watch.look()).toBe(0);
    expect(await told()).toHaveLength(1);
  });

  it('tells it again when it was well in between', async () => {
    await attempt(30, 10);
    await watch.look();
    await attempt(500, 0);
    await watch.look();
    await bench.db.query('TRUNCATE traffic_minutes');
    await attempt(30, 10);
    expect(await watch.look()).toBe(1);
    expect(await told()).toHaveLength(2);
  });

  it('forgets who is at risk when nothing is sent any more', async () => {
    await attempt(30, 10, 14 * 60_000);
    await watch.look();
    await bench.db.query(`UPDATE traffic_minutes SET starts_at = starts_at - interval '10 minutes'`);
    await watch.look();
    expect(await bench.db.query('SELECT FROM tenants_at_risk')).toEqual([]);
  });

  it('says nothing of a few failures, nor of old ones, and tells once however many look', async () => {
    await attempt(0, 19);
    await attempt(0, 100, 20 * 60_000);
    expect(await watch.look()).toBe(0);
    await attempt(0, 1);
    await Promise.all([watch.look(), watch.look(), watch.look()]);
    expect(await told()).toHaveLength(1);
  });
});
