import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Dispatch, type DispatchJob, OpenDeliveryStore, packJobs } from '#deliveries';
import { DatabaseClock, type Uuid } from '#kernel';
import { Metrics } from '#telemetry';
import { aDispatch, openStoreBench, type StoreBench } from '../../test/support/stores.js';
import { waitFor } from '../../test/support/wait-for.js';
import { Intake, JOBS_AT_ONCE } from './intake.js';
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

  /** Rows of as many deliveries of one tenant, each to an endpoint of its own, and the job that carries them. */
  async function aJobOf(count: number) {
    const { tenantId } = await bench.anEndpoint();
    const dispatches: Dispatch[] = [];
    for (let n = 0; n < count; n++) {
      const at = await bench.anEndpoint(tenantId);
      dispatches.push(aDispatch(await bench.anOpenDelivery(at, LEASED), at.endpointId, { tenantId }));
    }
    return { tenantId, dispatches };
  }
  const jobOf = (dispatches: readonly Dispatch[]): DispatchJob =>
    packJobs(dispatches, clock.now(), clock.now() + 90_000)[0]!;

  it("takes another tenant's job at once when one tenant has filled the process and its jobs wait", async () => {
    const { intake, lanes, started } = setup(8);
    const big = await aJobOf(32);
    const isFull = () => lanes.held >= lanes.capacity - (lanes.capacity >> 3);
    for (let n = 0; !isFull(); n++) intake.place(big.dispatches[n]!);
    const connectedMs = clock.now() - 10_000;
    const waiting = intake.takeJob(jobOf(big.dispatches.slice(28)), connectedMs);
    const small = await aJobOf(1);
    await intake.takeJob(jobOf(small.dispatches), connectedMs);
    expect(lanes.heldOf(small.tenantId)).toBe(1);
    // The job that was there before goes on waiting, and comes in when there is room.
    expect(lanes.heldOf(big.tenantId)).toBe(28);
    for (const { endpointId } of started.slice(0, 2)) lanes.finished(endpointId, 1);
    expect(started.map(({ tenantId }) => tenantId)).toContain(small.tenantId);
    for (const { endpointId } of started.slice(2, 5)) lanes.finished(endpointId, 1);
    await waiting;
    expect(lanes.heldOf(big.tenantId)).toBe(28 - 5 + 4);
  });

  it('takes what belongs to others out of a job that has to wait', async () => {
    const { intake, lanes } = setup(8);
    const [big, small] = [await aJobOf(32), await aJobOf(1)];
    for (const dispatch of big.dispatches.slice(0, 28)) intake.place(dispatch);
    const mixed = [big.dispatches[28]!, small.dispatches[0]!, big.dispatches[29]!];
    const taking = intake.takeJob(jobOf(mixed), clock.now() - 10_000);
    await waitFor(() => expect(lanes.heldOf(small.tenantId)).toBe(1));
    expect(lanes.heldOf(big.tenantId)).toBe(28);
    intake.close();
    await taking;
  });

  it('never has all its jobs waiting for room: the last one gives its rows back', async () => {
    const { intake, exits } = setup(8);
    const big = await aJobOf(36);
    for (const dispatch of big.dispatches.slice(0, 28)) intake.place(dispatch);
    const jobs = big.dispatches.slice(28).map((dispatch) => intake.takeJob(jobOf([dispatch]), clock.now() - 10_000));
    expect(jobs).toHaveLength(JOBS_AT_ONCE);
    await jobs.at(-1);
    await exits.idle();
    const dueInMs = async (dispatch: Dispatch) => (await bench.open(dispatch.deliveryId))!.due_in_ms;
    expect(await dueInMs(big.dispatches.at(-1)!)).toBeLessThan(1_000);
    expect(await dueInMs(big.dispatches.at(-2)!)).toBeGreaterThan(30_000);
    intake.close();
    await Promise.all(jobs);
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
