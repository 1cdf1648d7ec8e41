import type { Executor } from '#database';
import { OpenDeliveryStore } from '#deliveries';
import { EventTypeCatalog, TenantConfigs } from '#endpoints';
import type { EventDraft } from '#events';
import { type Clock, DatabaseClock, newUuid, toTypeId, type Uuid } from '#kernel';
import { DataChecker, Enqueuer, Publisher } from '#publishing';
import type { DispatchQueue } from '#queue';
import type { StoreBench } from './stores.js';

const RETENTION_MS = 30 * 86_400_000;

/** What a key may publish that may publish everything. */
export const EVERYTHING = { keyId: newUuid(Date.now()), tenantIds: null, eventTypes: null };

export interface QueueState {
  isAvailable: boolean;
  refuses?: { mayHaveBeenAdded: boolean };
}

/** A queue that takes what it is given, or is away: the promise here is what happens to rows, not to jobs. */
function aQueue(state: QueueState) {
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

interface PublisherOptions {
  /** Runs the publisher's own statements. */
  readonly db?: Executor;
  readonly clock?: Clock;
  readonly queue?: QueueState;
}

/** A publisher over the bench's database, and what it has put into the queue. */
export function aPublisher(bench: StoreBench, options: PublisherOptions = {}) {
  const { db = bench.db, clock = new DatabaseClock(), queue: state = { isAvailable: true } } = options;
  const { jobs, ranks, queue } = aQueue(state);
  const enqueuer = new Enqueuer(queue, new OpenDeliveryStore(bench.db), { warn: () => undefined });
  const checker = new DataChecker(new EventTypeCatalog(bench.db));
  const configs = new TenantConfigs(bench.db);
  const publisher = new Publisher(db as typeof bench.db, clock, configs, checker, enqueuer, RETENTION_MS);
  return { jobs, ranks, publisher };
}

/** An event as it comes, `a.b` with `{"n":1.0}` unless told otherwise. */
export function draftOf(tenantId: Uuid, over: Partial<EventDraft> = {}): EventDraft {
  return {
    tenant: toTypeId('ten', tenantId),
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
  };
}

/** Has the endpoint want everything. */
export async function subscribe(bench: StoreBench, of: { tenantId: Uuid; endpointId: Uuid }): Promise<void> {
  await bench.db.query(
    `INSERT INTO subscriptions (id, tenant_id, endpoint_id, event_types) VALUES ($1, $2, $3, '{*}')`,
    [newUuid(Date.now()), of.tenantId, of.endpointId],
  );
  await bench.db.query(`UPDATE tenants SET config_version = config_version + 1 WHERE id = $1`, [of.tenantId]);
}

/** The bench's database for a publisher, which notes the name of each statement. */
export const countingIn = (bench: StoreBench, statements: string[]): Executor => ({
  query: (sql, values) => {
    statements.push(typeof sql === 'string' ? sql : sql.name);
    return bench.db.query(sql, values);
  },
});
