import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Dispatch, type DispatchJob, OpenDeliveryStore, packJobs } from '#deliveries';
import { DatabaseClock, type Uuid } from '#kernel';
import { Metrics } from '#telemetry';
import { aDispatch, openStoreBench, type StoreBench } from '../../test/support/stores.js';
import { Intake } from './intake.js';
import { LaneExits } from './lane-exits.js';
import { Lanes } from './lanes.js';
import { Recorder } from './recorder.js';

const SILENT = { warn: () => undefined, error: () => undefined };
const LEASED = { due_at: `clock_timestamp() + interval '90 s'` };

describe(Intake, () => {
  let bench: StoreBench;
  let store: OpenDeliveryStore;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };
  const clock = new DatabaseClock();

  beforeAll(async () => {
    bench = await openStoreBench();
    store = new OpenDeliveryStore(bench.db);
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    endpoint = await bench.anEndpoint();
  });

  function setup(concurrency = 8) {
    const started: Dispatch[] = [];
    const lanes = new Lanes({
      concurrency,
      start: (dispatch) => void started.push(dispatch),
      maxInFlightOf: () => null,
      clock,
    });
    const exits = new LaneExits(store, clock, new Metrics({ processDefaults: false }));
    const intake = new Intake(lanes, new Recorder(bench.db, clock, SILENT), exits, store, clock);
    return { intake, lanes, exits, started };
  }

  const aJob = (ids: readonly Uuid[], atMs: number, leaseMs = 90_000): DispatchJob =>
    packJobs(
      ids.map((id) => aDispatch(id, endpoint.endpointId)),
      atMs,
      atMs + leaseMs,
    )[0]!;

  it('trusts a job that was made while it was connected: no claim, the first generation', async () => {
    const id = await bench.anOpenDelivery(endpoint, LEASED);
    const { intake, started } = setup();
    await intake.takeJob(aJob([id], clock.now()), clock.now() - 10_000);
    expect(started.map(({ deliveryId, generation }) => [deliveryId, generation])).toEqual([[id, 1]]);
    expect(await bench.open(id)).toMatchObject({ generation: 1 });
  });

  it.each([
    ['made before the connection', (now: number) => ({ atMs: now - 5_000, leaseMs: 90_000, connectedMs: now - 1_000 })],
    [
      'made just after the connection',
      (now: number) => ({ atMs: now - 500, leaseMs: 90_000, connectedMs: now - 1_000 }),
    ],
    ['with little lease left', (now: number) => ({ atMs: now - 60_000, leaseMs: 90_000, connectedMs: now - 80_000 })],
    ['while there is no connection', (now: number) => ({ atMs: now, leaseMs: 90_000, connectedMs: null })],
  ])('claims a job %s, and sends only what it wins', async (_, of) => {
    const untouched = await bench.anOpenDelivery(endpoint, LEASED);
    const taken = await bench.anOpenDelivery(endpoint, { ...LEASED, generation: '2' });
    const { intake, started } = setup();
    const { atMs, leaseMs, connectedMs } = of(clock.now());
    await intake.takeJob(aJob([untouched, taken], atMs, leaseMs), connectedMs);
    expect(started.map(({ deliveryId, generation }) => [deliveryId, generation])).toEqual([[untouched, 2]]);
  });

  it('gives back what a full lane cannot hold', async () => {
    const ids: Uuid[] = [];
    for (let n = 0; n < 6; n++) ids.push(await bench.anOpenDelivery(endpoint, LEASED));
    const { intake, lanes, exits } = setup(2);
    await intake.takeJob(aJob(ids, clock.now()), clock.now() - 10_000);
    await exits.idle();
    const rows = await Promise.all(ids.map((id) => bench.open(id)));
    const givenBack = rows.filter((row) => row!.generation === 2);
    expect(givenBack.length).toBe(ids.length - lanes.held);
    expect(givenBack.length).toBeGreaterThan(0);
    for (const row of givenBack) expect(row!.due_in_ms).toBeLessThan(61_000);
  });

  it('lets a job wait until there is room, and takes it then', async () => {
    const ids: Uuid[] = [];
    for (let n = 0; n < 8; n++) ids.push(await bench.anOpenDelivery(await bench.anEndpoint(), LEASED));
    const { intake, lanes, started } = setup(1);
    for (const id of ids.slice(0, 4)) intake.place(aDispatch(id, id));
    let isTaken = false;
    const taking = intake
      .takeJob(aJob(ids.slice(4, 5), clock.now()), clock.now() - 10_000)
      .then(() => (isTaken = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isTaken).toBe(false);
    lanes.finished(started[0]!.endpointId, 1);
    await taking;
    expect(lanes.held).toBe(4);
  });

  it('lets jobs wait while it is paused, and gives back what was being claimed', async () => {
    const [claimed, waiting] = [
      await bench.anOpenDelivery(endpoint, LEASED),
      await bench.anOpenDelivery(endpoint, LEASED),
    ];
    const { intake, exits, started } = setup();
    intake.setPaused(true);
    intake.place(aDispatch(claimed, endpoint.endpointId));
    await exits.idle();
    expect((await bench.open(claimed))!.due_in_ms).toBeLessThan(1_000);
    const taking = intake.takeJob(aJob([waiting], clock.now()), clock.now() - 10_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual([]);
    intake.setPaused(false);
    await taking;
    expect(started.map(({ deliveryId }) => deliveryId)).toEqual([waiting]);
  });

  it('gives everything back once it is closed', async () => {
    const id = await bench.anOpenDelivery(endpoint, LEASED);
    const { intake, exits, started } = setup();
    intake.close();
    await intake.takeJob(aJob([id], clock.now()), clock.now() - 10_000);
    await exits.idle();
    expect(started).toEqual([]);
    expect((await bench.open(id))!.due_in_ms).toBeLessThan(1_000);
  });
});
