import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Dispatch, OpenDeliveryStore } from '#deliveries';
import { DatabaseClock, type Uuid } from '#kernel';
import { Metrics } from '#telemetry';
import { openStoreBench, type StoreBench } from '../../test/support/stores.js';
import { waitFor } from '../../test/support/wait-for.js';
import { Intake } from './intake.js';
import { LaneExits } from './lane-exits.js';
import { Lanes } from './lanes.js';
import { Pump } from './pump.js';
import { Recorder } from './recorder.js';
import { IN_TIME } from '../../test/support/in-time.js';

const SILENT = { warn: () => undefined, error: () => undefined };

describe(Pump, () => {
  let bench: StoreBench;
  let hanging: { tenantId: Uuid; endpointId: Uuid };
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    bench = await openStoreBench();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.db.query('TRUNCATE open_deliveries');
    hanging = await bench.anEndpoint();
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  /**
   * A pump over a store that counts claims. Requests to `hanging` end only by `answer`, all others at once. While
   * `database.isAway` no claim is answered; `database.passedMs` is how far the pump's clock has been moved.
   */
  function start(sweepEveryMs?: number, database = { isAway: false, passedMs: 0 }) {
    const claims = { count: 0, answeredAtMs: 0 };
    const store = new OpenDeliveryStore({
      query: async (sql: { name: string }, values: unknown[]) => {
        if (sql.name === 'claim_due') claims.count += 1;
        if (database.isAway) throw new Error('Connection terminated unexpectedly');
        const rows = await bench.db.query(sql as never, values);
        claims.answeredAtMs ||= performance.now();
        return rows;
      },
    } as never);
    const databaseClock = new DatabaseClock();
    const clock = { now: () => databaseClock.now() + database.passedMs };
    const started: Dispatch[] = [];
    const lanes: Lanes = new Lanes({
      concurrency: 64,
      start: (dispatch) => {
        started.push(dispatch);
        if (dispatch.endpointId !== hanging.endpointId) setImmediate(() => lanes.finished(dispatch.endpointId, 1));
      },
      maxInFlightOf: () => null,
      clock,
    });
    const exits = new LaneExits(store, clock, new Metrics({ processDefaults: false }));
    const intake = new Intake(lanes, new Recorder(bench.db, clock, SILENT), exits, store, clock);
    const pump: Pump = new Pump(store, lanes, intake, exits, clock, SILENT, sweepEveryMs);
    pump.start();
    stops.push(async () => {
      intake.close();
      await pump.stop();
    });
    const startedTo = (endpointId: Uuid) => started.filter((dispatch) => dispatch.endpointId === endpointId);
    return { claims, lanes, pump, started, startedTo };
  }

  /** Many, by one statement; each of an event that there is. */
  async function manyDue(endpoint: { tenantId: Uuid; endpointId: Uuid }, count: number): Promise<void> {
    const id = await bench.anOpenDelivery(endpoint, { due_at: `clock_timestamp() - interval '1 min'` });
    await bench.db.query(
      `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, created_at, type, due_at, waiting_for)
       SELECT gen_random_uuid(), event_id, tenant_id, endpoint_id, 1, created_at, type, due_at, waiting_for
         FROM open_deliveries, generate_series(2, $2) WHERE id = $1`,
      [id, count],
    );
  }

  it('does not look again and again at what the lane of a hanging endpoint has no room for', IN_TIME, async () => {
    await manyDue(hanging, 2_000);
    const { claims, lanes } = start();
    await waitFor(() => expect(lanes.fullEndpoints()).toEqual([hanging.endpointId]));
    claims.count = 0;
    const sinceMs = performance.now();
    await waitFor(() => expect(performance.now() - sinceMs).toBeGreaterThan(1_000), { intervalMs: 100 });
    expect(claims.count).toBeLessThan(25);
  });

  it("brings another tenant's work past it at once", IN_TIME, async () => {
    await manyDue(hanging, 2_000);
    const { lanes, startedTo } = start();
    await waitFor(() => expect(lanes.fullEndpoints()).toEqual([hanging.endpointId]));
    const healthy = await bench.anEndpoint();
    await bench.anOpenDelivery(healthy);
    await waitFor(() => expect(startedTo(healthy.endpointId)).toHaveLength(1), { timeoutMs: 1_500 });
  });

  it('fetches more for a lane when it has room again', async () => {
    await manyDue(hanging, 400);
    const { lanes, startedTo } = start();
    let answered = 0;
    await waitFor(
      () => {
        while (answered < startedTo(hanging.endpointId).length) {
          answered += 1;
          lanes.finished(hanging.endpointId, 1);
        }
        expect(answered).toBe(400);
      },
      { intervalMs: 1 },
    );
  });

  it("lets another tenant's work pass a backlog that was there first", IN_TIME, async () => {
    const loud = await bench.anEndpoint();
    await manyDue(loud, 5_000);
    const quiet = await bench.anEndpoint();
    const waiting = await bench.anOpenDelivery(quiet);
    const { started, startedTo } = start();
    await waitFor(() => expect(startedTo(quiet.endpointId)).toHaveLength(1));
    expect(started.findIndex(({ deliveryId }) => deliveryId === waiting)).toBeLessThan(1_500);
    await waitFor(() => expect(started).toHaveLength(5_001));
  });

  it('takes what is due to many endpoints of one tenant, each delivery once', async () => {
    for (let n = 0; n < 40; n++) await manyDue(await bench.anEndpoint(hanging.tenantId), 60);
    const { started } = start();
    await waitFor(() => expect(started.length).toBeGreaterThanOrEqual(2_400));
    expect(new Set(started.map(({ deliveryId }) => deliveryId)).size).toBe(2_400);
  });

  it('claims once for wakes that come together', IN_TIME, async () => {
    const { claims, pump } = start();
    await waitFor(() => expect(claims.count).toBeGreaterThan(0));
    claims.count = 0;
    const sinceMs = performance.now();
    await waitFor(
      () => {
        for (let n = 0; n < 10; n++) pump.wake();
        expect(performance.now() - sinceMs).toBeGreaterThan(1_000);
      },
      { intervalMs: 1 },
    );
    expect(claims.count).toBeGreaterThan(5);
    expect(claims.count).toBeLessThan(55);
  });

  it('finds what comes to be due at a time long past, when it is told', IN_TIME, async () => {
    const { claims, pump, startedTo } = start();
    await waitFor(() => expect(claims.count).toBeGreaterThan(1));
    const endpoint = await bench.anEndpoint();
    await bench.anOpenDelivery(endpoint, { due_at: `clock_timestamp() - interval '1 hour'` });
    pump.noteDue(Date.now() - 3_660_000);
    await waitFor(() => expect(startedTo(endpoint.endpointId)).toHaveLength(1), { timeoutMs: 1_500 });
  });

  it('finds what was seen a few seconds late within about a second', IN_TIME, async () => {
    const { claims, startedTo } = start();
    await waitFor(() => expect(claims.count).toBeGreaterThan(1));
    const endpoint = await bench.anEndpoint();
    await bench.anOpenDelivery(endpoint, { due_at: `clock_timestamp() - interval '5 s'` });
    await waitFor(() => expect(startedTo(endpoint.endpointId)).toHaveLength(1), { timeoutMs: 3_000 });
  });

  it('forgets nothing: a sweep finds what nobody told of, also behind a backlog', async () => {
    await manyDue(hanging, 2_000);
    const { lanes, startedTo } = start(400);
    await waitFor(() => expect(lanes.fullEndpoints()).toEqual([hanging.endpointId]));
    const endpoint = await bench.anEndpoint();
    await bench.anOpenDelivery(endpoint, { due_at: `clock_timestamp() - interval '1 hour'` });
    await waitFor(() => expect(startedTo(endpoint.endpointId)).toHaveLength(1));
  });

  describe('after an outage of the database', () => {
    /** How long the pump waits, once the database answers again, before it sends what is due. */
    async function waitsAfter(passedMs: number): Promise<number> {
      const healthy = await bench.anEndpoint();
      await bench.anOpenDelivery(healthy);
      const database = { isAway: true, passedMs: 0 };
      const { claims, startedTo } = start(undefined, database);
      await waitFor(() => expect(claims.count).toBeGreaterThan(1));
      database.passedMs = passedMs;
      database.isAway = false;
      await waitFor(() => expect(startedTo(healthy.endpointId)).toHaveLength(1));
      return performance.now() - claims.answeredAtMs;
    }

    it('lets recorders go first, if leases may have run out in it', IN_TIME, async () => {
      expect(await waitsAfter(20_000)).toBeGreaterThan(2_900);
    });

    it('goes on at once, if it was short', IN_TIME, async () => {
      expect(await waitsAfter(0)).toBeLessThan(2_900);
    });
  });
});
