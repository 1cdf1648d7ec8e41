import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ClaimRequest, LEASE_MS, OpenDeliveryStore, recordAttempts } from '#deliveries';
import { newUuid, type Uuid } from '#kernel';
import { waitFor } from '../../support/wait-for.js';
import { anAttempt, openStoreBench, type StoreBench } from '../../support/stores.js';
import { IN_TIME } from '../../support/in-time.js';

const ALL: ClaimRequest = { rows: 100, sinceMs: 0, leftOut: [], turns: [] };

describe(OpenDeliveryStore, () => {
  let bench: StoreBench;
  let store: OpenDeliveryStore;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };

  beforeAll(async () => {
    bench = await openStoreBench();
    store = new OpenDeliveryStore(bench.db);
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.db.query('TRUNCATE open_deliveries');
    endpoint = await bench.anEndpoint();
  });

  const claim = (over: Partial<ClaimRequest> = {}) => store.claimDue({ ...ALL, ...over });
  const claimOne = async () => (await claim({ rows: 1 })).claimed[0]!.dispatch;
  const claimedIds = async (over: Partial<ClaimRequest> = {}) =>
    (await claim(over)).claimed.map(({ dispatch }) => dispatch.deliveryId);
  const agoMs = async (ms: number) => (await bench.db.readClock()) - ms;

  describe('claiming', () => {
    it('takes what is due, leases it, and hands over all that is needed to send it', async () => {
      const id = await bench.anOpenDelivery(endpoint);
      const dispatch = await claimOne();
      expect(dispatch).toMatchObject({ ...endpoint, deliveryId: id, generation: 2, attempts: 0 });
      expect(JSON.parse(dispatch.event.body!)).toMatchObject({ type: 'a.b', data: { n: 1 } });
      const row = await bench.open(id);
      expect(row).toMatchObject({ generation: 2, waiting_for: 'sending' });
      expect(row!.due_in_ms).toBeGreaterThan(LEASE_MS - 5_000);
    });

    it('leaves what is not due, held, or of a full lane', async () => {
      await bench.anOpenDelivery(endpoint, { due_at: `clock_timestamp() + interval '1 s'` });
      await bench.anOpenDelivery(endpoint, { due_at: `'infinity'`, waiting_for: `'held'` });
      const full = await bench.anEndpoint();
      await bench.anOpenDelivery(full);
      expect(await claimedIds({ leftOut: [full.endpointId] })).toEqual([]);
    });

    it('never gives a row to two workers', async () => {
      const ids = await Promise.all(Array.from({ length: 60 }, () => bench.anOpenDelivery(endpoint)));
      const claims = await Promise.all(Array.from({ length: 6 }, () => claimedIds({ rows: 20 })));
      expect(claims.flat().toSorted()).toEqual([...new Set(claims.flat())].toSorted());
      const rest = await claimedIds();
      expect([...claims.flat(), ...rest].toSorted()).toEqual(ids.toSorted());
    });

    it('hands over the slot that a row has waited for, and the row to any worker then', async () => {
      const id = await bench.anOpenDelivery(endpoint);
      const { generation } = await claimOne();
      const slotAtMs = Math.ceil(await agoMs(-150));
      await store.defer([{ deliveryId: id, generation, slotAtMs, waitingFor: 'rate_limit' }]);
      expect(await bench.open(id)).toMatchObject({
        waiting_for: 'rate_limit',
        generation: generation + 1,
        attempts: 0,
      });
      expect(await claimedIds()).toEqual([]);

      await waitFor(async () => expect(await claimOne()).toMatchObject({ deliveryId: id, slotAtMs }));
      expect(await bench.open(id)).toMatchObject({ waiting_for: 'sending' });
    });

    it('defers only what is still under the lease', async () => {
      const id = await bench.anOpenDelivery(endpoint);
      const { generation } = await claimOne();
      await store.defer([{ deliveryId: id, generation: generation - 1, slotAtMs: 0, waitingFor: 'circuit' }]);
      expect(await bench.open(id)).toMatchObject({ waiting_for: 'sending', generation });
    });

    it('takes a row again when its lease has run out', async () => {
      const id = await bench.anOpenDelivery(endpoint, {
        due_at: `clock_timestamp() - interval '1 ms'`,
        generation: '4',
      });
      expect(await claimOne()).toMatchObject({ deliveryId: id, generation: 5 });
    });

    /** Due since an hour, all at the same moment. */
    const dueForAnHour = async (of: typeof endpoint, count: number) => {
      for (let n = 0; n < count; n++) {
        await bench.anOpenDelivery(of, { due_at: `date_trunc('minute', clock_timestamp() - interval '1 hour')` });
      }
    };

    it('gives each tenant its turn when more is due than can be taken', async () => {
      await dueForAnHour(endpoint, 30);
      const waiting = await bench.anOpenDelivery(await bench.anEndpoint());
      const { claimed, passedOver } = await claim({ rows: 20 });
      expect(claimed.map(({ dispatch }) => dispatch.deliveryId)).toContain(waiting);
      expect(claimed).toHaveLength(20);
      expect(passedOver).toEqual([endpoint]);
    });

    it('gives each endpoint of a tenant its turn', async () => {
      await dueForAnHour(endpoint, 30);
      const quiet = await bench.anEndpoint(endpoint.tenantId);
      const waiting = await bench.anOpenDelivery(quiet);
      expect(await claimedIds({ rows: 20 })).toContain(waiting);
    });

    it('gives turns to endpoints that are left out otherwise, as many rows as they may have, the oldest first', async () => {
      await dueForAnHour(endpoint, 5);
      const young = await bench.anOpenDelivery(endpoint);
      const other = await bench.anEndpoint();
      await dueForAnHour(other, 2);
      const turn = { endpointId: endpoint.endpointId, rows: 3, sinceMs: 0 };
      const { claimed } = await claim({ rows: 1, leftOut: [endpoint.endpointId], turns: [turn] });
      const countOf = ({ endpointId }: typeof endpoint) =>
        claimed.filter(({ dispatch }) => dispatch.endpointId === endpointId).length;
      expect([countOf(endpoint), countOf(other)]).toEqual([3, 1]);
      expect(await claimedIds({ rows: 0, turns: [{ ...turn, sinceMs: await agoMs(60_000) }] })).toEqual([young]);
    });

    it('looks no further back than it is told, and tells when it looked', IN_TIME, async () => {
      await dueForAnHour(endpoint, 1);
      const young = await bench.anOpenDelivery(endpoint);
      const { claimed, atMs } = await claim({ sinceMs: await agoMs(60_000) });
      expect(claimed.map(({ dispatch }) => dispatch.deliveryId)).toEqual([young]);
      expect(Math.abs(atMs - (await agoMs(0)))).toBeLessThan(1_000);
      expect(claimed[0]!.wasDueAtMs).toBeLessThan(atMs);
    });

    it('says how far it came when it has not seen all that is due', async () => {
      expect((await claim()).seenUntilMs).toBeNull();
      const id = await bench.anOpenDelivery(endpoint, { due_at: `clock_timestamp() - interval '1 hour'` });
      await bench.db.query(
        `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, created_at, type, due_at, waiting_for)
         SELECT gen_random_uuid(), event_id, tenant_id, endpoint_id, 1, created_at, type, due_at + n * interval '1 s', waiting_for
           FROM open_deliveries, generate_series(1, 2000) n WHERE id = $1`,
        [id],
      );
      const { claimed, seenUntilMs } = await claim();
      expect(seenUntilMs).toBeGreaterThan(Math.max(...claimed.map(({ wasDueAtMs }) => wasDueAtMs)));
      expect(seenUntilMs).toBeLessThan(await agoMs(0));
    });

    it('knows when the next row falls due, if that is soon, whatever was due before or is left out', async () => {
      const next = async () => (await claim({ rows: 0, leftOut: [endpoint.endpointId] })).nextInMs;
      await bench.anOpenDelivery(endpoint, { due_at: `clock_timestamp() + interval '400 ms'` });
      const other = await bench.anEndpoint();
      await bench.anOpenDelivery(other, { due_at: `'infinity'` });
      await bench.anOpenDelivery(other, { due_at: `clock_timestamp() - interval '1 min'` });
      await bench.anOpenDelivery(other, { due_at: `clock_timestamp() + interval '1 min'` });
      expect(await next()).toBeNull();
      await bench.anOpenDelivery(other, { due_at: `clock_timestamp() + interval '450 ms'` });
      expect(await next()).toBeGreaterThan(0);
    });

    it('wins of an old job only what nobody has touched since', async () => {
      const untouched = await bench.anOpenDelivery(endpoint, { due_at: `clock_timestamp() + interval '1 min'` });
      const taken = await bench.anOpenDelivery(endpoint, { generation: '2' });
      const done = newUuid(Date.now());
      const won = await store.claimFresh([untouched, taken, done]);
      expect(won.map(({ id }) => id)).toEqual([untouched]);
      expect(await store.claimFresh([untouched])).toEqual([]);
    });
  });

  describe('under a lease', () => {
    it('renews it only while it is ours', async () => {
      const id = await bench.anOpenDelivery(endpoint);
      const mine = await claimOne();
      const [renewed] = await store.renewLeases([mine]);
      expect(renewed).toMatchObject({ id, generation: 3 });
      expect(await store.renewLeases([mine])).toEqual([]);
    });

    it('gives back to whoever comes, after a while', async () => {
      const id = await bench.anOpenDelivery(endpoint);
      await store.giveBack([await claimOne()], 30_000);
      expect(await bench.open(id)).toMatchObject({ waiting_for: 'queue', generation: 3 });
      expect((await bench.open(id))!.due_in_ms).toBeGreaterThan(25_000);
      expect(await claimedIds()).toEqual([]);
    });

    it('does nothing with a lease that was lost', async () => {
      const id = await bench.anOpenDelivery(endpoint);
      const lost = await claimOne();
      await store.renewLeases([lost]);
      await store.giveBack([lost], 0);
      await store.hold([lost]);
      expect(await store.cancelLeased([lost], 'x')).toEqual([]);
      expect(await store.buryExpired([{ ...lost, deadLetterId: newUuid(Date.now()) }])).toEqual([]);
      expect(await bench.open(id)).toMatchObject({ generation: 3, waiting_for: 'sending' });
    });

    it('holds only what really is paused, and releases it when it no longer is', async () => {
      const id = await bench.anOpenDelivery(endpoint);
      const mine = await claimOne();
      expect(await store.hold([mine])).toEqual([]);
      await bench.db.query(`UPDATE endpoints SET status = 'paused' WHERE id = $1`, [endpoint.endpointId]);
      expect(await store.hold([mine])).toEqual([id]);
      expect(await bench.open(id)).toMatchObject({ waiting_for: 'held', due_in_ms: Number.POSITIVE_INFINITY });
      expect(await store.releaseHeld()).toBe(0);
      await bench.db.query(`UPDATE endpoints SET status = 'enabled' WHERE id = $1`, [endpoint.endpointId]);
      expect(await store.releaseHeld()).toBe(1);
      expect(await claimedIds()).toEqual([id]);
    });

    it('releases what is held for an endpoint that was deleted, so that the gate can cancel it', async () => {
      await bench.anOpenDelivery(endpoint, { due_at: `'infinity'`, waiting_for: `'held'` });
      await bench.db.query(`UPDATE endpoints SET status = 'paused', deleted_at = now() WHERE id = $1`, [
        endpoint.endpointId,
      ]);
      expect(await store.releaseHeld()).toBe(1);
    });

    it.each([
      ['that was paused itself', `UPDATE tenants SET paused_at = now(), deleted_at = now() WHERE id = $1`],
      [
        'whose endpoint was paused',
        `WITH e AS (UPDATE endpoints SET status = 'paused' WHERE tenant_id = $1)
         UPDATE tenants SET deleted_at = now() WHERE id = $1`,
      ],
    ])('never holds for a deleted tenant %s, and releases what was held before', async (_, deleteTenant) => {
      const held = await bench.anOpenDelivery(endpoint, { due_at: `'infinity'`, waiting_for: `'held'` });
      const leased = await bench.anOpenDelivery(endpoint);
      const mine = await claimOne();
      await bench.db.query(deleteTenant, [endpoint.tenantId]);
      expect(await store.hold([mine])).toEqual([]);
      expect(await store.releaseHeld()).toBe(1);
      expect((await bench.open(held))!.due_in_ms).toBeLessThan(1_000);
      expect(await bench.open(leased)).toMatchObject({ waiting_for: 'sending' });
    });
  });

  describe('ending', () => {
    it('moves what is cancelled to history with the reason', async () => {
      const id = await bench.anOpenDelivery(endpoint);
      expect(await store.cancel(bench.db, id, 'requested')).toMatchObject({ id, orderKey: null });
      expect(await bench.open(id)).toBeUndefined();
      expect(await bench.ended(id)).toMatchObject({ status: 'cancelled', cancel_reason: 'requested', attempts: 0 });
      expect(await store.cancel(bench.db, id, 'again')).toBeNull();
    });

    it("cancels all of an endpoint's, and nobody else's", async () => {
      for (let n = 0; n < 5; n++) await bench.anOpenDelivery(endpoint);
      const other = await bench.anOpenDelivery(await bench.anEndpoint());
      const { endpointId } = endpoint;
      const cancelled = await store.cancelOfEndpoint(endpointId, 'endpoint_deleted', Date.now() + 1_000);
      expect(cancelled).toEqual({ done: 5, hasMore: false });
      expect(await bench.open(other)).toBeDefined();
    });

    it('makes a dead letter of what has expired', async () => {
      const id = await bench.anOpenDelivery(endpoint);
      const mine = await claimOne();
      await store.buryExpired([{ ...mine, deadLetterId: newUuid(Date.now()) }]);
      expect(await bench.ended(id)).toMatchObject({ status: 'dead' });
      const letters = await bench.db.query(`SELECT reason FROM dead_letters WHERE delivery_id = $1`, [id]);
      expect(letters).toEqual([{ reason: 'expired' }]);
    });
  });

  describe('recording', () => {
    it('moves a delivery that succeeded to history, with its attempt', async () => {
      const id = await bench.anOpenDelivery(endpoint);
      expect(await recordAttempts(bench.db, [anAttempt(await claimOne())])).toBe(1);
      expect(await bench.open(id)).toBeUndefined();
      expect(await bench.ended(id)).toMatchObject({ status: 'succeeded', attempts: 1 });
      expect(await bench.attemptsOf(id)).toEqual([
        { number: 1, generation: 2, response_body: 'ok "quoted" \\ {braced}' },
      ]);
    });

    it('sets the next due time of a delivery that goes on', async () => {
      const id = await bench.anOpenDelivery(endpoint);
      const next = { to: 'retry', dueAtMs: (await bench.db.readClock()) + 60_000 } as const;
      await recordAttempts(bench.db, [anAttempt(await claimOne(), { next, statusCode: 500, errorCode: 'status' })]);
      expect(await bench.open(id)).toMatchObject({ attempts: 1, waiting_for: 'retry', generation: 3 });
      expect((await bench.open(id))!.due_in_ms).toBeGreaterThan(55_000);
    });

    it('keeps every attempt, whatever became of its lease', async () => {
      const id = await bench.anOpenDelivery(endpoint);
      const frozen = await claimOne();
      await bench.db.query(`UPDATE open_deliveries SET due_at = clock_timestamp() WHERE id = $1`, [id]);
      const other = await claimOne();
      expect(await recordAttempts(bench.db, [anAttempt(frozen)])).toBe(0);
      expect(await bench.open(id)).toMatchObject({ generation: 3, attempts: 0 });
      expect(await recordAttempts(bench.db, [anAttempt(other)])).toBe(1);
      expect((await bench.attemptsOf(id)).map(({ generation }) => generation)).toEqual([2, 3]);
    });

    it('is done when it is done twice', async () => {
      const id = await bench.anOpenDelivery(endpoint);
      const record = anAttempt(await claimOne());
      await recordAttempts(bench.db, [record]);
      expect(await recordAttempts(bench.db, [record])).toBe(0);
      expect(await bench.attemptsOf(id)).toHaveLength(1);
    });

    it('records the attempt of a delivery that was cancelled in flight', async () => {
      const id = await bench.anOpenDelivery(endpoint);
      const mine = await claimOne();
      await store.cancel(bench.db, id, 'requested');
      await recordAttempts(bench.db, [anAttempt(mine)]);
      expect(await bench.ended(id)).toMatchObject({ status: 'cancelled' });
      expect(await bench.attemptsOf(id)).toHaveLength(1);
    });
  });
});
