import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensurePartitions } from '#database';
import { parseTypeId } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
import { anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';
import { idsOf } from '../../support/recorded-traffic.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

let t: TestApi;
let tenant: MadeTenant;
beforeAll(async () => {
  t = await startApi();
  await ensurePartitions(t.db, Date.now());
});
afterAll(() => t.close());
beforeEach(async () => {
  tenant = await aTenant(t.api);
});

const publish = (fields: Record<string, unknown>, expect = 202) =>
  t.api.post('/v1/events', { tenant: tenant.id, type: 'order.created', data: { n: 1 }, ...fields }, { expect });
const schedule = async (fields: Record<string, unknown> = {}): Promise<string> =>
  (await publish({ deliverAt: inMs(MINUTE_MS), ...fields })).body['id'] as string;
const show = async (event: string) => (await t.api.get(`/v1/events/${event}`)).body;
const waitingOf = (event: string) =>
  t.db.query<{ dueAt: Date }>(`SELECT due_at AS "dueAt" FROM scheduled_events WHERE event_id = $1`, [
    parseTypeId('evt', event),
  ]);

describe('an event with deliverAt', () => {
  it('is on disk with its time, has no deliveries yet, and no warning', async () => {
    await anEndpoint(t.api, tenant);
    const deliverAt = inMs(MINUTE_MS);
    const { body } = await publish({ deliverAt });
    expect(body).toEqual({ id: body['id'], deliveryCount: 0, scheduled: true });
    expect((await waitingOf(body['id'])).map(({ dueAt }) => dueAt.toISOString())).toEqual([deliverAt]);
    expect(await show(body['id'])).toMatchObject({
      deliverAt,
      scheduled: true,
      cancelledAt: null,
      cancelReason: null,
      deliveries: [],
    });
  });

  it('of the past goes at once, and shows the time that was asked for', async () => {
    await anEndpoint(t.api, tenant);
    const deliverAt = inMs(-MINUTE_MS);
    const { body } = await publish({ deliverAt });
    expect(body).toEqual({ id: body['id'], deliveryCount: 1 });
    expect(await waitingOf(body['id'])).toEqual([]);
    expect(await show(body['id'])).toMatchObject({ deliverAt, scheduled: false, deliveries: [{ status: 'pending' }] });
  });

  it('is the same event again only with the same deliverAt', async () => {
    const deliverAt = inMs(MINUTE_MS);
    const id = await schedule({ uid: 'u-1', deliverAt });
    const { body } = await publish({ uid: 'u-1', deliverAt }, 200);
    expect(body).toEqual({ id, deliveryCount: 0, duplicate: true });
    expect((await publish({ uid: 'u-1', deliverAt: inMs(2 * MINUTE_MS) }, 409)).body['code']).toBe('uid_conflict');
    expect((await publish({ uid: 'u-1' }, 409)).body['code']).toBe('uid_conflict');
    expect(await waitingOf(id)).toHaveLength(1);
  });

  it('is scheduled together with others that are not, each for itself', async () => {
    await anEndpoint(t.api, tenant);
    const event = (fields: object) => ({ tenant: tenant.id, type: 'a.b', data: 1, ...fields });
    const events = [
      event({ deliverAt: inMs(MINUTE_MS) }),
      event({}),
      event({ deliverAt: inMs(31 * DAY_MS) }),
      event({ deliverAt: inMs(MINUTE_MS), endpoint: 'nobody' }),
      event({ deliverAt: 'tomorrow' }),
    ];
    const { body } = await t.api.post('/v1/events/batch', { events });
    expect(body['results']).toMatchObject([
      { deliveryCount: 0, scheduled: true },
      { deliveryCount: 1 },
      { error: { code: 'validation_failed', errors: [{ pointer: '/events/2/deliverAt', code: 'too_late' }] } },
      { error: { code: 'unknown_endpoint', errors: [{ pointer: '/events/3/endpoint' }] } },
      { error: { code: 'validation_failed', errors: [{ pointer: '/events/4/deliverAt', code: 'invalid' }] } },
    ]);
  });

  it.each([
    ['2026-11-24', '/deliverAt', 'invalid'],
    [1_764_000_000, '/deliverAt', 'wrong_type'],
    [inMs(30 * DAY_MS + MINUTE_MS), '/deliverAt', 'too_late'],
    ['9999-12-31T23:59:59Z', '/deliverAt', 'too_late'],
  ])('%s is refused at %s as %s', async (deliverAt, pointer, code) => {
    const { body } = await publish({ deliverAt }, 422);
    expect(body['code']).toBe('validation_failed');
    expect(body['errors']).toMatchObject([{ pointer, code }]);
  });

  it('is refused when it would expire before its time', async () => {
    const at = inMs(MINUTE_MS);
    for (const expiresAt of [at, inMs(MINUTE_MS / 2)]) {
      const { body } = await publish({ deliverAt: at, expiresAt }, 422);
      expect(body['errors']).toMatchObject([{ pointer: '/expiresAt', code: 'invalid' }]);
    }
    await publish({ deliverAt: at, expiresAt: inMs(2 * MINUTE_MS) });
  });

  it('is among the undelivered while it waits, and of no other tenant', async () => {
    await anEndpoint(t.api, tenant);
    const other = await aTenant(t.api);
    const id = await schedule();
    const list = async (of: MadeTenant, query: string) =>
      idsOf((await t.api.get(`${of.path('/events')}?${query}`)).body['data']);
    expect(await list(tenant, 'delivered=false')).toEqual([id]);
    expect(await list(tenant, 'delivered=true')).toEqual([]);
    expect(await list(other, 'delivered=false')).toEqual([]);
    const { body } = await t.api.get(`/v1/events?tenant=${tenant.id}`);
    expect(body['data']).toMatchObject([{ id, scheduled: true, deliverAt: expect.any(String) }]);
    await t.api.post(`/v1/events/${id}/cancel`, {});
    expect(await list(tenant, 'delivered=false')).toEqual([]);
  });
});

describe('cancelling an event that waits for its time', () => {
  it('ends it, with the reason, and says so; twice is the same as once', async () => {
    const id = await schedule();
    const { body } = await t.api.post(`/v1/events/${id}/cancel`, { reason: 'wrong amount' });
    expect(body).toMatchObject({ id, scheduled: false, cancelReason: 'wrong amount', deliveries: [] });
    expect(body['cancelledAt']).not.toBeNull();
    expect(await waitingOf(id)).toEqual([]);
    const again = await t.api.post(`/v1/events/${id}/cancel`, { reason: 'other' });
    expect(again.body).toEqual(body);
  });

  it('says nothing at an event whose deliveries say it', async () => {
    await anEndpoint(t.api, tenant);
    const { body: published } = await publish({});
    const { body } = await t.api.post(`/v1/events/${published['id']}/cancel`, {});
    expect(body).toMatchObject({ cancelledAt: null, cancelReason: null, deliveries: [{ cancelReason: 'requested' }] });
  });

  it('is what erasing its payload does, and deleting its tenant', async () => {
    const erased = await schedule();
    await t.api.delete(`/v1/events/${erased}/payload`);
    expect(await show(erased)).toMatchObject({
      scheduled: false,
      cancelReason: 'payload_erased',
      payloadErased: true,
      data: null,
    });
    const left = await schedule();
    await t.api.delete(tenant.path(''));
    expect(await show(left)).toMatchObject({ scheduled: false, cancelReason: 'tenant_deleted' });
    expect(await waitingOf(left)).toEqual([]);
  });
});
