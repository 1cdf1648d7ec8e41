import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SYSTEM } from '#audit';
import { ensurePartitions } from '#database';
import { OpenDeliveryStore, PayloadEraser } from '#deliveries';
import { TenantConfigs } from '#endpoints';
import { ScheduledEventStore } from '#events';
import { DatabaseClock, newUuid, type Uuid } from '#kernel';
import { Scheduler } from '#publishing';
import { Canceller } from '#replaying';
import { Metrics } from '#telemetry';
import { Upkeep } from '#upkeep';
import { openStoreBench, type StoreBench } from '../../support/stores.js';
import { waitFor } from '../../support/wait-for.js';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

let bench: StoreBench;
let store: OpenDeliveryStore;
let endpoint: { tenantId: Uuid; endpointId: Uuid };
beforeAll(async () => {
  bench = await openStoreBench();
  store = new OpenDeliveryStore(bench.db);
  await ensurePartitions(bench.db, Date.now());
});
afterAll(() => bench.close());
beforeEach(async () => {
  await bench.db.query('TRUNCATE open_deliveries, scheduled_events, leader_leases');
  endpoint = await bench.anEndpoint();
});

describe('upkeep of what has expired', () => {
  const PAST = `clock_timestamp() - interval '1 s'`;
  const LATER = `clock_timestamp() + interval '1 hour'`;
  const row = (waitingFor: string, dueAt: string, expiresAt = PAST) =>
    bench.anOpenDelivery(endpoint, { waiting_for: `'${waitingFor}'`, due_at: dueAt, expires_at: expiresAt });

  it('buries what waits, whatever for, and what is due and unclaimed, each as a dead letter', async () => {
    await bench.db.query(`UPDATE tenants SET paused_at = clock_timestamp() WHERE id = $1`, [endpoint.tenantId]);
    const ids = [
      await row('held', `'infinity'`),
      await row('retry', LATER),
      await row('rate_limit', LATER),
      await row('circuit', LATER),
      await row('order', LATER),
      await row('queue', PAST),
      await row('sending', PAST),
    ];
    const metrics = new Metrics({ processDefaults: false });
    const upkeep = new Upkeep(bench.db, store, bench.endpointSwitch(), new DatabaseClock(), metrics, SILENT);
    upkeep.start();
    await waitFor(async () => {
      for (const id of ids) expect(await bench.ended(id)).toMatchObject({ status: 'dead' });
    });
    await upkeep.stop();
    const letters = await bench.db.query<{ reason: string }>(
      `SELECT reason FROM dead_letters WHERE delivery_id = ANY ($1::uuid[])`,
      [ids],
    );
    expect(letters).toEqual(ids.map(() => ({ reason: 'expired' })));
    expect(await metrics.registry.getSingleMetricAsString('posthorn_deliveries_total')).toContain(
      `outcome="dead"} ${ids.length}`,
    );
  });

  it('leaves what is being sent, or will be in a moment, and what has not expired', async () => {
    await row('queue', `clock_timestamp() + interval '60 s'`);
    await row('sending', `clock_timestamp() + interval '60 s'`);
    await row('held', `'infinity'`, LATER);
    await bench.anOpenDelivery(endpoint, { waiting_for: `'held'`, due_at: `'infinity'` });
    expect(await store.findExpired(100)).toEqual([]);
  });

  it('does not bury what was claimed between the look and the burial', async () => {
    const id = await row('retry', PAST);
    const found = await store.findExpired(100);
    expect(found).toEqual([{ deliveryId: id, generation: 1 }]);
    await store.claimDue({ rows: 10, sinceMs: 0, leftOut: [], turns: [] });
    const buried = await store.buryExpired(found.map((held) => ({ ...held, deadLetterId: newUuid(Date.now()) })));
    expect(buried).toEqual([]);
    expect(await bench.open(id)).toMatchObject({ waiting_for: 'sending' });
  });
});

describe('cancelling events while they are fanned out', () => {
  it('leaves nothing open of any of them, whichever came first, and says at each what became of it', async () => {
    const { tenantId, endpointId } = endpoint;
    await bench.db.query(
      `INSERT INTO subscriptions (id, tenant_id, endpoint_id, event_types) VALUES ($1, $2, $3, '{*}')`,
      [newUuid(Date.now()), tenantId, endpointId],
    );
    const ids = Array.from({ length: 300 }, () => newUuid(Date.now()));
    await bench.db.query(
      `WITH event AS (
         INSERT INTO events (id, tenant_id, type, data, occurred_at, created_at)
         SELECT id, $2, 'a.b', '{}', clock_timestamp(), clock_timestamp() FROM unnest($1::uuid[]) AS id)
       INSERT INTO scheduled_events (event_id, tenant_id, due_at)
       SELECT id, $2, clock_timestamp() + n * interval '1 ms' FROM unnest($1::uuid[]) WITH ORDINALITY AS e(id, n)`,
      [ids, tenantId],
    );
    const scheduled = new ScheduledEventStore(bench.db);
    const options = { retentionDays: 30, wakePumps: () => undefined };
    const configs = new TenantConfigs(bench.db);
    const scheduler = new Scheduler(bench.db, new DatabaseClock(), scheduled, configs, options, SILENT);
    const payloads = new PayloadEraser(bench.db, store);
    const metrics = new Metrics({ processDefaults: false });
    const canceller = new Canceller(bench.db, store, scheduled, payloads, new DatabaseClock(), metrics);
    scheduler.start();
    await Promise.all(ids.map((id) => canceller.cancelEvent(SYSTEM, id, 'stop')));
    await scheduler.stop();

    const [left] = await bench.db.query<{ open: number; scheduled: number }>(
      `SELECT (SELECT count(*)::int FROM open_deliveries) AS open, (SELECT count(*)::int FROM scheduled_events) AS scheduled`,
    );
    expect(left).toEqual({ open: 0, scheduled: 0 });
    const told = await bench.db.query<{ event: boolean; deliveries: number }>(
      `SELECT e.cancelled_at IS NOT NULL AS event,
              (SELECT count(*)::int FROM deliveries d WHERE d.event_id = e.id AND d.cancel_reason = 'stop') AS deliveries
         FROM events e WHERE e.id = ANY ($1::uuid[])`,
      [ids],
    );
    expect(told).toHaveLength(300);
    for (const { event, deliveries } of told) expect([event, deliveries]).toEqual(event ? [true, 0] : [false, 1]);
  });
});
