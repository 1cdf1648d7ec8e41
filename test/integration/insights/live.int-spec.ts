import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NewsDesk } from '#deliveries';
import { newUuid, parseTypeId, toTypeId } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, aTenant, type MadeTenant } from '../../support/factories.js';
import { EventStream } from '../../support/event-stream.js';
import { waitFor } from '../../support/wait-for.js';
import { IN_TIME } from '../../support/in-time.js';

let t: TestApi;
let tenant: MadeTenant;
let opened: EventStream[] = [];
beforeAll(async () => {
  t = await startApi();
  tenant = await aTenant(t.api);
});
afterAll(() => t.close());
afterEach(() => {
  for (const stream of opened) stream.close();
  opened = [];
});

async function open(key = t.adminKey, headers: Record<string, string> = {}, url = t.url): Promise<EventStream> {
  const stream = await EventStream.open(`${url}/v1/live`, key, headers);
  opened.push(stream);
  return stream;
}

/** Tells what a worker would, until the streams have heard of it: one that has just been opened may not listen yet. */
async function tellUntil(of: MadeTenant, heard: () => void): Promise<string> {
  const desk = new NewsDesk(t.db);
  desk.watch();
  const id = newUuid(Date.now());
  const dispatch = { deliveryId: id, endpointId: newUuid(1), event: { id: newUuid(2) } };
  await waitFor(
    () => {
      desk.note(dispatch, parseTypeId('ten', of.id)!, 'succeeded');
      heard();
    },
    { intervalMs: 200 },
  );
  desk.close();
  return toTypeId('dlv', id);
}

describe('the live stream', () => {
  it('tells of deliveries as they move on, and how things stand', async () => {
    const stream = await open();
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-request-id': expect.any(String),
    });
    const delivery = await tellUntil(tenant, () => expect(stream.of('delivery').length).toBeGreaterThan(0));
    expect(stream.of('delivery')[0]).toMatchObject({ id: delivery, tenant: tenant.id, status: 'succeeded' });
    await waitFor(() =>
      expect(stream.of('overview')[0]).toMatchObject({ due: expect.any(Number), endpointsInTrouble: [] }),
    );
    expect(stream.events[0]).toMatchObject({ event: 'hello' });
    const ids = stream.events.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tells a tenant’s key of its own only, and no numbers of all', async () => {
    const other = await aTenant(t.api);
    const { key } = await aKey(t.api, 'tenant', { tenant: tenant.id });
    const [own, all] = [await open(key), await open()];
    await tellUntil(other, () => expect(all.of('delivery').length).toBeGreaterThan(0));
    await tellUntil(tenant, () => expect(own.of('delivery').length).toBeGreaterThan(0));
    expect(own.of('delivery').every((notice) => notice['tenant'] === tenant.id)).toBe(true);
    expect(own.of('overview')).toEqual([]);
  });

  it('is not for publishers, nor for those without a key', async () => {
    const { key } = await aKey(t.api, 'publisher');
    expect((await open(key)).response.statusCode).toBe(403);
    expect((await open('phk_unknown')).response.statusCode).toBe(401);
  });

  it('tells one who comes again that something may have been missed', async () => {
    const stream = await open(t.adminKey, { 'last-event-id': 'abc-1' });
    await waitFor(() => expect(stream.events[0]).toMatchObject({ event: 'more', data: { kind: 'more' } }));
  });

  it('says so when there is more than it can tell', async () => {
    const stream = await open();
    await tellUntil(tenant, () => expect(stream.of('delivery').length).toBeGreaterThan(0));
    const desk = new NewsDesk(t.db);
    desk.watch();
    for (let n = 0; n < 100; n++) {
      const dispatch = { deliveryId: newUuid(n), endpointId: newUuid(1), event: { id: newUuid(2) } };
      desk.note(dispatch, parseTypeId('ten', tenant.id)!, 'dead');
    }
    await waitFor(() => expect(stream.of('more').length).toBe(1));
  });

  it('holds a bounded number of streams of one key', async () => {
    const { key } = await aKey(t.api, 'tenant', { tenant: tenant.id });
    const statuses: (number | undefined)[] = [];
    for (let n = 0; n < 26; n++) statuses.push((await open(key)).response.statusCode);
    expect(statuses).toEqual([...Array.from({ length: 25 }, () => 200), 429]);
    opened[0]!.close();
    await waitFor(async () => expect((await open(key)).response.statusCode).toBe(200));
  });

  it('answers the head alone and is done', async () => {
    const { status } = await fetch(`${t.url}/v1/live`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${t.adminKey}` },
    });
    expect(status).toBe(200);
  });

  it('asks nothing of the database once nobody watches any more', async () => {
    const stream = await open();
    const listeners = async (): Promise<number> =>
      (
        await t.db.query(
          `SELECT FROM pg_stat_activity WHERE application_name = 'posthorn-live' AND datname = current_database()`,
        )
      ).length;
    await waitFor(async () => expect(await listeners()).toBe(1));
    stream.close();
    await waitFor(async () => expect(await listeners()).toBe(0));
  });

  it('ends when the API stops, and does not hold it up', IN_TIME, async () => {
    const own = await startApi();
    const stream = await open(own.adminKey, {}, own.url);
    expect(stream.response.statusCode).toBe(200);
    const startedAtMs = performance.now();
    await own.close();
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
    await waitFor(() => expect(stream.isEnded).toBe(true));
  });
});
