import { type Executor, plainArray, secondsArray, type Statement, textArray } from '#database';
import type { Uuid } from '#kernel';
import { fingerprint, type PreparedEvent } from './prepared-event.js';

/**
 * An id must be young when it is written: whoever reads events in ascending order waits a second for the newest (and for
 * transactions under way), and would pass over one that came later still. Seconds of the database's clock.
 */
const EARLIEST = `(SELECT extract(epoch FROM clock_timestamp())::float8 - 1)`;

/**
 * The whole group in one statement, one transaction, one commit: events, the uids they claim, their open deliveries
 * (leased for a job that is on its way, or due now for the pumps), and as history what goes to disabled endpoints.
 *
 * An event is written only if its tenant's configuration still is the version it was matched against, its uid is new, and
 * its id is young. Fewer events written than sent means that some were refused for one of these; which, is asked
 * afterwards, for it is rare.
 */
const PUBLISH: Statement = {
  name: 'publish',
  text: `
    WITH fresh_tenant AS MATERIALIZED (
      SELECT t.id FROM unnest($1::uuid[], $2::int[]) AS matched(id, version)
        JOIN tenants t ON t.id = matched.id AND t.config_version = matched.version AND t.deleted_at IS NULL
    ), new_uid AS (
      INSERT INTO event_uids (tenant_id, uid, event_id, fingerprint)
      SELECT u.tenant_id, u.uid, u.event_id, decode(u.fingerprint, 'hex')
        FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $33::float8[])
               AS u(tenant_id, uid, event_id, fingerprint, created_at)
       WHERE u.tenant_id IN (SELECT id FROM fresh_tenant) AND u.created_at > ${EARLIEST}
          ON CONFLICT DO NOTHING
      RETURNING event_id
    ), new_event AS (
      INSERT INTO events (id, tenant_id, uid, type, data, subject, source, occurred_at, correlation_id, schema_version,
             channels, metadata, headers, traceparent, endpoint_id, expires_at, published_by, created_at)
      SELECT e.id, e.tenant_id, e.uid, e.type, e.data, e.subject, e.source, to_timestamp(e.occurred_at), e.correlation_id,
             e.schema_version, e.channels::text[], e.metadata, e.headers, e.traceparent, e.endpoint_id,
             to_timestamp(e.expires_at), e.published_by, to_timestamp(e.created_at)
        FROM unnest($7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
                    $14::float8[], $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[],
                    $21::uuid[], $22::float8[], $23::uuid[], $24::float8[])
               AS e(id, tenant_id, uid, type, data, subject, source, occurred_at, correlation_id, schema_version, channels,
                    metadata, headers, traceparent, endpoint_id, expires_at, published_by, created_at)
       WHERE e.tenant_id IN (SELECT id FROM fresh_tenant)
         AND (e.uid IS NULL OR e.id IN (SELECT event_id FROM new_uid))
         AND e.created_at > ${EARLIEST}
      RETURNING id, tenant_id, type, created_at, expires_at
    ), delivery AS MATERIALIZED (
      SELECT d.id, d.endpoint_id, d.endpoint_version, d.subscription_id, d.is_cancelled, d.is_leased,
             e.id AS event_id, e.tenant_id, e.type, e.created_at, e.expires_at
        FROM unnest($25::uuid[], $26::uuid[], $27::uuid[], $28::int[], $29::uuid[], $30::bool[], $31::bool[])
               AS d(id, event_id, endpoint_id, endpoint_version, subscription_id, is_cancelled, is_leased)
        JOIN new_event e ON e.id = d.event_id
    ), opened AS (
      INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, due_at,
             created_at, expires_at, type, waiting_for)
      SELECT id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version,
             clock_timestamp() + CASE WHEN is_leased THEN $32 ELSE 0 END * interval '1 ms', created_at, expires_at, type,
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
  /** The database's clock at the end of the statement: no lease of the group ends before this plus the lease. */
  readonly atMs: number;
}

/** Runs the statement for events that have ids. `isLeased` tells which endpoints' rows a job is going to carry. */
export async function publishGroup(
  db: Executor,
  events: readonly PreparedEvent[],
  isLeased: (event: PreparedEvent) => boolean,
  leaseMs: number,
): Promise<Published> {
  const tenants = new Map(events.map(({ config }) => [config.tenantId, config.version]));
  const withUid = events
    .filter(({ draft }) => draft.uid !== null)
    // Everybody claims uids in the same order, or two groups could wait for each other.
    .sort((a, b) => compare(a.config.tenantId, b.config.tenantId) || compare(a.draft.uid!, b.draft.uid!));
  const deliveries = events.flatMap((event) =>
    event.deliveries.map((delivery, index) => ({ event, delivery, id: event.deliveryIds[index]! })),
  );
  const of = <T>(column: (event: PreparedEvent) => T): T[] => events.map(column);
  const [result] = await db.query<Published>(PUBLISH, [
    plainArray([...tenants.keys()]),
    plainArray([...tenants.values()]),
    plainArray(withUid.map(({ config }) => config.tenantId)),
    textArray(withUid.map(({ draft }) => draft.uid)),
    plainArray(withUid.map(({ id }) => id)),
    plainArray(withUid.map(({ draft }) => fingerprint(draft).toString('hex'))),
    plainArray(of((e) => e.id)),
    plainArray(of((e) => e.config.tenantId)),
    textArray(of((e) => e.draft.uid)),
    plainArray(of((e) => e.draft.type)),
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
    plainArray(of((e) => e.publishedBy)),
    secondsArray(of((e) => e.createdAtMs)),
    plainArray(deliveries.map(({ id }) => id)),
    plainArray(deliveries.map(({ event }) => event.id)),
    plainArray(deliveries.map(({ delivery }) => delivery.endpointId)),
    plainArray(deliveries.map(({ delivery }) => delivery.endpointVersion)),
    plainArray(deliveries.map(({ delivery }) => delivery.subscriptionId)),
    plainArray(deliveries.map(({ delivery }) => delivery.isCancelled)),
    plainArray(deliveries.map(({ event }) => isLeased(event))),
    leaseMs,
    secondsArray(withUid.map(({ createdAtMs }) => createdAtMs)),
  ]);
  return result!;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const WRITTEN: Statement = { name: 'events_written', text: `SELECT id FROM events WHERE id = ANY ($1::uuid[])` };

/** Which of these events are in the database. */
export async function findWritten(db: Executor, eventIds: readonly Uuid[]): Promise<Set<Uuid>> {
  const rows = await db.query<{ id: Uuid }>(WRITTEN, [plainArray(eventIds)]);
  return new Set(rows.map(({ id }) => id));
}

/** The event that a uid belongs to. */
export interface FirstOfUid {
  readonly eventId: Uuid;
  readonly fingerprint: Buffer;
  readonly deliveryCount: number;
}

/** The event that was published first under a uid; undefined when there is none (any more). */
export async function findFirst(db: Executor, tenantId: Uuid, uid: string): Promise<FirstOfUid | undefined> {
  const [row] = await db.query<FirstOfUid>(
    `SELECT u.event_id AS "eventId", u.fingerprint,
            ((SELECT count(*) FROM open_deliveries o WHERE o.event_id = u.event_id AND o.replay_of IS NULL) +
             (SELECT count(*) FROM deliveries d WHERE d.event_id = u.event_id AND d.replay_of IS NULL))::int AS "deliveryCount"
       FROM event_uids u WHERE u.tenant_id = $1 AND u.uid = $2`,
    [tenantId, uid],
  );
  return row;
}
