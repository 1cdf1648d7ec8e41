import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensurePartitions } from '#database';
import { TenantConfigs } from '#endpoints';
import { DatabaseClock, parseTypeId } from '#kernel';
import { ReplayRunner } from '#replaying';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, anEndpoint, aTenant, type MadeTenant } from '../../support/factories.js';
import { aDeadLetter, allPages, attempt, idsOf, openDeliveries, publish } from '../../support/recorded-traffic.js';
import { waitFor } from '../../support/wait-for.js';

type Body = Record<string, unknown>;
type Answer = Body & { readonly id: string };

let t: TestApi;
let tenant: MadeTenant;
let endpoint: string;
const runners: ReplayRunner[] = [];

beforeAll(async () => {
  t = await startApi();
  await ensurePartitions(t.db, Date.now());
});
afterAll(() => t.close());
beforeEach(async () => {
  tenant = await aTenant(t.api);
  endpoint = (await anEndpoint(t.api, tenant)).id;
});
afterEach(() => stopRunners());

/** What a worker runs. */
function aRunner(): ReplayRunner {
  const runner = new ReplayRunner(
    t.db,
    new DatabaseClock(),
    new TenantConfigs(t.db),
    { retentionDays: 30, wakePumps: () => undefined },
    { warn: () => undefined, error: () => undefined },
  );
  runners.push(runner);
  runner.start();
  return runner;
}

async function stopRunners(): Promise<void> {
  await Promise.all(runners.splice(0).map((runner) => runner.stop()));
}

const start = async (body: Body, expected = 201): Promise<Answer> =>
  (await t.api.post('/v1/replays', { tenant: tenant.id, ...body }, { expect: expected })).body as Answer;

const preview = (body: Body): Promise<Body> => start({ dryRun: true, ...body }, 200);

const get = async (id: string): Promise<Body> => (await t.api.get(`/v1/replays/${id}`)).body;

const made = (id: string): Promise<Body[]> => allPages(t.api, `/v1/deliveries?replay=${id}&order=asc`);

/** Starts a replay, runs it until all is made, and answers it and its deliveries. */
async function replayAll(body: Body): Promise<{ replay: Body; deliveries: Body[] }> {
  const { id } = await start(body);
  aRunner();
  await waitFor(async () => expect((await get(id))['replayedAt']).not.toBeNull());
  await stopRunners();
  return { replay: await get(id), deliveries: await made(id) };
}

/** One after the other: their order matters. */
async function someDeadLetters(count: number, fields: Body = {}): Promise<Awaited<ReturnType<typeof aDeadLetter>>[]> {
  const letters = [];
  for (let n = 0; n < count; n++) letters.push(await aDeadLetter(t.api, t.db, tenant, fields));
  return letters;
}

const succeed = async (eventId: string): Promise<string> => {
  const [delivery] = await openDeliveries(t.db, eventId);
  await attempt(t.db, delivery!);
  return delivery!;
};

describe('a bulk replay', () => {
  it('makes a delivery of each dead letter, oldest first, and resolves them with its note', async () => {
    const letters = await someDeadLetters(3);
    const asked = await t.api.post(
      '/v1/replays',
      { endpoint, select: 'failed', note: 'they fixed it' },
      { expect: 201 },
    );
    expect(asked.headers['location']).toBe(`/v1/replays/${String(asked.body['id'])}`);
    expect(asked.body).toMatchObject({
      state: 'running',
      matched: 3,
      matchedExact: true,
      replayed: 0,
      tenant: tenant.id,
    });
    aRunner();
    await waitFor(async () => expect(await get(String(asked.body['id']))).toMatchObject({ replayed: 3, pending: 3 }));
    const deliveries = await made(String(asked.body['id']));
    expect(deliveries.map(({ replayOf }) => replayOf)).toEqual(letters.map(({ delivery }) => delivery));
    for (const { deadLetter } of letters) {
      const { body } = await t.api.get(`/v1/dead-letters/${deadLetter}`);
      expect(body).toMatchObject({ resolution: 'replayed', note: 'they fixed it' });
    }
  });

  it('is finished when its deliveries have ended, and tells what became of them', async () => {
    await someDeadLetters(3);
    const { id } = await start({ select: 'failed' });
    aRunner();
    await waitFor(async () => expect((await get(id))['pending']).toBe(3));
    const [first, second, third] = idsOf(await made(id));
    await attempt(t.db, first!);
    await attempt(t.db, second!, { statusCode: 500, next: 'dead' });
    await waitFor(async () =>
      expect(await get(id)).toMatchObject({ state: 'running', succeeded: 1, failed: 1, pending: 1 }),
    );
    await t.api.post(`/v1/deliveries/${third}/cancel`, {});
    await waitFor(async () =>
      expect(await get(id)).toMatchObject({ state: 'finished', succeeded: 1, failed: 1, cancelled: 1, pending: 0 }),
    );
    expect((await get(id))['finishedAt']).not.toBeNull();
  });

  it('that matches nothing is finished at once', async () => {
    const replay = await start({ select: 'failed' });
    expect(replay).toMatchObject({ state: 'finished', matched: 0, matchedExact: true, replayed: 0, succeeded: 0 });
  });

  it('counts and makes nothing when it is only tried', async () => {
    const [letter] = await someDeadLetters(1);
    expect(await preview({ select: 'failed' })).toMatchObject({ dryRun: true, matched: 1, matchedExact: true });
    expect(await openDeliveries(t.db, letter!.event)).toEqual([]);
    expect((await t.api.get(`/v1/replays?tenant=${tenant.id}`)).body['data']).toEqual([]);
  });

  it('skips what cannot be replayed, and says why', async () => {
    const [erased, expired, open] = await someDeadLetters(3);
    await t.api.delete(`/v1/events/${erased!.event}/payload`);
    await t.db.query(`UPDATE events SET expires_at = clock_timestamp() WHERE id = $1`, [
      parseTypeId('evt', expired!.event),
    ]);
    await t.api.post(`/v1/deliveries/${open!.delivery}/replay`, {});
    await t.db.query(`UPDATE dead_letters SET resolved_at = NULL, resolution = NULL WHERE id = $1`, [
      parseTypeId('dl', open!.deadLetter),
    ]);
    const { replay, deliveries } = await replayAll({ select: 'failed' });
    expect(deliveries).toEqual([]);
    expect(replay).toMatchObject({
      state: 'finished',
      matched: 3,
      replayed: 0,
      skipped: 3,
      skippedBecause: { event_erased: 1, event_expired: 1, already_open: 1 },
    });
  });

  it('leaves alone what comes after it was asked for', async () => {
    await someDeadLetters(1);
    const { id } = await start({ select: 'failed' });
    await someDeadLetters(1);
    aRunner();
    await waitFor(async () => expect(await get(id)).toMatchObject({ matched: 1, matchedExact: true, replayed: 1 }));
  });

  it('keeps order at an endpoint that does', async () => {
    const { id } = await anEndpoint(t.api, tenant, { ordering: 'fifo', eventTypes: ['in.order'] });
    const letters = [];
    for (let n = 0; n < 3; n++) {
      const event = await publish(t.api, tenant, { type: 'in.order', endpoint: id });
      const [delivery] = await openDeliveries(t.db, event);
      await t.db.query(`UPDATE open_deliveries SET waiting_for = 'queue', due_at = clock_timestamp() WHERE id = $1`, [
        parseTypeId('dlv', delivery!),
      ]);
      await attempt(t.db, delivery!, { statusCode: 500, next: 'dead' });
      letters.push(delivery);
    }
    await replayAll({ select: 'failed', endpoint: id });
    const rows = await t.db.query<{ id: string; waitingFor: string }>(
      `SELECT replay_of AS id, waiting_for AS "waitingFor" FROM open_deliveries WHERE endpoint_id = $1 ORDER BY order_seq`,
      [parseTypeId('ep', id)],
    );
    expect(rows.map((row) => row.id)).toEqual(letters.map((delivery) => parseTypeId('dlv', delivery!)));
    await waitFor(async () => {
      const { body } = await t.api.get(`/v1/deliveries?endpoint=${id}&order=asc`);
      const open = (body['data'] as Body[]).filter(({ status }) => status === 'pending');
      expect(open.map(({ waitingFor }) => waitingFor)).toEqual(['queue', 'order', 'order']);
    });
  });
});

describe('what is failed', () => {
  it('is what was neither replayed nor discarded', async () => {
    const [discarded, replayed, left] = await someDeadLetters(3);
    await t.api.post(`/v1/dead-letters/${discarded!.deadLetter}/discard`, {});
    const { body } = await t.api.post(`/v1/deliveries/${replayed!.delivery}/replay`, {});
    await attempt(t.db, String(body['id']));
    const { deliveries } = await replayAll({ select: 'failed' });
    expect(deliveries.map(({ replayOf }) => replayOf)).toEqual([left!.delivery]);
  });

  it('can be narrowed by endpoint, type, reason and time', async () => {
    const [old] = await someDeadLetters(1, { type: 'a.b' });
    const since = new Date().toISOString();
    await someDeadLetters(1, { type: 'a.c' });
    await aDeadLetter(t.api, t.db, tenant, { type: 'x.y' }, { reason: 'gone' });
    const matched = async (body: Body) => (await preview({ select: 'failed', ...body }))['matched'];
    expect(await matched({})).toBe(3);
    expect(await matched({ endpoint })).toBe(3);
    expect(await matched({ endpoint: (await anEndpoint(t.api, tenant)).id })).toBe(0);
    expect(await matched({ type: 'a.*' })).toBe(2);
    expect(await matched({ type: 'a.b' })).toBe(1);
    expect(await matched({ reason: 'gone' })).toBe(1);
    expect(await matched({ since })).toBe(2);
    expect(await matched({ until: since })).toBe(1);
    expect(await matched({ ids: [old!.event] })).toBe(1);
    expect(await matched({ ids: [old!.deadLetter], reason: 'gone' })).toBe(0);
  });

  it('is what was cancelled, when that is asked for, unless it was made again', async () => {
    const cancel = async (): Promise<string> => {
      const [delivery] = await openDeliveries(t.db, await publish(t.api, tenant));
      await t.api.post(`/v1/deliveries/${delivery}/cancel`, { reason: 'by mistake' });
      return delivery!;
    };
    const again = await cancel();
    const { body } = await t.api.post(`/v1/deliveries/${again}/replay`, {});
    await attempt(t.db, String(body['id']));
    const left = await cancel();
    expect((await preview({ select: 'failed', status: 'cancelled', reason: 'something else' }))['matched']).toBe(0);
    const { deliveries } = await replayAll({ select: 'failed', status: 'cancelled', reason: 'by mistake' });
    expect(deliveries.map(({ replayOf }) => replayOf)).toEqual([left]);
  });
});

describe('what is missing', () => {
  it('is what a subscription matches now and the endpoint has never got', async () => {
    const { id: late } = await anEndpoint(t.api, tenant, { eventTypes: ['later.on'] });
    const before = await publish(t.api, tenant, { type: 'order.created' });
    await publish(t.api, tenant, { type: 'something.else' });
    await t.api.post(tenant.path('/subscriptions'), { endpoint: late, eventTypes: ['order.*'] });
    const after = await publish(t.api, tenant, { type: 'order.created' });
    const { replay, deliveries } = await replayAll({ select: 'missing', endpoint: late });
    expect(replay).toMatchObject({ matched: 1, replayed: 1, endpoint: late });
    expect(deliveries).toMatchObject([{ event: before, endpoint: late, replayOf: null }]);
    expect((await preview({ select: 'missing', endpoint: late }))['matched']).toBe(0);
    expect(after).not.toBe(before);
  });

  it('is also what died or was cancelled there, but not what somebody has discarded', async () => {
    const [dead, discarded] = await someDeadLetters(2);
    await t.api.post(`/v1/dead-letters/${discarded!.deadLetter}/discard`, {});
    await t.api.post(tenant.path(`/endpoints/${endpoint}/disable`), {});
    const event = await publish(t.api, tenant);
    await t.api.post(tenant.path(`/endpoints/${endpoint}/enable`), {});
    await succeed(await publish(t.api, tenant));
    const { deliveries } = await replayAll({ select: 'missing', endpoint });
    expect(deliveries.map((delivery) => delivery['event'])).toEqual([dead!.event, event]);
    expect(deliveries[0]).toMatchObject({ replayOf: dead!.delivery });
    expect((await preview({ select: 'missing', endpoint, ids: [discarded!.event] }))['matched']).toBe(1);
  });

  it('is not what is scheduled, was called off, or was a test', async () => {
    const deliverAt = new Date(Date.now() + 3_600_000).toISOString();
    await publish(t.api, tenant, { deliverAt });
    const off = await publish(t.api, tenant, { deliverAt });
    await t.api.post(`/v1/events/${off}/cancel`, {});
    expect((await preview({ select: 'missing', endpoint }))['matched']).toBe(0);
  });

  it('is not what a person has cancelled, at this endpoint or altogether, unless it is named', async () => {
    const cancelled = await publish(t.api, tenant);
    const [delivery] = await openDeliveries(t.db, cancelled);
    await t.api.post(`/v1/deliveries/${delivery}/cancel`, { reason: 'sent by mail' });
    const off = await publish(t.api, tenant);
    await t.api.post(`/v1/events/${off}/cancel`, {});
    const again = await publish(t.api, tenant);
    const [first] = await openDeliveries(t.db, again);
    await t.api.post(`/v1/deliveries/${first}/cancel`, {});
    const { body: second } = await t.api.post(`/v1/deliveries/${first}/replay`, {});
    await attempt(t.db, String(second['id']), { statusCode: 500, next: 'dead' });
    const { id: late } = await anEndpoint(t.api, tenant);

    const missing = async (body: Body) =>
      (await replayAll({ select: 'missing', ...body })).deliveries.map(({ event }) => event);
    expect(await missing({ endpoint })).toEqual([again]);
    expect(await missing({ endpoint: late })).toEqual([cancelled, again]);
    expect(await missing({ endpoint: late, ids: [off] })).toEqual([off]);
  });

  it('is found by what events carry as well, a look’s worth of bytes at a time', async () => {
    const { id: picky } = await anEndpoint(t.api, tenant, { eventTypes: ['later.on'] });
    const pad = 'x'.repeat(1_000_000);
    const events: string[] = [];
    for (let n = 0; n < 20; n++) events.push(await publish(t.api, tenant, { type: 'large', data: { n, pad } }));
    await t.api.post(tenant.path('/subscriptions'), {
      endpoint: picky,
      eventTypes: ['large'],
      filter: { 'data.n': { $gte: 10 } },
    });
    const { deliveries } = await replayAll({ select: 'missing', endpoint: picky });
    expect(deliveries.map(({ event }) => event)).toEqual(events.slice(10));
  });

  it('needs an endpoint, and knows no status', async () => {
    const { errors } = await start({ select: 'missing', status: 'dead', reason: 'gone' }, 422);
    expect(errors).toMatchObject([
      { pointer: '/endpoint', code: 'required' },
      { pointer: '/status' },
      { pointer: '/reason' },
    ]);
  });
});

describe('all', () => {
  it('is whatever has ended, of each event to an endpoint the last', async () => {
    const [dead] = await someDeadLetters(1);
    const { body: again } = await t.api.post(`/v1/deliveries/${dead!.delivery}/replay`, {});
    await attempt(t.db, String(again['id']));
    const succeeded = await succeed(await publish(t.api, tenant));
    await publish(t.api, tenant);
    const { deliveries } = await replayAll({ select: 'all' });
    expect(deliveries.map(({ replayOf }) => replayOf)).toEqual([again['id'], succeeded]);
  });

  it('takes a status, and names', async () => {
    const [dead] = await someDeadLetters(1);
    const succeeded = await succeed(await publish(t.api, tenant));
    const of = async (body: Body) =>
      (await replayAll({ select: 'all', ...body })).deliveries.map((one) => one['replayOf']);
    expect(await of({ status: 'succeeded' })).toEqual([succeeded]);
    expect(await of({ ids: [dead!.delivery] })).toEqual([dead!.delivery]);
  });
});

describe('asking for a replay', () => {
  it('must say what', async () => {
    expect((await start({}, 422))['errors']).toMatchObject([{ pointer: '/select', code: 'required' }]);
    expect((await start({ select: 'some' }, 422))['errors']).toMatchObject([
      { pointer: '/select', code: 'not_allowed' },
    ]);
    const [letter] = await someDeadLetters(1);
    expect(await start({ ids: [letter!.deadLetter] })).toMatchObject({ select: 'failed', matched: 1, idCount: 1 });
  });

  it.each([
    [{ ratePerSecond: 0 }, '/ratePerSecond'],
    [{ ratePerSecond: 1e9 }, '/ratePerSecond'],
    [{ ratePerSecond: 'fast' }, '/ratePerSecond'],
    [{ status: 'pending' }, '/status'],
    [{ status: 'succeeded' }, '/status'],
    [{ reason: 'no such reason' }, '/reason'],
    [{ since: 'yesterday' }, '/since'],
    [{ since: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' }, '/until'],
    [{ type: 'a*' }, '/type'],
    [{ ids: [] }, '/ids'],
    [{ ids: 'dlv_1' }, '/ids'],
    [{ note: '' }, '/note'],
    [{ speed: 1 }, '/speed'],
  ])('refuses %j', async (body, pointer) => {
    expect((await start({ select: 'failed', ...body }, 422))['errors']).toMatchObject([{ pointer }]);
  });

  it('does not find what is another tenant’s, and makes nothing then', async () => {
    const other = await aTenant(t.api);
    const { id: theirs } = await anEndpoint(t.api, other);
    const letter = await aDeadLetter(t.api, t.db, other);
    const { key } = await aKey(t.api, 'tenant', { tenant: tenant.id });
    const [mine] = await someDeadLetters(1);
    const asTenant = async (body: Body) => (await t.api.as(key).post('/v1/replays', body, { expect: 422 })).body;
    expect(await asTenant({ select: 'failed', tenant: other.id })).toMatchObject({ code: 'unknown_tenant' });
    expect(await asTenant({ select: 'failed', endpoint: theirs })).toMatchObject({ code: 'unknown_endpoint' });
    expect(await start({ select: 'failed', endpoint: theirs }, 422)).toMatchObject({ code: 'unknown_endpoint' });
    const ids = [mine!.delivery, letter.delivery, letter.deadLetter, letter.event, 'nonsense'];
    expect((await asTenant({ ids }))['errors']).toMatchObject([1, 2, 3, 4].map((n) => ({ pointer: `/ids/${n}` })));
    const { body } = await t.api.as(key).post('/v1/replays', { select: 'failed' }, { expect: 201 });
    expect(body).toMatchObject({ tenant: tenant.id, matched: 1 });
  });

  it('to a disabled endpoint is refused, but may be tried', async () => {
    await someDeadLetters(1);
    await t.api.post(tenant.path(`/endpoints/${endpoint}/disable`), {});
    expect(await start({ select: 'failed', endpoint }, 409)).toMatchObject({ code: 'not_replayable' });
    expect((await preview({ select: 'failed', endpoint }))['matched']).toBe(1);
  });

  it('is not for publishers', async () => {
    const { key } = await aKey(t.api, 'publisher');
    await t.api.as(key).post('/v1/replays', { select: 'failed' }, { expect: 403 });
    await t.api.as(key).get('/v1/replays', { expect: 403 });
  });
});

describe('replays', () => {
  it('are listed by tenant, endpoint and state, and each tenant sees its own', async () => {
    const { id: finished } = await start({ select: 'failed' });
    await someDeadLetters(1);
    const { id: running } = await start({ select: 'failed', endpoint });
    const other = await aTenant(t.api);
    const { body } = await t.api.post('/v1/replays', { tenant: other.id, select: 'failed' }, { expect: 201 });
    const { body: everybody } = await t.api.post('/v1/replays', { select: 'failed' }, { expect: 201 });
    const list = async (query: string) => idsOf(await allPages(t.api, `/v1/replays?${query}`));
    expect(await list(`tenant=${tenant.uid}`)).toEqual([running, finished]);
    expect(await list(`tenant=${tenant.id}&state=running`)).toEqual([running]);
    expect(await list(`endpoint=${endpoint}`)).toEqual([running]);
    expect(await list('')).toEqual(expect.arrayContaining([everybody['id'], body['id'], running, finished]));
    const { key } = await aKey(t.api, 'tenant', { tenant: tenant.id });
    expect(idsOf(await allPages(t.api.as(key), '/v1/replays'))).toEqual([running, finished]);
    for (const id of [body['id'], everybody['id'], 'rpl_01h455vb4pex5vsknk084sn02q', 'nonsense']) {
      await t.api.as(key).get(`/v1/replays/${id}`, { expect: 404 });
      await t.api.as(key).post(`/v1/replays/${id}/cancel`, undefined, { expect: 404 });
    }
  });

  it('are cancelled: nothing more is made, and what was made goes on', async () => {
    await someDeadLetters(3);
    const { id } = await start({ select: 'failed', ratePerSecond: 0.1 });
    aRunner();
    await waitFor(async () => expect((await get(id))['replayed']).toBe(1));
    const { body } = await t.api.post(`/v1/replays/${id}/cancel`, {}, { expect: 200 });
    expect(body).toMatchObject({ state: 'cancelled', replayed: 1, pending: 1 });
    await t.api.post(`/v1/replays/${id}/cancel`, {}, { expect: 200 });
    const [delivery] = idsOf(await made(id));
    await attempt(t.db, delivery!);
    await waitFor(async () => expect(await get(id)).toMatchObject({ state: 'cancelled', replayed: 1, succeeded: 1 }));
    expect((await preview({ select: 'failed' }))['matched']).toBe(2);
  });

  it('that have ended are not cancelled', async () => {
    const { id } = await start({ select: 'failed' });
    const { body } = await t.api.post(`/v1/replays/${id}/cancel`, {}, { expect: 409 });
    expect(body['code']).toBe('conflict');
  });

  it('are told of when they end, to a tenant that wants to know', async () => {
    const { id: listener } = await anEndpoint(t.api, tenant, { eventTypes: ['posthorn.replay.finished'] });
    await someDeadLetters(1);
    const { id } = await start({ select: 'failed', note: 'again' });
    aRunner();
    await waitFor(async () => expect((await get(id))['pending']).toBe(1));
    const [delivery] = idsOf(await made(id));
    await attempt(t.db, delivery!);
    await waitFor(async () => expect((await get(id))['state']).toBe('finished'));
    const { body } = await t.api.get(`/v1/events?tenant=${tenant.id}&type=posthorn.replay.finished&include=data`);
    expect(body['data']).toMatchObject([
      { subject: id, data: { replay: id, state: 'finished', replayed: 1, succeeded: 1, note: 'again' } },
    ]);
    expect(listener).toMatch(/^ep_/);
  });

  it('over several tenants tell each what was its own', async () => {
    const other = await aTenant(t.api);
    const bystander = await aTenant(t.api);
    await anEndpoint(t.api, other);
    for (const one of [tenant, other, bystander]) {
      await anEndpoint(t.api, one, { eventTypes: ['posthorn.replay.finished'] });
    }
    const letters = await someDeadLetters(2);
    letters.push(await aDeadLetter(t.api, t.db, other));
    const { id } = await start({ tenant: null, ids: letters.map(({ deadLetter }) => deadLetter) });
    aRunner();
    await waitFor(async () => expect((await get(id))['pending']).toBe(3));
    const [first, second, third] = idsOf(await made(id));
    await attempt(t.db, first!);
    await attempt(t.db, second!, { statusCode: 500, next: 'dead' });
    await attempt(t.db, third!);
    await waitFor(async () => expect((await get(id))['state']).toBe('finished'));

    const told = async ({ id: of }: MadeTenant) =>
      (await allPages(t.api, `/v1/events?tenant=${of}&type=posthorn.replay.finished&include=data`)).map(
        ({ data }) => data,
      );
    const counts = { state: 'finished', replay: id, cancelled: 0 };
    expect(await told(tenant)).toMatchObject([{ ...counts, matched: 2, replayed: 2, succeeded: 1, failed: 1 }]);
    expect(await told(other)).toMatchObject([{ ...counts, matched: 1, replayed: 1, succeeded: 1, failed: 0 }]);
    expect(await told(bystander)).toEqual([]);
  });

  it('are made once, by however many workers, and all of it when one of them stops', async () => {
    const letters = await someDeadLetters(12);
    const { id } = await start({ select: 'failed', ratePerSecond: 20 });
    const [leaving] = [aRunner(), aRunner(), aRunner()];
    await waitFor(async () => expect((await get(id))['replayed']).toBeGreaterThan(0));
    await leaving.stop();
    await waitFor(async () => expect(await get(id)).toMatchObject({ replayed: 12, skipped: 0, pending: 12 }));
    expect((await made(id)).map(({ replayOf }) => replayOf)).toEqual(letters.map(({ delivery }) => delivery));
  });
});
