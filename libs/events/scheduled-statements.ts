import type { Statement } from '#database';

/** How far ahead a look tells what falls due next. Whoever asks looks again by then anyway. */
export const SCHEDULE_HORIZON_MS = 500;

/**
 * Scheduled events that are due, $1 at most, with what matching needs to know of them. An event's payload stays where it
 * is. Besides the events the statement answers one row that has no `eventId`: whose turn it was, and what comes next.
 *
 * - `oldest`: what has been due for longest. That is all there is, unless it is as many as were asked for.
 * - `turns`: then tenants have turns, for one may have scheduled a million events for the same second: $3 tenants with due
 *   events at most, those after $2, each with an equal part of $1. They are found by hopping along an index from tenant to
 *   tenant. After the last tenant there is no turn, and the oldest are taken.
 *
 * The clock is read once: a bare clock_timestamp() is volatile and would keep the index unused. How many events were chosen
 * is unknown to a plan that is kept, so each is looked up by a lateral of one row. A delivery never outlives the retention of
 * its event, $4 in days.
 */
export const DUE_EVENTS: Statement = {
  name: 'due_events',
  text: `
    WITH RECURSIVE clock AS MATERIALIZED (
      SELECT clock_timestamp() AS now
    ), oldest AS MATERIALIZED (
      SELECT event_id, tenant_id, due_at
        FROM scheduled_events WHERE due_at <= (SELECT now FROM clock) ORDER BY due_at LIMIT $1
    ), hop AS (
      (SELECT tenant_id FROM scheduled_events
        WHERE (SELECT count(*) FROM oldest) = $1 AND tenant_id > $2 ORDER BY tenant_id LIMIT 1)
      UNION ALL
      SELECT (SELECT s.tenant_id FROM scheduled_events s WHERE s.tenant_id > h.tenant_id ORDER BY s.tenant_id LIMIT 1)
        FROM hop h WHERE h.tenant_id IS NOT NULL
    ), turns AS MATERIALIZED (
      SELECT h.tenant_id FROM hop h
       WHERE (SELECT true FROM scheduled_events s
               WHERE s.tenant_id = h.tenant_id AND s.due_at <= (SELECT now FROM clock)
               ORDER BY s.due_at LIMIT 1) IS NOT NULL
       LIMIT $3
    ), chosen AS MATERIALIZED (
      SELECT due.event_id, due.tenant_id, due.due_at
        FROM turns t
       CROSS JOIN LATERAL (
         SELECT event_id, tenant_id, due_at FROM scheduled_events s
          WHERE s.tenant_id = t.tenant_id AND s.due_at <= (SELECT now FROM clock)
          ORDER BY s.due_at LIMIT greatest(1, $1 / (SELECT count(*) FROM turns))
       ) due
      UNION ALL
      SELECT event_id, tenant_id, due_at FROM oldest WHERE NOT EXISTS (SELECT FROM turns)
    ), look AS (
      SELECT (SELECT CASE WHEN count(*) = $3 THEN (array_agg(tenant_id ORDER BY tenant_id DESC))[1] END FROM turns)
               AS "lastTenantId",
             (SELECT extract(epoch FROM due_at - clock_timestamp())::float8 * 1000
                FROM scheduled_events
               WHERE due_at > now AND due_at < now + ${SCHEDULE_HORIZON_MS} * interval '1 ms'
               ORDER BY due_at LIMIT 1) AS "nextInMs"
        FROM clock
    ), work AS (
      SELECT c.event_id AS "eventId", c.tenant_id AS "tenantId", extract(epoch FROM c.due_at)::float8 * 1000 AS "dueAtMs",
             e.type, e.channels, e.endpoint_id AS "endpointId",
             e.ordering_key AS "orderingKey",
             extract(epoch FROM e.expires_at)::float8 * 1000 AS "expiresAtMs"
        FROM chosen c
        LEFT JOIN LATERAL (
          SELECT type, channels, endpoint_id, ordering_key, least(expires_at, created_at + make_interval(days => $4)) AS expires_at
            FROM events WHERE id = c.event_id LIMIT 1
        ) e ON true
    )
    SELECT * FROM work FULL JOIN look ON false`,
};

/** Takes scheduled events out before anything was made of them, and says so at the event. $1 events, $2 the reason. */
export const CANCEL_SCHEDULED: Statement = {
  name: 'cancel_scheduled',
  text: `
    WITH gone AS (
      DELETE FROM scheduled_events WHERE event_id = ANY ($1::uuid[]) RETURNING event_id
    ), told AS (
      UPDATE events SET cancelled_at = clock_timestamp(), cancel_reason = $2
       WHERE id = ANY (ARRAY(SELECT event_id FROM gone))
    )
    SELECT event_id AS id FROM gone`,
};

/** The same for some of a tenant's, $3 at most. $1 tenant, $2 the reason. */
export const CANCEL_SCHEDULED_OF_TENANT: Statement = {
  name: 'cancel_scheduled_of_tenant',
  text: `
    WITH chosen AS (
      SELECT event_id FROM scheduled_events WHERE tenant_id = $1 ORDER BY due_at LIMIT $3 FOR UPDATE
    ), gone AS (
      DELETE FROM scheduled_events WHERE event_id = ANY (ARRAY(SELECT event_id FROM chosen)) RETURNING event_id
    ), told AS (
      UPDATE events SET cancelled_at = clock_timestamp(), cancel_reason = $2
       WHERE id = ANY (ARRAY(SELECT event_id FROM gone))
    )
    SELECT event_id AS id FROM gone`,
};

/** Scheduled events are looked at again $2 milliseconds from now. $1 events. */
export const POSTPONE_SCHEDULED: Statement = {
  name: 'postpone_scheduled',
  text: `
    UPDATE scheduled_events SET due_at = clock_timestamp() + $2 * interval '1 ms' WHERE event_id = ANY ($1::uuid[])`,
};
