import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpenCancellationStore, OpenDeliveryStore, PayloadEraser, RetentionStore } from '#deliveries';
import { EndpointRemainsStore } from '#endpoints';
import { FixedClock, parseTypeId, toTypeId, type Uuid } from '#kernel';
import { Metrics } from '#telemetry';
import { PayloadErasureStore } from '#tenants';
import { Erasure, Retention } from '#upkeep';
import { startApi, type TestApi } from '../../support/api.js';
import { anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';
import { aDeadLetter, attempt, openDeliveries, publish } from '../../support/recorded-traffic.js';
import { DAY_MS, OldTraffic } from './old-traffic.js';

const metrics = new Metrics({ processDefaults: false });
const silent = { info: () => undefined, warn: () => undefined };

let t: TestApi;
let tenant: MadeTenant;
let endpoint: string;
let old: OldTraffic;

beforeAll(async () => {
  t = await startApi();
  tenant = await aTenant(t.api);
  endpoint = (await anEndpoint(t.api, tenant)).id;
  old = new OldTraffic(t.db, { tenantId: parseTypeId('ten', tenant.id)!, endpointId: parseTypeId('ep', endpoint)! });
});
afterAll(() => t.close());

const retention = (): Retention => {
  const store = new RetentionStore(t.db, new OpenDeliveryStore(t.db));
  const options = { days: 30, directUrl: t.databaseUrl };
  return new Retention(t.db, store, new FixedClock(Date.now()), metrics, silent, options);
};

const replay = async (delivery: Uuid, expected: number): Promise<unknown> => {
  const { body } = await t.api.post(`/v1/deliveries/${toTypeId('dlv', delivery)}/replay`, {}, { expect: expected });
  return body['code'];
};

const openOf = async (column: string, id: Uuid): Promise<number> =>
  (await t.db.query(`SELECT FROM open_deliveries WHERE ${column} = $1`, [id])).length;

describe('an event older than retention', () => {
  it('cannot be replayed: not in the hours before its day is dropped, and not after', async () => {
    const now = Date.now();
    const [late, gone] = [await old.event(now - 30 * DAY_MS - 1), await old.event(now - 35 * DAY_MS)];
    const [ofLate, ofGone, replayOfGone] = [
      await old.ended(late, now - 30 * DAY_MS, 'dead'),
      await old.ended(gone, now - 35 * DAY_MS, 'dead'),
      await old.ended(gone, now - 10 * DAY_MS, 'dead'),
    ];
    await retention().forgetOldDays();
    expect(await replay(ofLate, 409)).toBe('event_expired');
    expect(await replay(replayOfGone, 409)).toBe('event_expired');
    expect(await replay(ofGone, 404)).toBe('not_found');
    await t.api.get(`/v1/events/${toTypeId('evt', gone)}`, { expect: 404 });
    // Younger than its event, the delivery is still on record with its attempts, without a body.
    const path = `/v1/deliveries/${toTypeId('dlv', replayOfGone)}`;
    expect((await t.api.get(path)).body).toMatchObject({ status: 'dead', event: toTypeId('evt', gone) });
    const { body } = await t.api.get(`${path}/attempts?include=data`);
    expect(body.data).toMatchObject([{ request: { body: null } }]);
    const { body: lists } = await t.api.get(`/v1/deliveries?tenant=${tenant.id}&include=data`);
    expect(lists.data).toContainEqual(expect.objectContaining({ id: toTypeId('dlv', replayOfGone), data: null }));
  });
});

describe('erasing the payload of an event', () => {
  it('takes what receivers answered with it, and its replays end with it', async () => {
    const { event, delivery } = await aDeadLetter(t.api, t.db, tenant);
    await t.api.post(`/v1/deliveries/${delivery}/replay`, {}, { expect: 201 });
    await t.api.delete(`/v1/events/${event}/payload`);
    expect(await openDeliveries(t.db, event)).toEqual([]);
    const { body } = await t.api.get(`/v1/deliveries/${delivery}/attempts?include=data`);
    expect(body.data).toMatchObject([{ request: { body: null }, response: { headers: {}, body: null } }]);
    expect((await t.api.get(`/v1/events/${event}`)).body).toMatchObject({ data: null, metadata: null });
    await t.api.delete(`/v1/events/${event}/payload`);
  });
});

describe('a tenant', () => {
  it('may have its payloads erased sooner than events are dropped', async () => {
    const settings = { payloadRetentionDays: 7 };
    const { body } = await t.api.post('/v1/tenants', { name: 'x', settings }, { expect: 201 });
    expect(body['settings']).toEqual(settings);
    const path = `/v1/tenants/${body['id']}`;
    for (const payloadRetentionDays of [0, -1, 1.5, '7', 3_651]) {
      const refused = await t.api.patch(path, { settings: { payloadRetentionDays } }, { expect: 422 });
      expect(refused.body.errors).toMatchObject([{ pointer: '/settings/payloadRetentionDays' }]);
    }
    const cleared = await t.api.patch(path, { settings: { payloadRetentionDays: null } });
    expect(cleared.body['settings']).toEqual({});
  });

  it('is erased in the background once it is deleted, and its history stays', async () => {
    const own = await aTenant(t.api, { metadata: { owner: 'Ada' } });
    await anEndpoint(t.api, own, { headers: { authorization: 'Bearer x' } });
    const event = await publish(t.api, own);
    const [delivery] = await openDeliveries(t.db, event);
    await attempt(t.db, delivery!);
    await t.api.delete(own.path(''));
    const open = new OpenDeliveryStore(t.db);
    const stores = {
      open,
      payloads: new PayloadEraser(t.db, open),
      tenants: new PayloadErasureStore(t.db),
      endpoints: new EndpointRemainsStore(t.db),
    };
    const clock = new FixedClock(Date.now() + 6 * 60_000);
    await new Erasure(stores, clock, metrics, silent).eraseDeletedTenants();
    expect((await t.api.get(`/v1/events/${event}`)).body).toMatchObject({ data: null, metadata: null });
    const { body } = await t.api.get(`/v1/deliveries/${delivery}/attempts?include=data`);
    expect(body.data).toMatchObject([{ outcome: 'succeeded', request: { body: null }, response: { body: null } }]);
    expect(body.data[0].request.headers).not.toHaveProperty('authorization');
  });
});

describe('a large backlog', () => {
  const backlogOf = async (own: MadeTenant, id: string, count: number): Promise<void> => {
    const event = await publish(t.api, own);
    await t.db.query(
      `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, created_at, type, due_at, waiting_for)
       SELECT (left(id::text, 24) || lpad(to_hex(n), 12, '0'))::uuid, event_id, tenant_id, endpoint_id, 1, created_at, type,
              due_at + interval '1 h', 'retry' FROM open_deliveries, generate_series(2, $3::int) n
        WHERE event_id = $1 AND endpoint_id = $2`,
      [parseTypeId('evt', event), parseTypeId('ep', id), count],
    );
  };

  it.each(['disable', 'delete'])('is cancelled in the background when its endpoint is gone by %s', async (how) => {
    const own = await aTenant(t.api);
    const { id } = await anEndpoint(t.api, own);
    const endpointId = parseTypeId('ep', id)!;
    await backlogOf(own, id, 2_500);
    const path = own.path(`/endpoints/${id}`);
    await (how === 'delete' ? t.api.delete(path) : t.api.post(`${path}/disable`, {}));
    expect(await openOf('endpoint_id', endpointId)).toBe(1_500);
    if (how === 'disable') {
      // What is published once it is enabled again is not meant.
      await t.api.post(`${path}/enable`);
      await publish(t.api, own);
    }
    const cancellations = new OpenCancellationStore(t.db, new OpenDeliveryStore(t.db));
    expect(await cancellations.goOn()).toEqual({ done: 1_000, hasMore: true });
    expect(await cancellations.goOn()).toEqual({ done: 500, hasMore: false });
    expect(await cancellations.goOn()).toEqual({ done: 0, hasMore: false });
    expect(await openOf('endpoint_id', endpointId)).toBe(how === 'disable' ? 1 : 0);
  });

  it('is cancelled in the background when its tenant is deleted', async () => {
    const own = await aTenant(t.api);
    const { id } = await anEndpoint(t.api, own);
    await backlogOf(own, id, 1_200);
    await t.api.delete(own.path(''));
    expect(await openOf('tenant_id', parseTypeId('ten', own.id)!)).toBe(200);
  });
});
