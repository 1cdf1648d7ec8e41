import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SYSTEM } from '#audit';
import { EndpointHealthStore, EndpointSwitch, type HealthChange } from '#endpoints';
import { newUuid, toTypeId, type Uuid } from '#kernel';
import { FailureWatch } from '#upkeep';
import { newsOf, subscribe } from '../../support/operational-events.js';
import { NoEffects } from '../../support/no-effects.js';
import { openStoreBench, type StoreBench } from '../../support/stores.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

describe(FailureWatch, () => {
  let bench: StoreBench;
  let health: EndpointHealthStore;
  let effects: NoEffects;
  let endpoints: EndpointSwitch;
  let watch: FailureWatch;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };
  /** Where the test's days begin: the endpoint was made an hour before. */
  let startMs: number;

  beforeAll(async () => {
    bench = await openStoreBench();
    health = new EndpointHealthStore(bench.db);
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.db.query('TRUNCATE endpoint_health, failing_endpoints');
    effects = new NoEffects();
    endpoints = bench.endpointSwitch(effects);
    watch = new FailureWatch(bench.db, endpoints);
    endpoint = await bench.anEndpoint();
    startMs = (await bench.db.readClock()) - 20 * DAY_MS;
    await bench.db.query(
      `UPDATE endpoints SET created_at = to_timestamp($2), status_changed_at = to_timestamp($2) WHERE id = $1`,
      [endpoint.endpointId, (startMs - HOUR_MS) / 1_000],
    );
  });

  /** What a worker tells of one attempt, `afterMs` after the start. */
  const attempt = (outcome: 'succeeded' | 'failed', afterMs: number, writer = 'worker-1') => {
    const isFailure = outcome === 'failed';
    const change: HealthChange = {
      endpointId: endpoint.endpointId,
      succeeded: isFailure ? 0 : 1,
      failed: isFailure ? 1 : 0,
      durationMsSum: 10,
      failuresInARow: isFailure ? 1 : 0,
      lastSuccessAtMs: isFailure ? null : startMs + afterMs,
      lastFailureAtMs: isFailure ? startMs + afterMs : null,
      lastStatusCode: isFailure ? 503 : null,
      lastErrorCode: isFailure ? 'status' : null,
    };
    return health.add(writer, [change]);
  };

  /** Fails each `everyMs` from one moment to another, and upkeep looks after each. */
  const failing = async (fromMs: number, toMs: number, everyMs = 12 * HOUR_MS, writer = 'worker-1') => {
    for (let atMs = fromMs; atMs <= toMs; atMs += everyMs) {
      await attempt('failed', atMs, writer);
      await watch.look();
    }
  };

  const state = async () => {
    const [row] = await bench.db.query<{ status: string; reason: string | null; version: number }>(
      `SELECT status, disabled_reason AS reason, version FROM endpoints WHERE id = $1`,
      [endpoint.endpointId],
    );
    return row!;
  };
  const told = async () => (await newsOf(bench.db, endpoint.tenantId)).map(({ type }) => type);

  it('disables after five days without one success and at least ten failures, and cancels what is open', async () => {
    await failing(0, 5 * DAY_MS - 1);
    expect(await state()).toMatchObject({ status: 'enabled' });
    await failing(5 * DAY_MS, 5 * DAY_MS);
    expect(await state()).toEqual({ status: 'disabled', reason: 'failing', version: 2 });
    expect(effects.cancelled).toEqual([endpoint.endpointId]);
    expect(await bench.db.query(`SELECT FROM failing_endpoints`)).toEqual([]);
    expect(await watch.look()).toBe(0);
  });

  it('does not for nine failures', async () => {
    await failing(0, 5 * DAY_MS, (5 * DAY_MS) / 8);
    expect(await state()).toMatchObject({ status: 'enabled' });
    await failing(5 * DAY_MS + HOUR_MS, 5 * DAY_MS + HOUR_MS);
    expect(await state()).toMatchObject({ status: 'disabled' });
  });

  it.each(['worker-1', 'worker-2'])('does not when one attempt has succeeded in between, at %s', async (writer) => {
    await failing(0, 3 * DAY_MS);
    await attempt('succeeded', 3 * DAY_MS + 1, writer);
    await failing(3 * DAY_MS + HOUR_MS, 7 * DAY_MS);
    expect(await state()).toMatchObject({ status: 'enabled' });
    await failing(8 * DAY_MS, 9 * DAY_MS);
    expect(await state()).toMatchObject({ status: 'disabled' });
  });

  it('does not when history knows of a success that was never counted', async () => {
    await failing(0, 4 * DAY_MS);
    await bench.db.query(
      `INSERT INTO deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, attempts, created_at, completed_at, type, status)
       VALUES ($1, $1, $2, $3, 1, 1, clock_timestamp(), clock_timestamp(), 'a.b', 'succeeded')`,
      [newUuid(Date.now()), endpoint.tenantId, endpoint.endpointId],
    );
    await failing(5 * DAY_MS, 9 * DAY_MS);
    expect(await state()).toMatchObject({ status: 'enabled' });
  });

  it('does not by what was lost: without its health rows an endpoint starts afresh', async () => {
    await failing(0, 4 * DAY_MS);
    await bench.db.query('TRUNCATE endpoint_health');
    await failing(5 * DAY_MS, 8 * DAY_MS);
    expect(await state()).toMatchObject({ status: 'enabled' });
  });

  it('does not by what was lost: nor when it is one process that has lost its own', async () => {
    await failing(0, 2 * DAY_MS, 12 * HOUR_MS, 'worker-1');
    await failing(2 * DAY_MS, 4 * DAY_MS, 12 * HOUR_MS, 'worker-2');
    await bench.db.query(`DELETE FROM endpoint_health WHERE writer = 'worker-2'`);
    await watch.look();
    await failing(5 * DAY_MS, 7 * DAY_MS, 12 * HOUR_MS, 'worker-1');
    expect(await state()).toMatchObject({ status: 'enabled' });
  });

  it('does not for silence: nothing was sent for a week between two bad moments', async () => {
    await failing(0, HOUR_MS, HOUR_MS / 20);
    await failing(8 * DAY_MS, 8 * DAY_MS + HOUR_MS, HOUR_MS / 20);
    expect(await state()).toMatchObject({ status: 'enabled' });
    expect(await told()).toEqual([]);
  });

  it.each<[string, Parameters<EndpointSwitch['turn']>[3][]]>([
    ['disabled and enabled again', ['disable', 'enable']],
    ['paused and resumed', ['pause', 'resume']],
  ])('starts afresh with an endpoint that was %s', async (_, commands) => {
    await failing(0, 4 * DAY_MS);
    for (const command of commands) await endpoints.turn(SYSTEM, endpoint.tenantId, endpoint.endpointId, command);
    await bench.db.query(`UPDATE endpoints SET status_changed_at = to_timestamp($2) WHERE id = $1`, [
      endpoint.endpointId,
      (startMs + 4 * DAY_MS + 1_000) / 1_000,
    ]);
    await failing(5 * DAY_MS, 10 * DAY_MS - 1);
    expect(await state()).toMatchObject({ status: 'enabled' });
    await failing(10 * DAY_MS, 10 * DAY_MS);
    expect(await state()).toMatchObject({ status: 'disabled' });
  });

  it('leaves an endpoint alone that a person turned, or that succeeded, since the facts were read', async () => {
    await failing(0, 4 * DAY_MS);
    await attempt('succeeded', 4 * DAY_MS);
    const { tenantId, endpointId } = endpoint;
    expect(await endpoints.disableFailing(tenantId, endpointId, startMs)).toBe(false);
    const other = await bench.anEndpoint();
    await health.add('worker-1', []);
    expect(await endpoints.disableFailing(other.tenantId, other.endpointId, startMs)).toBe(false);
    expect(await state()).toMatchObject({ status: 'enabled', version: 1 });
  });

  it('adds up what several processes have counted', async () => {
    for (let n = 0; n <= 10; n++) await failing(n * 12 * HOUR_MS, n * 12 * HOUR_MS, 1, `worker-${n % 3}`);
    expect(await state()).toMatchObject({ status: 'disabled' });
  });

  it('warns after one day and after three, tells what has become of it, and each once', async () => {
    await subscribe(bench.db, endpoint, ['posthorn.endpoint.*']);
    await failing(0, DAY_MS - 1, 6 * HOUR_MS);
    expect(await told()).toEqual([]);
    await failing(DAY_MS, 3 * DAY_MS - 1, 6 * HOUR_MS);
    const [warning, ...more] = await newsOf(bench.db, endpoint.tenantId);
    expect(more).toEqual([]);
    expect(warning).toEqual({
      type: 'posthorn.endpoint.failing',
      subject: toTypeId('ep', endpoint.endpointId),
      data: {
        endpoint: toTypeId('ep', endpoint.endpointId),
        endpointUid: null,
        failingSince: new Date(startMs).toISOString(),
        failures: 5,
        lastFailureAt: new Date(startMs + DAY_MS).toISOString(),
        lastStatusCode: 503,
        lastErrorCode: 'status',
        disabledFrom: new Date(Math.floor(startMs) + 5 * DAY_MS).toISOString(),
      },
    });
    await failing(3 * DAY_MS, 5 * DAY_MS, 6 * HOUR_MS);
    expect(await told()).toEqual([
      'posthorn.endpoint.failing',
      'posthorn.endpoint.failing',
      'posthorn.endpoint.disabled',
    ]);
  });

  it('tells that an endpoint has recovered, but only if it was told to be failing', async () => {
    await subscribe(bench.db, endpoint, ['posthorn.*']);
    await failing(0, 12 * HOUR_MS, HOUR_MS);
    await attempt('succeeded', 13 * HOUR_MS);
    await watch.look();
    expect(await told()).toEqual([]);
    await failing(DAY_MS, 2 * DAY_MS);
    await attempt('succeeded', 2 * DAY_MS + HOUR_MS);
    for (let n = 0; n < 3; n++) await watch.look();
    expect(await told()).toEqual(['posthorn.endpoint.failing', 'posthorn.endpoint.recovered']);
    expect((await newsOf(bench.db, endpoint.tenantId))[1]!.data).toMatchObject({
      failingSince: new Date(startMs + DAY_MS).toISOString(),
      recoveredAt: new Date(startMs + 2 * DAY_MS + HOUR_MS).toISOString(),
    });
  });

  it('tells of the recovery too of what has begun anew after a silence', async () => {
    await subscribe(bench.db, endpoint, ['posthorn.*']);
    await failing(0, DAY_MS);
    await failing(6 * DAY_MS, 6 * DAY_MS);
    await attempt('succeeded', 7 * DAY_MS);
    await watch.look();
    expect(await told()).toEqual(['posthorn.endpoint.failing', 'posthorn.endpoint.recovered']);
  });

  it('warns once when several look at the same time', async () => {
    await subscribe(bench.db, endpoint, ['posthorn.*']);
    await failing(0, DAY_MS - 1, 6 * HOUR_MS);
    await attempt('failed', DAY_MS);
    await Promise.all(Array.from({ length: 4 }, () => new FailureWatch(bench.db, endpoints).look()));
    expect(await told()).toEqual(['posthorn.endpoint.failing']);
  });

  it('looks at every page of many endpoints', async () => {
    await bench.db.query(
      `WITH made AS (
         INSERT INTO endpoints (id, tenant_id, url, status_changed_at)
         SELECT gen_random_uuid(), $1, 'https://example.com', to_timestamp($2) FROM generate_series(1, 1200) RETURNING id
       )
       INSERT INTO endpoint_health (endpoint_id, writer, failed, failures_in_a_row, last_failure_at)
       SELECT id, 'worker-1', 1, 1, to_timestamp($2) + interval '1 s' FROM made`,
      [endpoint.tenantId, startMs / 1_000],
    );
    await watch.look();
    const [count] = await bench.db.query(`SELECT count(*)::int AS runs FROM failing_endpoints`);
    expect(count).toEqual({ runs: 1_200 });
  });
});
