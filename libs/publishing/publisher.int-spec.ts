import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Executor } from '#database';
import { OpenDeliveryStore } from '#deliveries';
import { EventTypeCatalog, TenantConfigs } from '#endpoints';
import type { EventDraft } from '#events';
import { DatabaseClock, newUuid, toTypeId, type Uuid, uuidTime } from '#kernel';
import { DispatchQueue } from '#queue';
import { openStoreBench, type StoreBench } from '../../test/support/stores.js';
import { DataChecker } from './data-checker.js';
import { Enqueuer } from './enqueuer.js';
import type { PublishResult } from './publish-result.js';
import { Publisher } from './publisher.js';

const RETENTION_MS = 30 * 86_400_000;
const SILENT = { warn: () => undefined };
const SCOPE = { keyId: newUuid(Date.now()), tenantIds: null, eventTypes: null };

/** A queue that takes what it is given, or is away: the promise here is what happens to rows, not to jobs. */
function aQueue(state: { isAvailable: boolean; refuses?: { mayHaveBeenAdded: boolean } }) {
  const jobs: unknown[] = [];
  const ranks: number[] = [];
  const queue = {
    get isAvailable() {
      return state.isAvailable;
    },
    get lastDepth() {
      return jobs.length;
    },
    add: async (added: readonly unknown[], addedRanks: readonly number[]) => {
      if (state.refuses) throw Object.assign(new Error('no'), state.refuses);
      jobs.push(...added);
      ranks.push(...addedRanks);
    },
  };
  return { jobs, ranks, queue: queue as unknown as DispatchQueue };
}

describe(Publisher, () => {
  let bench: StoreBench;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };

  beforeAll(async () => {
    bench = await openStoreBench();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    endpoint = await bench.anEndpoint();
    await subscribe(endpoint.endpointId);
  });

  async function subscribe(endpointId: Uuid): Promise<void> {
    await bench.db.query(
      `INSERT INTO subscriptions (id, tenant_id, endpoint_id, event_types) VALUES ($1, $2, $3, '{*}')`,
      [newUuid(Date.now()), endpoint.tenantId, endpointId],
    );
    await bench.db.query(`UPDATE tenants SET config_version = config_version + 1 WHERE id = $1`, [endpoint.tenantId]);
  }

  /** Of the same tenant, with a subscription to everything. */
  async function anotherEndpoint(): Promise<void> {
    const id = newUuid(Date.now());
    await bench.db.query(`INSERT INTO endpoints (id, tenant_id, url) VALUES ($1, $2, 'https://b.example.com')`, [
      id,
      endpoint.tenantId,
    ]);
    await subscribe(id);
  }

  const counting = (statements: string[]): Executor => ({
    query: (sql, values) => {
      statements.push(typeof sql === 'string' ? sql : sql.name);
      return bench.db.query(sql, values);
    },
  });

  const aChecker = () => new DataChecker(new EventTypeCatalog(bench.db));

  function setup(db: Executor = bench.db, state: Parameters<typeof aQueue>[0] = { isAvailable: true }) {
    const { jobs, ranks, queue } = aQueue(state);
    const enqueuer = new Enqueuer(queue, new OpenDeliveryStore(bench.db), SILENT);
    const configs = new TenantConfigs(bench.db);
    const clock = new DatabaseClock();
    const publisher = new Publisher(db as typeof bench.db, clock, configs, aChecker(), enqueuer, RETENTION_MS);
    return { jobs, ranks, publisher };
  }

  const aDraft = (over: Partial<EventDraft> = {}): EventDraft => ({
    tenant: toTypeId('ten', endpoint.tenantId),
    type: 'a.b',
    data: '{"n":1.0}',
    dataValue: { n: 1 },
    uid: null,
    subject: null,
    source: null,
    occurredAtMs: null,
    orderingKey: null,
    correlationId: null,
    schemaVersion: null,
    channels: null,
    metadata: null,
    headers: null,
    endpoint: null,
    deliverAtMs: null,
    expiresAtMs: null,
    traceparent: null,
    ...over,
  });

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
    await publisher.publish(aDraft(), SCOPE);
    statements.length = 0;
    const results = await Promise.all(Array.from({ length: 100 }, () => publisher.publish(aDraft(), SCOPE)));
    expect(results.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(statements).toEqual(['publish']);
    await publisher.drain();
    expect(jobs).toHaveLength(1 + Math.ceil(100 / 32));
  });

  it('leases what a job will carry and leaves the rest to the pumps', async () => {
    const carried = idOf(await setup().publisher.publish(aDraft(), SCOPE));
    expect(await openOf(carried)).toMatchObject([{ leased: true }]);
    const left = idOf(await setup(bench.db, { isAvailable: false }).publisher.publish(aDraft(), SCOPE));
    expect(await openOf(left)).toMatchObject([{ leased: false }]);
  });

  it.each([
    ['makes due at once what the queue certainly did not take', false],
    ['leaves to its lease what the queue may have taken after all', true],
  ])('%s', async (_, mayHaveBeenAdded) => {
    const { publisher } = setup(bench.db, { isAvailable: true, refuses: { mayHaveBeenAdded } });
    const id = idOf(await publisher.publish(aDraft(), SCOPE));
    await publisher.drain();
    expect(await openOf(id)).toMatchObject([{ leased: mayHaveBeenAdded }]);
  });

  it('sees a subscription that was made after it last looked', async () => {
    const { publisher } = setup();
    expect(await publisher.publish(aDraft(), SCOPE)).toMatchObject({ deliveryCount: 1 });
    await anotherEndpoint();
    expect(await publisher.publish(aDraft(), SCOPE)).toMatchObject({ deliveryCount: 2 });
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
    const id = idOf(await publisher.publish(aDraft(), SCOPE));
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
    const id = idOf(await setup(late).publisher.publish(aDraft({ uid: 'late' }), SCOPE));
    expect(uuidTime(id) - beganAtMs).toBeGreaterThan(1_000);
    expect(await openOf(id)).toHaveLength(1);
  });

  it('holds each event to the configuration that it was itself matched against, whatever else is in its group', async () => {
    await bench.db.query(`UPDATE tenants SET uid = id::text WHERE id = $1`, [endpoint.tenantId]);
    const { publisher } = setup();
    const [byId, byUid] = [aDraft(), aDraft({ tenant: endpoint.tenantId })];
    await publisher.publish(byId, SCOPE);
    await anotherEndpoint();
    await publisher.publish(byUid, SCOPE);
    // What is kept under the id is older now than what is kept under the uid.
    const results = await Promise.all([publisher.publish(byId, SCOPE), publisher.publish(byUid, SCOPE)]);
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
      const first = await publisher.publish(byId, SCOPE);
      await anotherEndpoint();
      const second = await publisher.publish(byUid, SCOPE);
      // What is kept under the id is older now than what is kept under the uid, and would be refused at first.
      const batch = await publisher.publishBatch([byId, byUid, byId, byId, byUid, byId], SCOPE);
      expect((await inOrder()).map(({ eventId }) => eventId)).toEqual([first, second, ...batch].map(idOf));
    });

    it('makes no job, and lets the first of each key go on at once', async () => {
      const statements: string[] = [];
      const { publisher, jobs } = setup(counting(statements));
      const keys = ['a', null, 'a', 'b', null];
      await publisher.publishBatch(
        keys.map((orderingKey) => aDraft({ orderingKey })),
        SCOPE,
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
      await publisher.publish(aDraft({ uid: 'one', orderingKey: 'a' }), SCOPE);
      expect(await publisher.publish(aDraft({ uid: 'one', orderingKey: 'a' }), SCOPE)).toMatchObject({
        kind: 'duplicate',
      });
      const other = await publisher.publish(aDraft({ uid: 'one', orderingKey: 'b' }), SCOPE);
      expect(other).toMatchObject({ kind: 'refused', error: { code: 'uid_conflict' } });
    });
  });

  it('takes a whole group through a change of configuration with a handful of statements', async () => {
    const statements: string[] = [];
    const { publisher } = setup(counting(statements));
    await publisher.publish(aDraft(), SCOPE);
    await anotherEndpoint();
    statements.length = 0;
    const results = await Promise.all(Array.from({ length: 200 }, () => publisher.publish(aDraft(), SCOPE)));
    expect(results.every((result) => result.kind === 'accepted' && result.deliveryCount === 2)).toBe(true);
    expect(statements).toEqual(['publish', 'events_written', 'publish']);
  });

  it('never claims a uid for an event that it then finds too old to write', async () => {
    const { publisher } = setup();
    await publisher.publish(aDraft(), SCOPE);
    let published: Promise<PublishResult> | undefined;
    // Somebody else is about to take the uid, and gives it up after more than a second.
    await bench.db
      .transaction(async (tx) => {
        await tx.query(`INSERT INTO event_uids (tenant_id, uid, event_id, fingerprint) VALUES ($1, 'mine', $2, '')`, [
          endpoint.tenantId,
          newUuid(Date.now()),
        ]);
        published = publisher.publish(aDraft({ uid: 'mine' }), SCOPE);
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
    const publishing = Array.from({ length: 80 }, () => publisher.publish(aDraft({ data }), SCOPE));
    const kinds = (await Promise.all(publishing)).map((result) =>
      result.kind === 'refused' ? result.error.code : result.kind,
    );
    expect(new Set(kinds)).toEqual(new Set(['accepted', 'overloaded']));
    expect(kinds.filter((kind) => kind === 'accepted').length).toBeGreaterThan(50);
    expect(Math.max(...sizes)).toBeLessThan(6_000_000);
    expect(await publisher.publish(aDraft({ data }), SCOPE)).toMatchObject({ kind: 'accepted' });
  });

  it("commits a small tenant's event with the next group, however many another one has pending", async () => {
    const small = await aSmallTenant();
    const statements: string[] = [];
    const { publisher } = setup(counting(statements));
    await publisher.publish(aDraft(small), SCOPE);
    const burst = Array.from({ length: 3_000 }, () => publisher.publish(aDraft(), SCOPE));
    await Promise.race(burst);
    statements.length = 0;
    expect(await publisher.publish(aDraft(small), SCOPE)).toMatchObject({ kind: 'accepted', deliveryCount: 1 });
    // The group that was under way, if any, and its own.
    expect(statements.length).toBeLessThanOrEqual(2);
    expect(new Set((await Promise.all(burst)).map(({ kind }) => kind))).toEqual(new Set(['accepted']));
  });

  it('refuses events of the tenant that has too many pending, and of nobody else', async () => {
    const small = await aSmallTenant();
    const { publisher } = setup();
    await publisher.publish(aDraft(small), SCOPE);
    const data = JSON.stringify('x'.repeat(1_000_000));
    const burst = Array.from({ length: 80 }, () => publisher.publish(aDraft({ data }), SCOPE));
    const [beside] = await Promise.all([publisher.publish(aDraft(small), SCOPE), ...burst]);
    expect(beside).toMatchObject({ kind: 'accepted' });
    expect(await burst.at(-1)).toMatchObject({ kind: 'refused', error: { code: 'overloaded' } });
  });

  it('leaves to the pumps what a tenant has beyond its share of the queue, and puts another one before it', async () => {
    const small = await aSmallTenant();
    const { publisher, jobs, ranks } = setup();
    const data = JSON.stringify('x'.repeat(60_000));
    const burst = Array.from({ length: 700 }, () => publisher.publish(aDraft({ data }), SCOPE));
    const ids = (await Promise.all(burst)).map(idOf);
    const leased = await bench.db.query(
      `SELECT FROM open_deliveries WHERE event_id = ANY ($1) AND due_at > clock_timestamp()`,
      [ids],
    );
    expect(leased.length).toBeGreaterThan(400);
    expect(leased.length).toBeLessThan(600);
    await publisher.drain();
    expect(Math.max(...ranks)).toBe(1);
    const beside = idOf(await publisher.publish(aDraft(small), SCOPE));
    expect(await openOf(beside)).toMatchObject([{ leased: true }]);
    await publisher.drain();
    expect([JSON.stringify(jobs.at(-1)).includes(beside), ranks.at(-1)]).toEqual([true, 0]);
  });

  it('takes an event that is called "null"', async () => {
    expect(await setup().publisher.publish(aDraft({ type: 'null' }), SCOPE)).toMatchObject({ kind: 'accepted' });
  });

  it('publishes one of many that come at once under the same uid', async () => {
    const { publisher } = setup();
    const results = await Promise.all(
      Array.from({ length: 20 }, () => publisher.publish(aDraft({ uid: 'u-1' }), SCOPE)),
    );
    expect(results.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'duplicate')).toHaveLength(19);
    expect(new Set(results.map(idOf)).size).toBe(1);
  });

  it('makes the partition of a day that has none', async () => {
    const later = { now: () => Date.now() + 60 * 86_400_000 };
    const { queue } = aQueue({ isAvailable: true });
    const enqueuer = new Enqueuer(queue, new OpenDeliveryStore(bench.db), SILENT);
    const publisher = new Publisher(bench.db, later, new TenantConfigs(bench.db), aChecker(), enqueuer, RETENTION_MS);
    expect(await publisher.publish(aDraft(), SCOPE)).toMatchObject({ kind: 'accepted' });
  });

  it('holds events against the schemas of the moment, whoever has changed them', async () => {
    const { publisher } = setup();
    const published = async (n: unknown, uid: string | null = null) => {
      const draft = aDraft({ type: 'checked.here', data: JSON.stringify({ n }), dataValue: { n }, uid });
      return (await publisher.publish(draft, SCOPE)).kind;
    };
    const describeType = (type: string) =>
      bench.db.query(
        `INSERT INTO event_types (name, description, schemas) VALUES ('checked.here', '', $1)
         ON CONFLICT (name) DO UPDATE SET schemas = EXCLUDED.schemas, version = event_types.version + 1`,
        [{ '1': { properties: { n: { type } } } }],
      );
    expect(await published('x', 'u-before')).toBe('accepted');
    await describeType('number');
    expect(await published('x')).toBe('refused');
    expect(await published(1)).toBe('accepted');
    await describeType('string');
    expect(await published('x')).toBe('accepted');
    expect(await published(1)).toBe('refused');
    await describeType('number');
    expect(await Promise.all([published(1), published('x'), published(2)])).toEqual([
      'accepted',
      'refused',
      'accepted',
    ]);
    // Was accepted, and stays so.
    expect(await published('x', 'u-before')).toBe('duplicate');
    // Made again, its version is the first one once more.
    await bench.db.query(`DELETE FROM event_types`);
    await describeType('string');
    expect([await published('x'), await published(1)]).toEqual(['accepted', 'refused']);
    await bench.db.query(`DELETE FROM event_types`);
    expect(await published('x')).toBe('accepted');
  });

  it('goes by the catalog that is there, also when a replica that lagged has taken the place of the database', async () => {
    const { publisher } = setup();
    await publisher.publish(aDraft(), SCOPE);
    await bench.db.query(`UPDATE event_type_catalog SET version = version - 3`);
    expect(await publisher.publish(aDraft(), SCOPE)).toMatchObject({ kind: 'accepted' });
  });

  it('outlasts somebody who describes one type after the other', async () => {
    let changes = 10;
    const whileDescribing: Executor = {
      query: async (sql, values) => {
        if (typeof sql !== 'string' && sql.name === 'publish' && changes-- > 0) {
          await bench.db.query(`INSERT INTO event_types (name, description) VALUES ($1, '')`, [
            `described.n${changes}`,
          ]);
        }
        return bench.db.query(sql, values);
      },
    };
    expect(await setup(whileDescribing).publisher.publish(aDraft(), SCOPE)).toMatchObject({ kind: 'accepted' });
    expect(changes).toBeLessThan(0);
    await bench.db.query(`DELETE FROM event_types`);
  });

  it('has another catalog only when a type comes, goes or has other schemas', async () => {
    const versionAfter = async (sql: string) => {
      await bench.db.query(sql);
      return (await bench.db.query<{ version: number }>(`SELECT version FROM event_type_catalog`))[0]!.version;
    };
    const made = await versionAfter(`INSERT INTO event_types (name, schemas) VALUES ('seen.here', '{"1":true}')`);
    expect(await versionAfter(`UPDATE event_types SET description = 'b', schemas = '{"1":true}', version = 2`)).toBe(
      made,
    );
    expect(await versionAfter(`UPDATE event_types SET schemas = '{"1":false}'`)).toBe(made + 1);
    expect(await versionAfter(`DELETE FROM event_types`)).toBe(made + 2);
  });

  it('looks up the uids of all that a batch has refused by one statement, after their quota', async () => {
    await bench.db.query(`INSERT INTO event_types (name, schemas) VALUES ('refused.here', '{"1":false}')`);
    await bench.db.query(
      `UPDATE tenants SET settings = settings || '{"publishPerSecond":40}', config_version = config_version + 1 WHERE id = $1`,
      [endpoint.tenantId],
    );
    const statements: string[] = [];
    const { publisher } = setup(counting(statements));
    const drafts = Array.from({ length: 60 }, (_, n) => aDraft({ type: 'refused.here', uid: `refused-${n}` }));
    const results = await publisher.publishBatch(drafts, SCOPE);
    const codes = results.map((result) => (result.kind === 'refused' ? result.error.code : result.kind));
    expect(new Set(codes)).toEqual(new Set(['validation_failed', 'rate_limited']));
    expect(statements.filter((name) => name === 'first_of_uids')).toHaveLength(1);
    await bench.db.query(`DELETE FROM event_types`);
  });

  it('keeps to the scope of the key', async () => {
    const { publisher } = setup();
    const refusalOf = async (scope: Partial<typeof SCOPE> & object) => {
      const result = await publisher.publish(aDraft(), { ...SCOPE, ...scope });
      return result.kind === 'refused' ? result.error.code : result.kind;
    };
    expect(await refusalOf({ eventTypes: ['a.*'] as never })).toBe('accepted');
    expect(await refusalOf({ eventTypes: ['b.*'] as never })).toBe('forbidden');
    expect(await refusalOf({ tenantIds: [newUuid(Date.now())] as never })).toBe('unknown_tenant');
  });

  it('records for a disabled endpoint a cancelled delivery', async () => {
    await bench.db.query(`UPDATE endpoints SET status = 'disabled' WHERE id = $1`, [endpoint.endpointId]);
    const id = idOf(await setup().publisher.publish(aDraft(), SCOPE));
    expect(await openOf(id)).toEqual([]);
    const rows = await bench.db.query(`SELECT status, cancel_reason FROM deliveries WHERE event_id = $1`, [id]);
    expect(rows).toEqual([{ status: 'cancelled', cancel_reason: 'endpoint_disabled' }]);
  });
});

/** Of a statement's columns, which are most of it. */
function bytesOf(values: readonly unknown[] = []): number {
  return values.reduce<number>((sum, value) => sum + (Buffer.isBuffer(value) ? value.length : 8), 0);
}
