import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Executor } from '#database';
import type { EventDraft } from '#events';
import { newUuid, toTypeId, type Uuid, uuidTime } from '#kernel';
import {
  aPublisher,
  countingIn,
  draftOf,
  EVERYTHING,
  type QueueState,
  subscribe,
} from '../../test/support/publishers.js';
import { openStoreBench, type StoreBench } from '../../test/support/stores.js';
import type { PublishResult } from './publish-result.js';
import { Publisher } from './publisher.js';

describe(Publisher, () => {
  let bench: StoreBench;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };

  beforeAll(async () => {
    bench = await openStoreBench();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    endpoint = await bench.anEndpoint();
    await subscribe(bench, endpoint);
  });

  /** Of the same tenant, with a subscription to everything. */
  async function anotherEndpoint(): Promise<void> {
    const id = newUuid(Date.now());
    await bench.db.query(`INSERT INTO endpoints (id, tenant_id, url) VALUES ($1, $2, 'https://b.example.com')`, [
      id,
      endpoint.tenantId,
    ]);
    await subscribe(bench, { ...endpoint, endpointId: id });
  }

  const setup = (db: Executor = bench.db, queue?: QueueState) => aPublisher(bench, queue ? { db, queue } : { db });
  const aDraft = (over?: Partial<EventDraft>): EventDraft => draftOf(endpoint.tenantId, over);
  const counting = (statements: string[]): Executor => countingIn(bench, statements);

  /** Another tenant with an endpoint that wants everything; answers what its events begin with. */
  async function aSmallTenant(): Promise<Partial<EventDraft>> {
    const { tenantId } = await bench.anEndpoint();
    await bench.db.query(
      `INSERT INTO subscriptions (id, tenant_id, endpoint_id, event_types)
       SELECT $1, tenant_id, id, '{*}' FROM endpoints WHERE tenant_id = $2`,
      [newUuid(Date.now()), tenantId],
    );
    return { tenant: toTypeId('ten', tenantId) };
  }

  const idOf = (result: PublishResult): Uuid => {
    if (result.kind === 'refused') throw result.error;
    return result.id;
  };
  const openOf = (eventId: Uuid) =>
    bench.db.query<{ id: Uuid; leased: boolean; generation: number }>(
      `SELECT id, generation, due_at > clock_timestamp() + interval '30 s' AS leased FROM open_deliveries WHERE event_id = $1`,
      [eventId],
    );

  it('writes a whole group with one statement', async () => {
    const statements: string[] = [];
    const { publisher, jobs } = setup(counting(statements));
    await publisher.publish(aDraft(), EVERYTHING);
    statements.length = 0;
    const results = await Promise.all(Array.from({ length: 100 }, () => publisher.publish(aDraft(), EVERYTHING)));
    expect(results.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(statements).toEqual(['publish']);
    await publisher.drain();
    expect(jobs).toHaveLength(1 + Math.ceil(100 / 32));
  });

  it('leases what a job will carry and leaves the rest to the pumps', async () => {
    const carried = idOf(await setup().publisher.publish(aDraft(), EVERYTHING));
    expect(await openOf(carried)).toMatchObject([{ leased: true }]);
    const left = idOf(await setup(bench.db, { isAvailable: false }).publisher.publish(aDraft(), EVERYTHING));
    expect(await openOf(left)).toMatchObject([{ leased: false }]);
  });

  it.each([
    ['makes due at once what the queue certainly did not take', false],
    ['leaves to its lease what the queue may have taken after all', true],
  ])('%s', async (_, mayHaveBeenAdded) => {
    const { publisher } = setup(bench.db, { isAvailable: true, refuses: { mayHaveBeenAdded } });
    const id = idOf(await publisher.publish(aDraft(), EVERYTHING));
    await publisher.drain();
    expect(await openOf(id)).toMatchObject([{ leased: mayHaveBeenAdded }]);
  });

  it('sees a subscription that was made after it last looked', async () => {
    const { publisher } = setup();
    expect(await publisher.publish(aDraft(), EVERYTHING)).toMatchObject({ deliveryCount: 1 });
    await anotherEndpoint();
    expect(await publisher.publish(aDraft(), EVERYTHING)).toMatchObject({ deliveryCount: 2 });
  });

  it('accepts once what was committed although the answer was lost', async () => {
    let isLost = false;
    const losing: Executor = {
      query: async (sql, values) => {
        const rows = await bench.db.query(sql, values);
        if (isLost || typeof sql === 'string' || sql.name !== 'publish') return rows as never;
        isLost = true;
        throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
      },
    };
    const { publisher } = setup(losing);
    const id = idOf(await publisher.publish(aDraft(), EVERYTHING));
    expect(isLost).toBe(true);
    await publisher.drain();
    // No job was made of it, so it does not wait for a lease that was taken for one.
    expect(await openOf(id)).toMatchObject([{ leased: false }]);
    const [{ count }] = (await bench.db.query<{ count: number }>(
      `SELECT count(*) AS count FROM events WHERE tenant_id = $1`,
      [endpoint.tenantId],
    )) as [{ count: number }];
    expect(count).toBe(1);
  });

  it('gives an event that could only be written late a new id, so that no ascending reader has passed it', async () => {
    let tries = 0;
    const late: Executor = {
      query: async (sql, values) => {
        if (typeof sql !== 'string' && sql.name === 'publish' && ++tries === 1) {
          await new Promise((resolve) => setTimeout(resolve, 1_100));
        }
        return bench.db.query(sql, values);
      },
    };
    const beganAtMs = Date.now();
    const id = idOf(await setup(late).publisher.publish(aDraft({ uid: 'late' }), EVERYTHING));
    expect(uuidTime(id) - beganAtMs).toBeGreaterThan(1_000);
    expect(await openOf(id)).toHaveLength(1);
  });

  it('holds each event to the configuration that it was itself matched against, whatever else is in its group', async () => {
    await bench.db.query(`UPDATE tenants SET uid = id::text WHERE id = $1`, [endpoint.tenantId]);
    const { publisher } = setup();
    const [byId, byUid] = [aDraft(), aDraft({ tenant: endpoint.tenantId })];
    await publisher.publish(byId, EVERYTHING);
    await anotherEndpoint();
    await publisher.publish(byUid, EVERYTHING);
    // What is kept under the id is older now than what is kept under the uid.
    const results = await Promise.all([publisher.publish(byId, EVERYTHING), publisher.publish(byUid, EVERYTHING)]);
    expect(results).toMatchObject([{ deliveryCount: 2 }, { deliveryCount: 2 }]);
  });

  describe('to an endpoint that keeps order', () => {
    beforeEach(async () => {
      await bench.db.query(`UPDATE endpoints SET ordering = 'fifo' WHERE id = $1`, [endpoint.endpointId]);
    });

    const inOrder = () =>
      bench.db.query<{ eventId: Uuid; key: string; waitingFor: string }>(
        `SELECT event_id AS "eventId", order_key AS key, waiting_for AS "waitingFor" FROM open_deliveries
          WHERE endpoint_id = $1 ORDER BY order_seq`,
        [endpoint.endpointId],
      );

    it('numbers a batch in the order of its array, whatever configuration each event was first matched against', async () => {
      await bench.db.query(`UPDATE tenants SET uid = id::text WHERE id = $1`, [endpoint.tenantId]);
      const { publisher } = setup();
      const [byId, byUid] = [aDraft(), aDraft({ tenant: endpoint.tenantId })];
      const first = await publisher.publish(byId, EVERYTHING);
      await anotherEndpoint();
      const second = await publisher.publish(byUid, EVERYTHING);
      // What is kept under the id is older now than what is kept under the uid, and would be refused at first.
      const batch = await publisher.publishBatch([byId, byUid, byId, byId, byUid, byId], EVERYTHING);
      expect((await inOrder()).map(({ eventId }) => eventId)).toEqual([first, second, ...batch].map(idOf));
    });

    it('makes no job, and lets the first of each key go on at once', async () => {
      const statements: string[] = [];
      const { publisher, jobs } = setup(counting(statements));
      const keys = ['a', null, 'a', 'b', null];
      await publisher.publishBatch(
        keys.map((orderingKey) => aDraft({ orderingKey })),
        EVERYTHING,
      );
      await publisher.drain();
      expect(jobs).toEqual([]);
      expect((await inOrder()).map(({ key, waitingFor }) => [key, waitingFor])).toEqual([
        ['a', 'queue'],
        ['', 'queue'],
        ['a', 'order'],
        ['b', 'queue'],
        ['', 'order'],
      ]);
      expect(statements).toEqual(['publish', 'advance', `SELECT pg_notify($1, '')`]);
    });

    it('takes an event under one uid with another key for another event', async () => {
      const { publisher } = setup();
      await publisher.publish(aDraft({ uid: 'one', orderingKey: 'a' }), EVERYTHING);
      expect(await publisher.publish(aDraft({ uid: 'one', orderingKey: 'a' }), EVERYTHING)).toMatchObject({
        kind: 'duplicate',
      });
      const other = await publisher.publish(aDraft({ uid: 'one', orderingKey: 'b' }), EVERYTHING);
      expect(other).toMatchObject({ kind: 'refused', error: { code: 'uid_conflict' } });
    });
  });

  it('takes a whole group through a change of configuration with a handful of statements', async () => {
    const statements: string[] = [];
    const { publisher } = setup(counting(statements));
    await publisher.publish(aDraft(), EVERYTHING);
    await anotherEndpoint();
    statements.length = 0;
    const results = await Promise.all(Array.from({ length: 200 }, () => publisher.publish(aDraft(), EVERYTHING)));
    expect(results.every((result) => result.kind === 'accepted' && result.deliveryCount === 2)).toBe(true);
    expect(statements).toEqual(['publish', 'events_written', 'publish']);
  });

  it('never claims a uid for an event that it then finds too old to write', async () => {
    const { publisher } = setup();
    await publisher.publish(aDraft(), EVERYTHING);
    let published: Promise<PublishResult> | undefined;
    // Somebody else is about to take the uid, and gives it up after more than a second.
    await bench.db
      .transaction(async (tx) => {
        await tx.query(`INSERT INTO event_uids (tenant_id, uid, event_id, fingerprint) VALUES ($1, 'mine', $2, '')`, [
          endpoint.tenantId,
          newUuid(Date.now()),
        ]);
        published = publisher.publish(aDraft({ uid: 'mine' }), EVERYTHING);
        await tx.query('SELECT pg_sleep(1.2)');
        throw new Error('given up');
      })
      .catch(() => undefined);
    const id = idOf((await published)!);
    expect(await published).toMatchObject({ kind: 'accepted' });
    expect(await openOf(id)).toHaveLength(1);
  });

  it('writes large events in statements of a few MiB, and takes no more of them than it can hold', async () => {
    const sizes: number[] = [];
    const measuring: Executor = {
      query: (sql, values) => {
        if (typeof sql !== 'string' && sql.name === 'publish') sizes.push(bytesOf(values));
        return bench.db.query(sql, values);
      },
    };
    const { publisher } = setup(measuring);
    const data = JSON.stringify('x'.repeat(1_000_000));
    const publishing = Array.from({ length: 80 }, () => publisher.publish(aDraft({ data }), EVERYTHING));
    const kinds = (await Promise.all(publishing)).map((result) =>
      result.kind === 'refused' ? result.error.code : result.kind,
    );
    expect(new Set(kinds)).toEqual(new Set(['accepted', 'overloaded']));
    expect(kinds.filter((kind) => kind === 'accepted').length).toBeGreaterThan(50);
    expect(Math.max(...sizes)).toBeLessThan(6_000_000);
    expect(await publisher.publish(aDraft({ data }), EVERYTHING)).toMatchObject({ kind: 'accepted' });
  });

  it("commits a small tenant's event with the next group, however many another one has pending", async () => {
    const small = await aSmallTenant();
    const statements: string[] = [];
    const { publisher } = setup(counting(statements));
    await publisher.publish(aDraft(small), EVERYTHING);
    const burst = Array.from({ length: 3_000 }, () => publisher.publish(aDraft(), EVERYTHING));
    await Promise.race(burst);
    statements.length = 0;
    expect(await publisher.publish(aDraft(small), EVERYTHING)).toMatchObject({ kind: 'accepted', deliveryCount: 1 });
    // The group that was under way, if any, and its own.
    expect(statements.length).toBeLessThanOrEqual(2);
    expect(new Set((await Promise.all(burst)).map(({ kind }) => kind))).toEqual(new Set(['accepted']));
  });

  it('refuses events of the tenant that has too many pending, and of nobody else', async () => {
    const small = await aSmallTenant();
    const { publisher } = setup();
    await publisher.publish(aDraft(small), EVERYTHING);
    const data = JSON.stringify('x'.repeat(1_000_000));
    const burst = Array.from({ length: 80 }, () => publisher.publish(aDraft({ data }), EVERYTHING));
    const [beside] = await Promise.all([publisher.publish(aDraft(small), EVERYTHING), ...burst]);
    expect(beside).toMatchObject({ kind: 'accepted' });
    expect(await burst.at(-1)).toMatchObject({ kind: 'refused', error: { code: 'overloaded' } });
  });

  it('leaves to the pumps what a tenant has beyond its share of the queue, and puts another one before it', async () => {
    const small = await aSmallTenant();
    const { publisher, jobs, ranks } = setup();
    const data = JSON.stringify('x'.repeat(60_000));
    const burst = Array.from({ length: 700 }, () => publisher.publish(aDraft({ data }), EVERYTHING));
    const ids = (await Promise.all(burst)).map(idOf);
    const leased = await bench.db.query(
      `SELECT FROM open_deliveries WHERE event_id = ANY ($1) AND due_at > clock_timestamp()`,
      [ids],
    );
    expect(leased.length).toBeGreaterThan(400);
    expect(leased.length).toBeLessThan(600);
    await publisher.drain();
    expect(Math.max(...ranks)).toBe(1);
    const beside = idOf(await publisher.publish(aDraft(small), EVERYTHING));
    expect(await openOf(beside)).toMatchObject([{ leased: true }]);
    await publisher.drain();
    expect([JSON.stringify(jobs.at(-1)).includes(beside), ranks.at(-1)]).toEqual([true, 0]);
  });

  it('takes an event that is called "null"', async () => {
    expect(await setup().publisher.publish(aDraft({ type: 'null' }), EVERYTHING)).toMatchObject({ kind: 'accepted' });
  });

  it('publishes one of many that come at once under the same uid', async () => {
    const { publisher } = setup();
    const results = await Promise.all(
      Array.from({ length: 20 }, () => publisher.publish(aDraft({ uid: 'u-1' }), EVERYTHING)),
    );
    expect(results.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'duplicate')).toHaveLength(19);
    expect(new Set(results.map(idOf)).size).toBe(1);
  });

  it('makes the partition of a day that has none', async () => {
    const later = { now: () => Date.now() + 60 * 86_400_000 };
    const { publisher } = aPublisher(bench, { clock: later });
    expect(await publisher.publish(aDraft(), EVERYTHING)).toMatchObject({ kind: 'accepted' });
  });

  it('keeps to the scope of the key', async () => {
    const { publisher } = setup();
    const refusalOf = async (scope: Partial<typeof EVERYTHING> & object) => {
      const result = await publisher.publish(aDraft(), { ...EVERYTHING, ...scope });
      return result.kind === 'refused' ? result.error.code : result.kind;
    };
    expect(await refusalOf({ eventTypes: ['a.*'] as never })).toBe('accepted');
    expect(await refusalOf({ eventTypes: ['b.*'] as never })).toBe('forbidden');
    expect(await refusalOf({ tenantIds: [newUuid(Date.now())] as never })).toBe('unknown_tenant');
  });

  it('records for a disabled endpoint a cancelled delivery', async () => {
    await bench.db.query(`UPDATE endpoints SET status = 'disabled' WHERE id = $1`, [endpoint.endpointId]);
    const id = idOf(await setup().publisher.publish(aDraft(), EVERYTHING));
    expect(await openOf(id)).toEqual([]);
    const rows = await bench.db.query(`SELECT status, cancel_reason FROM deliveries WHERE event_id = $1`, [id]);
    expect(rows).toEqual([{ status: 'cancelled', cancel_reason: 'endpoint_disabled' }]);
  });
});

/** Of a statement's columns, which are most of it. */
function bytesOf(values: readonly unknown[] = []): number {
  return values.reduce<number>((sum, value) => sum + (Buffer.isBuffer(value) ? value.length : 8), 0);
}
