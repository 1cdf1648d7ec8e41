import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { ensurePartitions } from '#database';
import { DUE_CHANNEL } from '#deliveries';
import { parseTypeId } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';
import { aDeadLetter, attempt, deadLetterOf, idsOf, openDeliveries, publish } from '../../support/recorded-traffic.js';
import { waitFor } from '../../support/wait-for.js';

let t: TestApi;
let tenant: MadeTenant;
let endpoint: string;
beforeAll(async () => {
  t = await startApi();
  await ensurePartitions(t.db, Date.now());
  tenant = await aTenant(t.api);
  endpoint = (await anEndpoint(t.api, tenant)).id;
});
afterAll(() => t.close());

const replay = (delivery: string, expect = 201, body: object = {}) =>
  t.api.post(`/v1/deliveries/${delivery}/replay`, body, { expect });

describe('replaying a delivery', () => {
  it('makes a new one of the same event, to the endpoint as it is now, at once and from the start', async () => {
    const { event, delivery } = await aDeadLetter(t.api, t.db, tenant);
    const path = tenant.path(`/endpoints/${endpoint}`);
    const { body: changed } = await t.api.patch(path, { description: `changed ${delivery}` });
    const { body, headers } = await replay(delivery);
    expect(headers['location']).toBe(`/v1/deliveries/${body.id}`);
    expect(body).toMatchObject({ event, endpoint, replayOf: delivery, status: 'pending', waitingFor: 'queue' });
    expect(body.id).not.toBe(delivery);
    const [row] = await t.db.query(
      `SELECT generation, attempts, endpoint_version AS version, due_at <= clock_timestamp() AS "isDue"
         FROM open_deliveries WHERE id = $1`,
      [parseTypeId('dlv', body.id)],
    );
    expect(row).toEqual({ generation: 1, attempts: 0, version: changed.version, isDue: true });
    expect((await t.api.get(`/v1/deliveries/${delivery}`)).body['status']).toBe('dead');
  });

  it('wakes the pumps', async () => {
    const { delivery } = await aDeadLetter(t.api, t.db, tenant);
    const listener = new pg.Client({ connectionString: t.databaseUrl });
    await listener.connect();
    const heard: string[] = [];
    listener.on('notification', ({ channel }) => heard.push(channel));
    await listener.query(`LISTEN ${DUE_CHANNEL}`);
    await replay(delivery);
    await waitFor(() => expect(heard).toEqual([DUE_CHANNEL]));
    await listener.end();
  });

  it('resolves the dead letter, with the reason as its note', async () => {
    const { delivery, deadLetter } = await aDeadLetter(t.api, t.db, tenant);
    await replay(delivery, 201, { reason: 'they fixed it' });
    const { body } = await t.api.get(`/v1/dead-letters/${deadLetter}`);
    expect(body).toMatchObject({ resolution: 'replayed', note: 'they fixed it' });
  });

  it('replays what succeeded or was cancelled, too', async () => {
    const [succeeded] = await openDeliveries(t.db, await publish(t.api, tenant));
    await attempt(t.db, succeeded!);
    await replay(succeeded!);
    const [cancelled] = await openDeliveries(t.db, await publish(t.api, tenant));
    await t.api.post(`/v1/deliveries/${cancelled}/cancel`, {});
    await replay(cancelled!);
  });

  it('refuses while the delivery, or a replay of it, is open', async () => {
    const [open] = await openDeliveries(t.db, await publish(t.api, tenant));
    expect((await replay(open!, 409)).body.code).toBe('not_replayable');
    const { delivery } = await aDeadLetter(t.api, t.db, tenant);
    const { body: first } = await replay(delivery);
    expect((await replay(delivery, 409)).body.code).toBe('not_replayable');
    await attempt(t.db, first.id, { statusCode: 500, next: 'dead' });
    const { body: second } = await replay(first.id);
    expect(second.replayOf).toBe(first.id);
    expect((await replay(delivery, 409)).body.code).toBe('not_replayable');
  });

  it('lets one of many replays at the same moment through', async () => {
    const { event, delivery } = await aDeadLetter(t.api, t.db, tenant);
    const tries = Array.from({ length: 8 }, () =>
      replay(delivery).then(
        () => 'replayed',
        () => 'refused',
      ),
    );
    expect((await Promise.all(tries)).filter((one) => one === 'replayed')).toHaveLength(1);
    expect(await openDeliveries(t.db, event)).toHaveLength(1);
  });

  it('refuses what is expired or erased, and a disabled or deleted endpoint', async () => {
    const erased = await aDeadLetter(t.api, t.db, tenant);
    await t.api.delete(`/v1/events/${erased.event}/payload`);
    expect((await replay(erased.delivery, 409)).body.code).toBe('event_expired');

    const expired = await aDeadLetter(t.api, t.db, tenant);
    await t.db.query(`UPDATE events SET expires_at = clock_timestamp() - interval '1 s' WHERE id = $1`, [
      parseTypeId('evt', expired.event),
    ]);
    expect((await replay(expired.delivery, 409)).body.code).toBe('event_expired');

    const own = await aTenant(t.api);
    const { id } = await anEndpoint(t.api, own);
    const { delivery, deadLetter } = await aDeadLetter(t.api, t.db, own);
    await t.api.post(own.path(`/endpoints/${id}/disable`), {});
    expect((await replay(delivery, 409)).body.code).toBe('not_replayable');
    const { body } = await t.api.post(`/v1/dead-letters/${deadLetter}/replay`, {}, { expect: 409 });
    expect(body.code).toBe('not_replayable');
    // Refused as a whole: the dead letter is still there to be replayed.
    expect((await t.api.get(`/v1/dead-letters/${deadLetter}`)).body['resolution']).toBeNull();
    await t.api.delete(own.path(`/endpoints/${id}`));
    expect((await replay(delivery, 409)).body.code).toBe('not_replayable');
  });

  it('ends with the event: what outlives its expiry, or retention, is not sent', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const short = await aDeadLetter(t.api, t.db, tenant, { expiresAt });
    const long = await aDeadLetter(t.api, t.db, tenant);
    const expiryOf = async (delivery: string): Promise<number> => {
      const [row] = await t.db.query<{ at: Date }>(`SELECT expires_at AS at FROM open_deliveries WHERE id = $1`, [
        parseTypeId('dlv', (await replay(delivery)).body.id),
      ]);
      return row!.at.getTime() - Date.now();
    };
    expect(await expiryOf(short.delivery)).toBeLessThan(3_600_001);
    expect(await expiryOf(long.delivery)).toBeLessThan(30 * 86_400_000);
  });

  it('answers a repeated request with its Idempotency-Key, and opens nothing more', async () => {
    const { event, delivery } = await aDeadLetter(t.api, t.db, tenant);
    const options = { expect: 201, headers: { 'idempotency-key': `replay-${delivery}` } };
    const first = await t.api.post(`/v1/deliveries/${delivery}/replay`, {}, options);
    const second = await t.api.post(`/v1/deliveries/${delivery}/replay`, {}, options);
    expect(second.body).toEqual(first.body);
    expect(await openDeliveries(t.db, event)).toHaveLength(1);
  });

  it('refuses a body with what it does not know', async () => {
    const { delivery } = await aDeadLetter(t.api, t.db, tenant);
    const { body } = await replay(delivery, 422, { why: 'x', reason: 7 });
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(['/reason', '/why']);
    await replay('dlv_01h455vb4pex5vsknk084sn02q', 404);
    await replay('nonsense', 404);
  });
});

describe('cancelling', () => {
  it('ends an open delivery with the reason given, in flight or not, and refuses what has ended', async () => {
    const [delivery] = await openDeliveries(t.db, await publish(t.api, tenant));
    await t.db.query(`UPDATE open_deliveries SET waiting_for = 'sending' WHERE id = $1`, [
      parseTypeId('dlv', delivery!),
    ]);
    const cancel = (expect: number) =>
      t.api.post(`/v1/deliveries/${delivery}/cancel`, { reason: 'wrong amount' }, { expect });
    expect((await cancel(200)).body).toMatchObject({ status: 'cancelled', cancelReason: 'wrong amount' });
    const { body: metrics } = await t.api.get<string>('/metrics', { key: null });
    expect(metrics).toMatch(/posthorn_deliveries_total\{outcome="cancelled"\} [1-9]/);
    expect((await cancel(409)).body.code).toBe('conflict');
  });

  it('stops whatever is open of an event and leaves what was delivered', async () => {
    const own = await aTenant(t.api);
    for (let n = 0; n < 3; n++) await anEndpoint(t.api, own);
    const event = await publish(t.api, own);
    const [first] = await openDeliveries(t.db, event);
    await attempt(t.db, first!);
    const { body } = await t.api.post(`/v1/events/${event}/cancel`, {});
    expect(body.id).toBe(event);
    expect(body.deliveries.map((one: { status: string }) => one.status)).toEqual([
      'succeeded',
      'cancelled',
      'cancelled',
    ]);
    expect(body.deliveries[1].cancelReason).toBe('requested');
    await t.api.post(`/v1/events/${event}/cancel`, {}, { expect: 200 });
  });
});

describe('dead letters', () => {
  it('shows why and what, and finds them by each filter', async () => {
    const own = await aTenant(t.api);
    const { id } = await anEndpoint(t.api, own, { uid: 'ops' });
    const gone = await aDeadLetter(t.api, t.db, own, { type: 'alert.fired' }, { statusCode: 410, reason: 'gone' });
    const exhausted = await aDeadLetter(t.api, t.db, own, { type: 'alert.resolved' });
    const { body } = await t.api.get(`/v1/dead-letters/${gone.deadLetter}`);
    expect(body).toEqual({
      id: gone.deadLetter,
      delivery: gone.delivery,
      event: gone.event,
      endpoint: id,
      tenant: own.id,
      type: 'alert.fired',
      reason: 'gone',
      openedAt: expect.any(String),
      resolvedAt: null,
      resolution: null,
      note: null,
    });
    await t.api.post(`/v1/dead-letters/${exhausted.deadLetter}/discard`, { note: 'not needed' });
    const list = async (query: string): Promise<string[]> =>
      idsOf((await t.api.get(`/v1/dead-letters?tenant=${own.uid}&${query}`)).body['data']);
    expect(await list('')).toEqual([exhausted.deadLetter, gone.deadLetter]);
    expect(await list('order=asc')).toEqual([gone.deadLetter, exhausted.deadLetter]);
    expect(await list('resolved=false')).toEqual([gone.deadLetter]);
    expect(await list('resolved=true')).toEqual([exhausted.deadLetter]);
    expect(await list('reason=gone&endpoint=ops&type=alert.fired')).toEqual([gone.deadLetter]);
    expect(await list('type=alert.*')).toHaveLength(2);
    const { body: full } = await t.api.get(`/v1/dead-letters?tenant=${own.id}&include=data&limit=1`);
    expect(full.data).toMatchObject([{ data: { n: 1 } }]);
    await t.api.get('/v1/dead-letters?reason=bored', { expect: 422 });
  });

  it('is resolved once: by a replay or by a discard', async () => {
    const { delivery, deadLetter } = await aDeadLetter(t.api, t.db, tenant);
    const { body, headers } = await t.api.post(`/v1/dead-letters/${deadLetter}/replay`, {}, { expect: 201 });
    expect(body).toMatchObject({ replayOf: delivery, status: 'pending' });
    expect(headers['location']).toBe(`/v1/deliveries/${body.id}`);
    const again = await t.api.post(`/v1/dead-letters/${deadLetter}/replay`, {}, { expect: 409 });
    expect(again.body.code).toBe('already_resolved');
    const discard = await t.api.post(`/v1/dead-letters/${deadLetter}/discard`, {}, { expect: 409 });
    expect(discard.body.code).toBe('already_resolved');
    // The replay fails as well: a dead letter of its own.
    await attempt(t.db, body.id, { statusCode: 500, next: 'dead' });
    const next = await deadLetterOf(t.db, body.id);
    const { body: discarded } = await t.api.post(`/v1/dead-letters/${next}/discard`, { note: 'give up' });
    expect(discarded).toMatchObject({ id: next, resolution: 'discarded', note: 'give up' });
  });

  it('discards what matches, and nothing else', async () => {
    const own = await aTenant(t.api);
    await anEndpoint(t.api, own, { uid: 'bulk' });
    const kept = await aDeadLetter(t.api, t.db, tenant);
    const mine = [await aDeadLetter(t.api, t.db, own, { type: 'x.a' }), await aDeadLetter(t.api, t.db, own)];
    const discard = async (body: object) => (await t.api.post('/v1/dead-letters/discard', body)).body['discarded'];
    expect(await discard({ tenant: own.uid, type: 'x.*', note: 'old' })).toBe(1);
    expect((await t.api.get(`/v1/dead-letters/${mine[0]!.deadLetter}`)).body['note']).toBe('old');
    expect(await discard({ ids: mine.map(({ deadLetter }) => deadLetter) })).toBe(1);
    expect(await discard({ tenant: own.id, endpoint: 'bulk', reason: 'exhausted' })).toBe(0);
    expect(await discard({ tenant: own.id, until: new Date(0).toISOString() })).toBe(0);
    expect((await t.api.get(`/v1/dead-letters/${kept.deadLetter}`)).body['resolvedAt']).toBeNull();
  });

  it('discards a full queue in bounded statements', async () => {
    const own = await aTenant(t.api);
    const { id } = await anEndpoint(t.api, own);
    await t.db.query(
      `INSERT INTO dead_letters (id, delivery_id, event_id, tenant_id, endpoint_id, type, reason, opened_at)
       SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint - 60000), 12, '0') || '70008' ||
                lpad(to_hex(n), 15, '0'))::uuid, gen_random_uuid(), gen_random_uuid(), $1, $2, 'x', 'gone', clock_timestamp()
         FROM generate_series(1, 2500) n`,
      [parseTypeId('ten', own.id), parseTypeId('ep', id)],
    );
    const { body } = await t.api.post('/v1/dead-letters/discard', { tenant: own.id, note: 'flood' });
    expect(body).toEqual({ discarded: 2_500 });
  });

  it.each<[object, string]>([
    [{}, ''],
    [{ note: 'all of it' }, ''],
    [{ ids: ['x'] }, '/ids/0'],
    [{ ids: ['dl_01h455vb4pex5vsknk084sn02q'] }, '/ids/0'],
    [{ tenant: 'nobody' }, '/tenant'],
    [{ endpoint: 'nowhere' }, '/endpoint'],
    [{ reason: 'bored' }, '/reason'],
    [{ since: 'yesterday' }, '/since'],
    [{ type: 'a b' }, '/type'],
    [{ bogus: 1 }, '/bogus'],
  ])('refuses to discard %j', async (body, pointer) => {
    const { body: problem } = await t.api.post('/v1/dead-letters/discard', body, { expect: 422 });
    expect(problem.errors).toEqual([expect.objectContaining({ pointer })]);
  });

  it('keeps a tenant to its own, and lets support and the tenant act but no publisher', async () => {
    const { deadLetter } = await aDeadLetter(t.api, t.db, tenant);
    const [other, own] = [await aTenant(t.api), (await aKey(t.api, 'tenant', { tenant: tenant.id })).key];
    const stranger = t.api.as((await aKey(t.api, 'tenant', { tenant: other.id })).key);
    await stranger.get(`/v1/dead-letters/${deadLetter}`, { expect: 404 });
    await stranger.post(`/v1/dead-letters/${deadLetter}/discard`, {}, { expect: 404 });
    await stranger.post('/v1/dead-letters/discard', { ids: [deadLetter] }, { expect: 422 });
    await stranger.post('/v1/dead-letters/discard', { tenant: tenant.id }, { expect: 422 });
    expect((await stranger.post('/v1/dead-letters/discard', { reason: 'exhausted' })).body['discarded']).toBe(0);
    const publisher = t.api.as((await aKey(t.api, 'publisher')).key);
    await publisher.post(`/v1/dead-letters/${deadLetter}/discard`, {}, { expect: 403 });
    await publisher.get(`/v1/dead-letters/${deadLetter}`, { expect: 404 });
    const support = t.api.as((await aKey(t.api, 'support')).key);
    const { body } = await support.post(`/v1/dead-letters/${deadLetter}/replay`, {}, { expect: 201 });
    await t.api.as(own).post(`/v1/deliveries/${body.id}/cancel`, {});
  });
});
