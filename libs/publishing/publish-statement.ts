import { type Executor, plainArray, secondsArray, type Statement, textArray } from '#database';
import type { Uuid } from '#kernel';
import { fingerprint, type PreparedEvent } from './prepared-event.js';

/**
 * The whole group in one statement, one transaction, one commit: events, the uids they claim, their open deliveries
 * (leased for a job that is on its way, or due now for the pumps), and as history what goes to disabled endpoints.
 *
 * An event is written only if its tenant's configuration still is the version that this very event was matched against
 * (those of one group need not agree), its id is young, and its uid is new. Fewer events written than sent means that
 * some were refused for one of these; which, is asked afterwards, for it is rare.
 *
 * Young, because whoever reads events in ascending order waits a second for the newest (and for transactions under way),
 * and would pass over one that came later still. The clock is read once, or an event might claim its uid and then be too
 * old to be written.
 */
const PUBLISH: Statement = {
  name: 'publish',
  text: `
    WITH fresh AS MATERIALIZED (
      SELECT e.id, e.tenant_id, e.uid, e.fingerprint
        FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::float8[], $5::text[], $6::text[])
               AS e(id, tenant_id, config_version, created_at, uid, fingerprint)
        JOIN tenants t ON t.id = e.tenant_id AND t.config_version = e.config_version AND t.deleted_at IS NULL
       WHERE e.created_at > (SELECT extract(epoch FROM clock_timestamp())::float8 - 1)
    ), new_uid AS (
      -- In one order for everybody, or two groups could wait for each other.
      INSERT INTO event_uids (tenant_id, uid, event_id, fingerprint)
      SELECT tenant_id, uid, id, decode(fingerprint, 'hex') FROM fresh WHERE uid IS NOT NULL ORDER BY tenant_id, uid
          ON CONFLICT DO NOTHING
      RETURNING event_id
    ), new_event AS (
      INSERT INTO events (id, tenant_id, uid, type, data, subject, source, occurred_at, correlation_id, schema_version,
             channels, metadata, headers, traceparent, endpoint_id, expires_at, published_by, created_at)
      SELECT e.id, e.tenant_id, e.uid, e.type, e.data, e.subject, e.source, to_timestamp(e.occurred_at), e.correlation_id,
             e.schema_version, e.channels::text[], e.metadata, e.headers, e.traceparent, e.endpoint_id,
             to_timestamp(e.expires_at), e.published_by, to_timestamp(e.created_at)
        FROM unnest($1::uuid[], $2::uuid[], $5::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::float8[],
                    $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::uuid[],
                    $19::float8[], $20::uuid[], $4::float8[])
               AS e(id, tenant_id, uid, type, data, subject, source, occurred_at, correlation_id, schema_version, channels,
                    metadata, headers, traceparent, endpoint_id, expires_at, published_by, created_at)
       WHERE e.id IN (SELECT id FROM fresh) AND (e.uid IS NULL OR e.id IN (SELECT event_id FROM new_uid))
      RETURNING id, tenant_id, type, created_at, expires_at
    ), delivery AS MATERIALIZED (
      SELECT d.id, d.endpoint_id, d.endpoint_version, d.subscription_id, d.is_cancelled, d.is_leased,
             e.id AS event_id, e.tenant_id, e.type, e.created_at, e.expires_at
        FROM unnest($21::uuid[], $22::uuid[], $23::uuid[], $24::int[], $25::uuid[], $26::bool[], $27::bool[])
               AS d(id, event_id, endpoint_id, endpoint_version, subscription_id, is_cancelled, is_leased)
        JOIN new_event e ON e.id = d.event_id
    ), opened AS (
      INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, due_at,
             created_at, expires_at, type, waiting_for)
      SELECT id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version,
             clock_timestamp() + CASE WHEN is_leased THEN $28 ELSE 0 END * interval '1 ms', created_at, expires_at, type,
             'queue'
        FROM delivery WHERE NOT is_cancelled
    ), cancelled AS (
      INSERT INTO deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, attempts,
             created_at, completed_at, type, status, cancel_reason)
      SELECT id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, 0, created_at, clock_timestamp(),
             type, 'cancelled', 'endpoint_disabled'
        FROM delivery WHERE is_cancelled
    )
    SELECT (SELECT count(*) FROM new_event)::int AS written, extract(epoch FROM clock_timestamp())::float8 * 1000 AS "atMs"`,
};

export interface Published {
  /** Events written. */
  readonly written: number;
  /** The database's clock before the deliveries were written: no lease of the group ends before this plus the lease. */
  readonly atMs: number;
}

/** Runs the statement for events that have ids. `isLeased` tells which endpoints' rows a job is going to carry. */
export async function publishGroup(
  db: Executor,
  events: readonly PreparedEvent[],
  isLeased: (event: PreparedEvent) => boolean,
  leaseMs: number,
): Promise<Published> {
  const deliveries = events.flatMap((event) =>
    event.deliveries.map((delivery, index) => ({ event, delivery, id: event.deliveryIds[index]! })),
  );
  const of = <T>(column: (event: PreparedEvent) => T): T[] => events.map(column);
  const [result] = await db.query<Published>(PUBLISH, [
    plainArray(of((e) => e.id)),
    plainArray(of((e) => e.config.tenantId)),
    plainArray(of((e) => e.config.version)),
    secondsArray(of((e) => e.createdAtMs)),
    textArray(of((e) => e.draft.uid)),
    plainArray(of((e) => (e.draft.uid === null ? null : fingerprint(e).toString('hex')))),
    // Quoted: an event may be called "null".
    textArray(of((e) => e.draft.type)),
    textArray(of((e) => e.draft.data)),
    textArray(of((e) => e.draft.subject)),
    textArray(of((e) => e.draft.source)),
    secondsArray(of((e) => e.draft.occurredAtMs ?? e.createdAtMs)),
    textArray(of((e) => e.draft.correlationId)),
    textArray(of((e) => e.draft.schemaVersion)),
    // An array of arrays must be rectangular, so each goes as the text of its literal.
    textArray(of((e) => (e.draft.channels === null ? null : textArray(e.draft.channels)))),
    textArray(of((e) => e.draft.metadata)),
    textArray(of((e) => e.draft.headers)),
    textArray(of((e) => e.draft.traceparent)),
    plainArray(of((e) => (e.draft.endpoint === null ? null : (e.deliveries[0]?.endpointId ?? null)))),
    secondsArray(of((e) => e.draft.expiresAtMs)),
    plainArray(of((e) => e.publishedBy.keyId)),
    plainArray(deliveries.map(({ id }) => id)),
    plainArray(deliveries.map(({ event }) => event.id)),
    plainArray(deliveries.map(({ delivery }) => delivery.endpointId)),
    plainArray(deliveries.map(({ delivery }) => delivery.endpointVersion)),
    plainArray(deliveries.map(({ delivery }) => delivery.subscriptionId)),
    plainArray(deliveries.map(({ delivery }) => delivery.isCancelled)),
    plainArray(deliveries.map(({ event }) => isLeased(event))),
    leaseMs,
  ]);
  return result!;
}

const WRITTEN: Statement = { name: 'events_written', text: `SELECT id FROM events WHERE id = ANY ($1::uuid[])` };

/** Which of these events are in the database. */
export async function findWritten(db: Executor, eventIds: readonly Uuid[]): Promise<Set<Uuid>> {
  const rows = await db.query<{ id: Uuid }>(WRITTEN, [plainArray(eventIds)]);
  return new Set(rows.map(({ id }) => id));
}

/** The event that was published first under a uid. */
export interface FirstOfUid {
  readonly tenantId: Uuid;
  readonly uid: string;
  readonly eventId: Uuid;
  readonly fingerprint: Buffer;
  readonly deliveryCount: number;
}

const FIRST_OF_UIDS: Statement = {
  name: 'first_of_uids',
  text: `
    SELECT u.tenant_id AS "tenantId", u.uid, u.event_id AS "eventId", u.fingerprint,
           ((SELECT count(*) FROM open_deliveries o WHERE o.event_id = u.event_id AND o.replay_of IS NULL) +
            (SELECT count(*) FROM deliveries d WHERE d.event_id = u.event_id AND d.replay_of IS NULL))::int AS "deliveryCount"
      FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::text[]) AS asked(tenant_id, uid)) asked
      JOIN event_uids u ON u.tenant_id = asked.tenant_id AND u.uid = asked.uid`,
};

/** The events that the uids of these belong to; those whose uid is free (or who have none) are not among the answers. */
export async function findFirst(db: Executor, events: readonly PreparedEvent[]): Promise<FirstOfUid[]> {
  const withUid = events.filter(({ draft }) => draft.uid !== null);
  if (withUid.length === 0) return [];
  return db.query<FirstOfUid>(FIRST_OF_UIDS, [
    plainArray(withUid.map(({ config }) => config.tenantId)),
    textArray(withUid.map(({ draft }) => draft.uid)),
  ]);
}
