import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { announce, announceCircuitOpened, type Announcement } from '#endpoints';
import { newUuid, toTypeId, type Uuid, uuidTime } from '#kernel';
import { newsOf, subscribe } from '../../support/operational-events.js';
import { openStoreBench, type StoreBench } from '../../support/stores.js';

describe(announce, () => {
  let bench: StoreBench;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };

  beforeAll(async () => {
    bench = await openStoreBench();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    endpoint = await bench.anEndpoint();
  });

  const disabled = (tenantId: Uuid): Announcement => ({
    tenantId,
    type: 'posthorn.endpoint.disabled',
    subject: 'ep_1',
    data: {
      endpoint: 'ep_1',
      endpointUid: 'books "and" more',
      reason: 'gone',
      disabledAt: '2026-11-24T10:00:00.000Z',
      failingSince: null,
    },
  });

  const rows = async () => {
    const [row] = await bench.db.query<{ events: number; scheduled: number }>(
      `SELECT (SELECT count(*) FROM events)::int AS events, (SELECT count(*) FROM scheduled_events)::int AS scheduled`,
    );
    return row!;
  };

  it('publishes an event that is due now', async () => {
    await subscribe(bench.db, endpoint, ['posthorn.*']);
    const before = await bench.db.readClock();
    const [eventId] = await announce(bench.db, [disabled(endpoint.tenantId)]);
    expect(await newsOf(bench.db, endpoint.tenantId)).toEqual([
      { type: 'posthorn.endpoint.disabled', subject: 'ep_1', data: disabled(endpoint.tenantId).data },
    ]);
    const [event] = await bench.db.query(`SELECT * FROM events WHERE id = $1`, [eventId]);
    expect(event).toMatchObject({ source: 'posthorn', published_by: null, uid: null, endpoint_id: null });
    // A UUIDv7 (RFC 9562) of the database's time, so that it lies in the day's partition and in the order of events.
    expect(eventId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidTime(eventId!)).toBeGreaterThanOrEqual(Math.floor(before));
    expect(uuidTime(eventId!)).toBeLessThanOrEqual(await bench.db.readClock());
  });

  it.each<[string, string[]]>([
    ['everything of the platform', ['posthorn.*']],
    ['everything of endpoints', ['a.b', 'posthorn.endpoint.*']],
    ['this very type', ['posthorn.endpoint.disabled']],
  ])('tells who subscribes to %s', async (_, patterns) => {
    await subscribe(bench.db, endpoint, patterns);
    expect(await announce(bench.db, [disabled(endpoint.tenantId)])).toHaveLength(1);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['has no subscription', () => Promise.resolve()],
    ['subscribes to everything that is published', () => subscribe(bench.db, endpoint, ['*'])],
    ['subscribes to other types', () => subscribe(bench.db, endpoint, ['posthorn.delivery.*', 'posthorn.endpoint'])],
    ['has a subscription that is off', () => subscribe(bench.db, endpoint, ['posthorn.*'], { enabled: false })],
    ['subscribes to channels', () => subscribe(bench.db, endpoint, ['posthorn.*'], { channels: ['a'] })],
    [
      'subscribed by an endpoint that is gone',
      async () => {
        await subscribe(bench.db, endpoint, ['posthorn.*']);
        await bench.db.query(`UPDATE endpoints SET deleted_at = now() WHERE id = $1`, [endpoint.endpointId]);
      },
    ],
  ])('writes nothing for a tenant that %s', async (_, arrange) => {
    await arrange();
    await subscribe(bench.db, await bench.anEndpoint(), ['posthorn.*']);
    const before = await rows();
    expect(await announce(bench.db, [disabled(endpoint.tenantId)])).toEqual([]);
    expect(await rows()).toEqual(before);
  });

  it('tells each tenant its own, of several at once', async () => {
    const other = await bench.anEndpoint();
    const deaf = await bench.anEndpoint();
    for (const one of [endpoint, other]) await subscribe(bench.db, one, ['posthorn.*']);
    const told = await announce(
      bench.db,
      [endpoint, deaf, other, endpoint].map(({ tenantId }) => disabled(tenantId)),
    );
    expect(told).toHaveLength(3);
    expect(await newsOf(bench.db, endpoint.tenantId)).toHaveLength(2);
    expect(await newsOf(bench.db, other.tenantId)).toHaveLength(1);
  });

  it('was never told when the transaction is rolled back', async () => {
    await subscribe(bench.db, endpoint, ['posthorn.*']);
    const failing = bench.db.transaction(async (tx) => {
      await announce(tx, [disabled(endpoint.tenantId)]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await newsOf(bench.db, endpoint.tenantId)).toEqual([]);
  });

  it('tells of a circuit that has opened', async () => {
    await subscribe(bench.db, endpoint, ['posthorn.endpoint.circuit_opened']);
    const atMs = Date.UTC(2026, 10, 24);
    for (const endpointId of [endpoint.endpointId, newUuid(atMs)]) {
      await announceCircuitOpened(bench.db, { endpointId, reason: 'ten failures in a row', atMs });
    }
    const name = toTypeId('ep', endpoint.endpointId);
    const data = {
      endpoint: name,
      endpointUid: null,
      reason: 'ten failures in a row',
      openedAt: '2026-11-24T00:00:00.000Z',
    };
    expect(await newsOf(bench.db, endpoint.tenantId)).toEqual([
      { type: 'posthorn.endpoint.circuit_opened', subject: name, data },
    ]);
  });
});
