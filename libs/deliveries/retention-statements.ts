import type { Statement } from '#database';

/**
 * Open deliveries of events older than $1, oldest first, $2 at most. What a worker holds is left to it, for its attempt
 * may succeed; but not of events older than $3, so that nothing is passed over for ever. $4: now.
 */
export const OUTLIVED: Statement = {
  name: 'outlived',
  text: `
    SELECT id AS "deliveryId", generation FROM open_deliveries
     WHERE event_id < $1
       AND (event_id < $3 OR waiting_for <> 'sending' OR due_at <= $4 OR due_at = 'infinity')
     ORDER BY event_id LIMIT $2`,
};

/**
 * Whether anything open belongs to a partition of a day before $1, by its event or by itself. By the oldest of each, which
 * an index has at its beginning.
 */
export const IS_OPEN_BELOW: Statement = {
  name: 'is_open_below',
  text: `
    SELECT coalesce((SELECT event_id FROM open_deliveries ORDER BY event_id LIMIT 1) < $1, false)
        OR coalesce((SELECT id FROM open_deliveries ORDER BY id LIMIT 1) < $1, false) AS "isOpen"`,
};

const forget = (table: string): Statement => ({
  name: `forget_${table}`,
  text: `
    DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ${table} WHERE event_id < $1 ORDER BY event_id LIMIT $2))
    RETURNING 1`,
});

/** What stands for events in ordinary tables, of events older than $1, $2 rows at most. */
export const FORGET: readonly Statement[] = ['dead_letters', 'event_uids', 'scheduled_events', 'late_answers'].map(
  forget,
);

/** Unresolved dead letters of events older than $2, by tenant; `fresh` are those whose event is not older than $1. */
export const EXPIRING: Statement = {
  name: 'expiring_dead_letters',
  text: `
    SELECT tenant_id AS "tenantId", count(*)::int AS count, count(*) FILTER (WHERE event_id >= $1)::int AS fresh,
           min(event_id::text)::uuid AS "oldestEventId"
      FROM dead_letters
     WHERE resolved_at IS NULL AND event_id < $2
     GROUP BY tenant_id ORDER BY tenant_id`,
};
