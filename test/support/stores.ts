import { Database } from '#database';
import { type AttemptRecord, type Dispatch, toWireEvent } from '#deliveries';
import { EndpointSwitch } from '#endpoints';
import { KeyRing, newUuid, type Uuid } from '#kernel';
import { NoEffects } from './no-effects.js';
import { createTestDatabase } from './test-database.js';

/** A database with rows made by SQL, for tests of stores and of parts of the worker. */
export interface StoreBench {
  db: Database;
  /** For connections beside the pool's. */
  url: string;
  /** An enabled endpoint, of a new tenant unless one is given. */
  anEndpoint(tenantId?: Uuid): Promise<{ tenantId: Uuid; endpointId: Uuid }>;
  /** An open delivery of a new event, due now and never claimed unless `over` says otherwise (columns and their SQL). */
  anOpenDelivery(of: { tenantId: Uuid; endpointId: Uuid }, over?: Record<string, string>): Promise<Uuid>;
  /** The open row of a delivery, or undefined when it has ended. */
  open(deliveryId: Uuid): Promise<OpenRow | undefined>;
  /** The history row of a delivery. */
  ended(deliveryId: Uuid): Promise<{ status: string; attempts: number; cancel_reason: string | null } | undefined>;
  attemptsOf(deliveryId: Uuid): Promise<{ number: number; generation: number; response_body: string | null }[]>;
  /** Turns endpoints on and off; their open deliveries stay as they are unless `effects` says otherwise. */
  endpointSwitch(effects?: NoEffects): EndpointSwitch;
  close(): Promise<void>;
}

export interface OpenRow {
  generation: number;
  attempts: number;
  waiting_for: string;
  due_in_ms: number;
}

export async function openStoreBench(): Promise<StoreBench> {
  const database = await createTestDatabase();
  const db = await Database.connect({ url: database.url, poolSize: 5, applicationName: 'posthorn-test' });
  const id = () => newUuid(Date.now());
  return {
    db,
    url: database.url,
    endpointSwitch: (effects = new NoEffects()) =>
      new EndpointSwitch(db, new KeyRing([['test', Buffer.alloc(32, 1)]]), effects),
    anEndpoint: async (ofTenant) => {
      const [tenantId, endpointId] = [ofTenant ?? id(), id()];
      await db.query(`INSERT INTO tenants (id, name) VALUES ($1, 'Acme') ON CONFLICT DO NOTHING`, [tenantId]);
      await db.query(`INSERT INTO endpoints (id, tenant_id, url) VALUES ($1, $2, 'https://example.com')`, [
        endpointId,
        tenantId,
      ]);
      return { tenantId, endpointId };
    },
    anOpenDelivery: async ({ tenantId, endpointId }, over = {}) => {
      const [eventId, deliveryId] = [id(), id()];
      await db.query(
        `INSERT INTO events (id, tenant_id, type, data, occurred_at, created_at)
         VALUES ($1, $2, 'a.b', '{"n":1}', clock_timestamp(), clock_timestamp())`,
        [eventId, tenantId],
      );
      const columns = { due_at: 'clock_timestamp()', waiting_for: `'queue'`, ...over };
      await db.query(
        `INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, endpoint_version, created_at, type,
                ${Object.keys(columns).join(', ')})
         VALUES ($1, $2, $3, $4, 1, clock_timestamp(), 'a.b', ${Object.values(columns).join(', ')})`,
        [deliveryId, eventId, tenantId, endpointId],
      );
      return deliveryId;
    },
    open: async (deliveryId) => {
      const [row] = await db.query<OpenRow>(
        `SELECT generation, attempts, waiting_for,
                CASE WHEN due_at = 'infinity' THEN 'Infinity'::float8
                     ELSE extract(epoch FROM due_at - clock_timestamp())::float8 * 1000 END AS due_in_ms
           FROM open_deliveries WHERE id = $1`,
        [deliveryId],
      );
      return row;
    },
    ended: async (deliveryId) => {
      const [row] = await db.query<{ status: string; attempts: number; cancel_reason: string | null }>(
        `SELECT status, attempts, cancel_reason FROM deliveries WHERE id = $1`,
        [deliveryId],
      );
      return row;
    },
    attemptsOf: (deliveryId) =>
      db.query(
        `SELECT number, generation, response_body FROM attempts WHERE delivery_id = $1 ORDER BY number, generation`,
        [deliveryId],
      ),
    close: async () => {
      await db.close();
      await database.drop();
    },
  };
}

/** The record of an attempt that succeeded under the dispatch's lease, unless `over` says otherwise. */
export function anAttempt(
  { deliveryId, generation, attempts }: Pick<Dispatch, 'deliveryId' | 'generation' | 'attempts'>,
  over: Partial<AttemptRecord> = {},
): AttemptRecord {
  return {
    deliveryId,
    generation,
    number: attempts + 1,
    endpointVersion: 1,
    trigger: 'schedule',
    startedAtMs: Date.now(),
    durationMs: 12.5,
    statusCode: 200,
    errorCode: null,
    error: null,
    remoteAddress: '127.0.0.1',
    dnsMs: null,
    connectMs: 0.5,
    tlsMs: null,
    firstByteMs: 3.25,
    signature: 'v1,abc',
    responseHeaders: '{"content-type":"text/plain"}',
    responseBody: 'ok "quoted" \\ {braced}',
    truncated: false,
    next: { to: 'succeeded' },
    ...over,
  };
}

/** A dispatch of a fresh delivery as a job brings it. */
export function aDispatch(deliveryId: Uuid, endpointId: Uuid, over: Partial<Dispatch> = {}): Dispatch {
  const event = toWireEvent({
    id: newUuid(Date.now()),
    uid: null,
    type: 'a.b',
    occurredAtMs: Date.now(),
    subject: null,
    source: null,
    schemaVersion: null,
    correlationId: null,
    data: '{"n":1}',
    metadata: null,
    headers: null,
    traceparent: null,
    expiresAtMs: null,
  });
  return {
    deliveryId,
    tenantId: newUuid(Date.now()),
    endpointId,
    endpointVersion: 1,
    generation: 1,
    attempts: 0,
    replayOf: null,
    orderKey: null,
    leaseUntilMs: Date.now() + 90_000,
    slotAtMs: null,
    isSlotOfRate: false,
    event,
    ...over,
  };
}
