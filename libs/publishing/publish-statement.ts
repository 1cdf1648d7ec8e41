import {
  boolColumn,
  type Executor,
  intColumn,
  plainArray,
  type Statement,
  textArray,
  textColumn,
  timeColumn,
  uuidColumn,
} from '#database';
import type { Line } from '#deliveries';
import type { Uuid } from '#kernel';
import { addDeliveries, deliveryColumns, noDeliveries, openInLine, OUTDATED } from './new-deliveries.js';
import { fingerprint, lineOf, type PreparedEvent } from './prepared-event.js';

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
 * old to be written. The configurations are checked once for each tenant, and what is outdated is left out by NOT IN:
 * a join would read the events once for each tenant, and write them in another order than that of their ids.
 *
 * Where the catalog of event types is another one than they were checked against ($49), every age is too old: it seldom
 * changes, and what is not written is checked again.
 *
 * Seven sets of columns go in: the configurations ($1, $2), the uids ($3 to $8), the events ($9 to $27, $40 and $42), the
 * deliveries to open ($28 to $33), those to disabled endpoints ($34 to $38), which of the events are for later ($41), and
 * the deliveries to open at endpoints that keep order ($43 to $48). $39 is the lease in milliseconds; what is spilled has
 * none and is due at once.
 */
const PUBLISH: Statement = {
  name: 'publish',
  text: `
    WITH ${OUTDATED}, too_old AS MATERIALIZED (
      SELECT CASE WHEN version = $49::int THEN clock_timestamp() - interval '1 s' ELSE 'infinity' END AS at
        FROM event_type_catalog
    ), new_uid AS (
      -- In one order for everybody, or two groups could wait for each other.
      INSERT INTO event_uids (tenant_id, uid, event_id, fingerprint)
      SELECT e.tenant_id, e.uid, e.id, decode(e.fingerprint, 'hex')
        FROM unnest($3::uuid[], $4::uuid[], $5::int[], $6::timestamptz[], $7::text[], $8::text[])
               AS e(id, tenant_id, config_version, created_at, uid, fingerprint)
       WHERE e.created_at > (SELECT at FROM too_old)
         AND (e.tenant_id, e.config_version) NOT IN (SELECT tenant_id, config_version FROM outdated)
       ORDER BY e.tenant_id, e.uid
          ON CONFLICT DO NOTHING
      RETURNING event_id
    ), new_event AS (
      INSERT INTO events (id, tenant_id, uid, type, data, subject, source, occurred_at, correlation_id, schema_version,
             channels, metadata, headers, traceparent, endpoint_id, expires_at, published_by, created_at,
             deliver_at, ordering_key)
      SELECT e.id, e.tenant_id, e.uid, e.type, e.data, e.subject, e.source, coalesce(e.occurred_at, e.created_at),
             e.correlation_id, e.schema_version, e.channels::text[], e.metadata, e.headers, e.traceparent, e.endpoint_id,
             e.expires_at, e.published_by, e.created_at, e.deliver_at, e.ordering_key
        FROM unnest($9::uuid[], $10::uuid[], $11::int[], $12::timestamptz[], $13::text[], $14::text[], $15::text[],
               $16::text[], $17::text[], $18::timestamptz[], $19::text[], $20::text[], $21::text[], $22::text[],
               $23::text[], $24::text[], $25::uuid[], $26::timestamptz[], $27::uuid[], $40::timestamptz[], $42::text[])
               AS e(id, tenant_id, config_version, created_at, uid, type, data, subject, source, occurred_at,
                    correlation_id, schema_version, channels, metadata, headers, traceparent, endpoint_id, expires_at,
                    published_by, deliver_at, ordering_key)
       WHERE e.created_at > (SELECT at FROM too_old)
         AND (e.tenant_id, e.config_version) NOT IN (SELECT tenant_id, config_version FROM outdated)
         AND (e.uid IS NULL OR e.id IN (SELECT event_id FROM new_uid))
      RETURNING id, tenant_id, type, created_at, expires_at, deliver_at
    ), scheduled AS (
      INSERT INTO scheduled_events (event_id, tenant_id, due_at)
      SELECT e.id, e.tenant_id, e.deliver_at FROM unnest($41::uuid[]) AS s(event_id) JOIN new_event e ON e.id = s.event_id
    ), opened AS (
      INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, due_at,
             created_at, expires_at, type, waiting_for)
      SELECT d.id, d.event_id, e.tenant_id, d.endpoint_id, d.subscription_id, d.endpoint_version,
             clock_timestamp() + CASE WHEN d.is_spilled THEN 0 ELSE $39 END * interval '1 ms', e.created_at, e.expires_at,
             e.type, 'queue'
        FROM unnest($28::uuid[], $29::uuid[], $30::uuid[], $31::int[], $32::uuid[], $33::bool[])
               AS d(id, event_id, endpoint_id, endpoint_version, subscription_id, is_spilled)
        JOIN new_event e ON e.id = d.event_id
    ), ${openInLine(43, 'new_event', 'e.created_at')}, cancelled AS (
      INSERT INTO deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, attempts,
             created_at, completed_at, type, status, cancel_reason)
      SELECT d.id, d.event_id, e.tenant_id, d.endpoint_id, d.subscription_id, d.endpoint_version, 0, e.created_at,
             clock_timestamp(), e.type, 'cancelled', 'endpoint_disabled'
        FROM unnest($34::uuid[], $35::uuid[], $36::uuid[], $37::int[], $38::uuid[])
               AS d(id, event_id, endpoint_id, endpoint_version, subscription_id)
        JOIN new_event e ON e.id = d.event_id
    )
    SELECT (SELECT count(*) FROM new_event)::int AS written, extract(epoch FROM clock_timestamp())::float8 * 1000 AS "atMs"`,
};

export interface Published extends Written {
  /** The lines that deliveries were put in, which are to be advanced after the commit. */
  readonly lines: readonly Line[];
}

interface Written {
  /** Events written. */
  readonly written: number;
  /** The database's clock before the deliveries were written: no lease of the group ends before this plus the lease. */
  readonly atMs: number;
}

/** Runs the statement for events that have ids. `isLeased` tells which events' deliveries a job is going to carry. */
export async function publishGroup(
  db: Executor,
  events: readonly PreparedEvent[],
  isLeased: (event: PreparedEvent) => boolean,
  leaseMs: number,
): Promise<Published> {
  const configs = [...new Set(events.map(({ config }) => config))];
  const withUid = events.filter(({ draft }) => draft.uid !== null);
  const made = noDeliveries<PreparedEvent>();
  for (const event of events) addDeliveries(made, event, event.id!, event.deliveries, event.deliveryIds);
  const { opened, inLine, cancelled } = made;
  const [result] = await db.query<Written>(PUBLISH, [
    uuidColumn(configs, (c) => c.tenantId),
    intColumn(configs, (c) => c.version),

    uuidColumn(withUid, (e) => e.id),
    uuidColumn(withUid, (e) => e.config.tenantId),
    intColumn(withUid, (e) => e.config.version),
    timeColumn(withUid, (e) => e.createdAtMs),
    textColumn(withUid, (e) => e.draft.uid),
    textColumn(withUid, (e) => fingerprint(e).toString('hex')),

    uuidColumn(events, (e) => e.id),
    uuidColumn(events, (e) => e.config.tenantId),
    intColumn(events, (e) => e.config.version),
    timeColumn(events, (e) => e.createdAtMs),
    textColumn(events, (e) => e.draft.uid),
    textColumn(events, (e) => e.draft.type),
    textColumn(events, (e) => e.draft.data),
    textColumn(events, (e) => e.draft.subject),
    textColumn(events, (e) => e.draft.source),
    timeColumn(events, (e) => e.draft.occurredAtMs),
    textColumn(events, (e) => e.draft.correlationId),
    textColumn(events, (e) => e.draft.schemaVersion),
    // An array of arrays must be rectangular, so each goes as the text of its literal.
    textColumn(events, (e) => (e.draft.channels === null ? null : textArray(e.draft.channels))),
    textColumn(events, (e) => e.draft.metadata),
    textColumn(events, (e) => e.draft.headers),
    textColumn(events, (e) => e.draft.traceparent),
    uuidColumn(events, (e) => e.targetId),
    timeColumn(events, (e) => e.draft.expiresAtMs),
    uuidColumn(events, (e) => e.publishedBy.keyId),

    ...deliveryColumns(opened),
    boolColumn(opened, ({ event }) => (isLeased(event) ? null : true)),

    ...deliveryColumns(cancelled),

    leaseMs,

    timeColumn(events, (e) => e.draft.deliverAtMs),
    uuidColumn(
      events.filter(({ isScheduled }) => isScheduled),
      (e) => e.id,
    ),
    textColumn(events, (e) => e.draft.orderingKey),
    ...deliveryColumns(inLine),
    textColumn(inLine, ({ event }) => event.draft.orderingKey ?? ''),

    // The oldest, where they differ: then some must be checked again, and which it were is not worth a column.
    events.reduce((oldest, { checked }) => Math.min(oldest, checked.catalogVersion), Number.MAX_SAFE_INTEGER),
  ]);
  const lines = inLine.length === 0 ? [] : inLine.map(({ event, delivery }) => lineOf(event, delivery.endpointId));
  return { ...result!, lines };
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
