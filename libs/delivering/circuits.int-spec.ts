import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CircuitBacklogStore, type Dispatch, OpenDeliveryStore } from '#deliveries';
import { CircuitStore, type SendTargets } from '#endpoints';
import { DatabaseClock, newUuid, type Uuid } from '#kernel';
import { Metrics } from '#telemetry';
import { CircuitBoard } from './circuit-board.js';
import { Detour, DETOUR_OPTIONS, type DetourOptions } from './detour.js';
import { LaneExits } from './lane-exits.js';
import { aDispatch, openStoreBench, type StoreBench } from '../../test/support/stores.js';
import { waitFor } from '../../test/support/wait-for.js';

const HOUR_MS = 3_600_000;
const WAITING = { due_at: `clock_timestamp() + interval '1 hour'`, waiting_for: `'circuit'` };
const LEASED = { due_at: `clock_timestamp() + interval '90 s'`, waiting_for: `'sending'` };

const everyEndpointIsKnown = { peek: () => undefined } as unknown as SendTargets;

describe('circuits', () => {
  let bench: StoreBench;
  let circuits: CircuitStore;
  let backlog: CircuitBacklogStore;
  let at: { tenantId: Uuid; endpointId: Uuid };
  const clock = new DatabaseClock();

  beforeAll(async () => {
    bench = await openStoreBench();
    circuits = new CircuitStore(bench.db);
    backlog = new CircuitBacklogStore(bench.db);
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    at = await bench.anEndpoint();
  });

  const open = (probeInMs = HOUR_MS) => circuits.open(at.endpointId, 'It fails.', 0, probeInMs);
  const circuit = async () => (await circuits.changedWithin(0, [at.endpointId]))[0];
  const reserve = (candidateId: Uuid, over: Partial<DetourOptions> & { rows?: number; isHurried?: boolean } = {}) => {
    const { rows = 1, isHurried = false, ...options } = over;
    return circuits.reserveSlots([{ endpointId: at.endpointId, rows, candidateId, isHurried }], {
      ...DETOUR_OPTIONS,
      ...options,
    });
  };
  const ids = (count: number) => Array.from({ length: count }, () => newUuid(Date.now()));
  const waitingRows = (count: number) =>
    Promise.all(Array.from({ length: count }, () => bench.anOpenDelivery(at, WAITING)));

  describe(CircuitStore, () => {
    it('is opened by one of those who want to, and each change counts up', async () => {
      const results = await Promise.all([open(), open(), open()]);
      expect(results.filter((result) => result !== undefined)).toHaveLength(1);
      expect(await circuit()).toMatchObject({ state: 'open', reason: 'It fails.', version: 1, failedProbes: 0 });
      expect(await circuits.reset(at.endpointId, 'Somebody says so.')).toMatchObject({ state: 'closed', version: 2 });
      expect(await open()).toMatchObject({ state: 'open', version: 3, catchUpRate: null });
    });

    it('gives n deliveries n slots after the next probe, in one statement, and nobody the same', async () => {
      const { probeAtMs } = (await open())!;
      const [first] = await reserve(ids(1)[0]!, { rows: 10, apartMs: 20 });
      const [second] = await reserve(ids(1)[0]!, { rows: 5, apartMs: 20 });
      expect(first!.firstSlotMs).toBeCloseTo(probeAtMs!, 0);
      expect(second!.firstSlotMs).toBeCloseTo(probeAtMs! + 200, 0);
    });

    it('makes one delivery the probe when its time has come, however many ask at once', async () => {
      await open(0);
      const candidates = ids(8);
      const answers = (await Promise.all(candidates.map((id) => reserve(id)))).flat();
      expect(answers.filter(({ hasBegun }) => hasBegun)).toHaveLength(1);
      expect(new Set(answers.map(({ probeDeliveryId }) => probeDeliveryId)).size).toBe(1);
      expect(await circuit()).toMatchObject({ state: 'half_open' });
    });

    it('lets a replay go before its time, but not one after the other', async () => {
      await open();
      const [a, b, c] = ids(3) as [Uuid, Uuid, Uuid];
      expect((await reserve(a, { hurryGapMs: 0 }))[0]).toMatchObject({ state: 'open' });
      expect((await reserve(b, { hurryGapMs: 0, isHurried: true }))[0]).toMatchObject({ probeDeliveryId: b });
      await circuits.failProbe(at.endpointId, b, HOUR_MS);
      expect((await reserve(c, { isHurried: true, hurryGapMs: 60_000 }))[0]).toMatchObject({
        state: 'open',
        probeDeliveryId: null,
      });
    });

    it('gives a probe up whose worker is dead', async () => {
      await open(0);
      const [dead, next] = ids(2) as [Uuid, Uuid];
      await reserve(dead, { probeLeaseMs: 100 });
      await waitFor(async () => expect((await reserve(next))[0]).toMatchObject({ probeDeliveryId: next }));
      expect(await circuits.close(at.endpointId, dead, 'Too late.', 10)).toBeUndefined();
      expect(await circuits.failProbe(at.endpointId, dead, 0)).toBeUndefined();
      expect(await circuits.close(at.endpointId, next, 'Answered.', 10)).toMatchObject({ state: 'closed' });
    });

    it('answers nothing for a circuit that is closed or has no row any more', async () => {
      expect(await reserve(ids(1)[0]!)).toEqual([]);
      await open();
      await circuits.reset(at.endpointId, 'Somebody says so.');
      expect(await reserve(ids(1)[0]!)).toEqual([]);
    });

    it('does nothing on behalf of an endpoint that is well', async () => {
      expect(await circuits.reset(at.endpointId, 'Resumed.')).toBeUndefined();
      expect(await circuit()).toBeUndefined();
    });
  });

  describe(CircuitBacklogStore, () => {
    it('makes the oldest waiting delivery the probe, once, and only when its time has come', async () => {
      await open(HOUR_MS);
      const rows = (await waitingRows(3)).toSorted();
      expect(await backlog.beginProbes([at.endpointId], 60_000)).toEqual([]);
      await bench.db.query(`UPDATE endpoint_circuits SET probe_at = clock_timestamp() WHERE endpoint_id = $1`, [
        at.endpointId,
      ]);
      const begun = await Promise.all([1, 2, 3].map(() => backlog.beginProbes([at.endpointId], 60_000)));
      expect(begun.flat()).toEqual([at.endpointId]);
      expect(await circuit()).toMatchObject({ state: 'half_open', probeDeliveryId: rows[0] });
      expect((await bench.open(rows[0]!))!.due_in_ms).toBeLessThanOrEqual(0);
      expect((await bench.open(rows[1]!))!.due_in_ms).toBeGreaterThan(HOUR_MS / 2);
    });

    it('brings what waits forward at the rate, oldest first, until none is left; one worker a step', async () => {
      await open();
      const rows = (await waitingRows(25)).toSorted();
      await circuits.reset(at.endpointId, 'Resumed.');
      const steps = await Promise.all([1, 2, 3].map(() => backlog.bringForward(at.endpointId, 10, 20, 1_000)));
      expect(steps.filter((step) => step !== null)).toEqual([10]);
      const due = async () => {
        const found = await Promise.all(rows.map((id) => bench.open(id)));
        return found.filter((row) => row!.due_in_ms < 2_000).length;
      };
      expect(await due()).toBe(10);
      expect((await bench.open(rows[9]!))!.due_in_ms).toBeLessThan(2_000);
      expect(await circuit()).toMatchObject({ catchUpRate: 20 });
      const next = (rate: number) =>
        waitFor(async () => {
          const step = await backlog.bringForward(at.endpointId, rate, rate * 2, 1_000);
          expect(step).not.toBeNull();
          return step;
        });
      expect(await next(20)).toBe(15);
      expect(await due()).toBe(25);
      expect(await circuit()).toMatchObject({ state: 'closed', catchUpRate: null });
      expect(await backlog.bringForward(at.endpointId, 10, 10, 1_000)).toBeNull();
    });

    it('sees to what waits for a circuit that is closed, or whose row is lost, and leaves alone what is open', async () => {
      const lost = await bench.anEndpoint();
      const closed = await bench.anEndpoint();
      await open();
      for (const endpoint of [at, lost, closed]) await bench.anOpenDelivery(endpoint, WAITING);
      await circuits.open(closed.endpointId, 'It fails.', 0, HOUR_MS);
      await circuits.reset(closed.endpointId, 'Resumed.');
      await bench.db.query(`UPDATE endpoint_circuits SET catch_up_rate = NULL WHERE endpoint_id = $1`, [
        closed.endpointId,
      ]);
      expect(await backlog.adoptWaiting(10)).toBeGreaterThanOrEqual(2);
      for (const { endpointId } of [lost, closed]) {
        expect(await backlog.bringForward(endpointId, 10, 20, 1_000)).toBe(1);
      }
      expect(await circuit()).toMatchObject({ state: 'open', catchUpRate: null });
    });
  });

  describe(Detour, () => {
    function setup(options: Partial<DetourOptions> = {}) {
      const deliveries = new OpenDeliveryStore(bench.db);
      const exits = new LaneExits(deliveries, clock, new Metrics({ processDefaults: false }));
      const board = new CircuitBoard(circuits, clock);
      const detour = new Detour(board, circuits, everyEndpointIsKnown, exits, clock, { ...DETOUR_OPTIONS, ...options });
      const sent: Uuid[] = [];
      detour.onSend(({ deliveryId }) => void sent.push(deliveryId));
      return { board, detour, sent };
    }

    const aLeased = async (over: Partial<Dispatch> = {}): Promise<Dispatch> =>
      aDispatch(await bench.anOpenDelivery(at, LEASED), at.endpointId, over);

    const deferred = (id: Uuid) =>
      waitFor(async () => {
        const row = await bench.open(id);
        expect(row!.waiting_for).not.toBe('sending');
        return row!;
      });

    it('takes nothing to an endpoint that does not fail, and asks nobody', async () => {
      const { detour } = setup();
      expect(detour.take(aDispatch(newUuid(Date.now()), at.endpointId))).toBe(false);
      expect(detour.pending).toBe(0);
    });

    it('defers without an attempt: first to a slot after the next probe, then for long', async () => {
      const { board, detour } = setup();
      board.take((await open(60_000))!);
      const fresh = await aLeased();
      const again = await aLeased({ slotAtMs: clock.now() });
      expect([detour.take(fresh), detour.take(again)]).toEqual([true, true]);
      const [first, second] = [await deferred(fresh.deliveryId), await deferred(again.deliveryId)];
      expect(first).toMatchObject({ waiting_for: 'circuit', attempts: 0, generation: 2 });
      expect(first.due_in_ms).toBeGreaterThan(50_000);
      expect(first.due_in_ms).toBeLessThan(70_000);
      expect(second.due_in_ms).toBeGreaterThan(DETOUR_OPTIONS.longWaitMs - 60_000);
    });

    it('lets nothing wait longer than its event is worth anything', async () => {
      const { board, detour } = setup();
      board.take((await open())!);
      const dispatch = await aLeased();
      const expiring = { ...dispatch, event: { ...dispatch.event, expiresAtMs: clock.now() + 5_000 } };
      detour.take(expiring);
      expect((await deferred(dispatch.deliveryId)).due_in_ms).toBeLessThanOrEqual(5_000);
    });

    it('sends the one that is the probe, and what comes when the circuit is closed after all', async () => {
      const { board, detour, sent } = setup();
      board.take((await open(0))!);
      const probe = await aLeased();
      detour.take(probe);
      await waitFor(() => expect(sent).toEqual([probe.deliveryId]));
      expect(detour.take(probe)).toBe(false);
      await circuits.close(at.endpointId, probe.deliveryId, 'Answered.', 10);
      const late = await aLeased();
      expect(detour.take(late)).toBe(true);
      await waitFor(() => expect(sent).toContain(late.deliveryId));
    });

    it('spreads what comes while the endpoint has asked to be left in peace, behind that time', async () => {
      const { board, detour } = setup();
      board.pause(board.watch(at.endpointId)!, clock.now() + 60_000);
      const dispatches = [await aLeased(), await aLeased()];
      for (const dispatch of dispatches) expect(detour.take(dispatch)).toBe(true);
      const [first] = await Promise.all(dispatches.map(({ deliveryId }) => deferred(deliveryId)));
      expect(first).toMatchObject({ waiting_for: 'rate_limit', attempts: 0 });
      expect(first!.due_in_ms).toBeGreaterThan(30_000);
      const [{ apartMs }] = (await bench.db.query<{ apartMs: number }>(
        `SELECT extract(epoch FROM max(due_at) - min(due_at))::float8 * 1000 AS "apartMs"
           FROM open_deliveries WHERE endpoint_id = $1`,
        [at.endpointId],
      )) as [{ apartMs: number }];
      expect(apartMs).toBeCloseTo(50, 0);
    });
  });
});
