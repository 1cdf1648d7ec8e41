import type { Statement } from '#database';

/** Rows that one statement makes due, so that a long timetable does not make one transaction. */
export const RESCHEDULE_BATCH = 1_000;

/** What is `stale` falls due in the order of the slots that it waited for. */
const MAKE_DUE = `
    UPDATE open_deliveries o
       SET generation = o.generation + 1, due_at = clock_timestamp() + stale.place * interval '1 us',
           waiting_for = CASE WHEN o.attempts > 0 THEN 'retry' ELSE 'queue' END
      FROM (SELECT id, row_number() OVER (ORDER BY due_at) AS place FROM stale) stale
     WHERE o.id = stale.id
    RETURNING o.id`;

/** Whatever waits for a slot of an endpoint's rate falls due, some at a time. $1 the endpoint. */
export const RESCHEDULE_OF_ENDPOINT: Statement = {
  name: 'reschedule_of_endpoint',
  text: `
    WITH stale AS MATERIALIZED (
      SELECT o.id, o.due_at FROM open_deliveries o
       WHERE o.tenant_id = (SELECT tenant_id FROM endpoints WHERE id = $1) AND o.endpoint_id = $1
         AND o.due_at > (SELECT clock_timestamp()) AND o.due_at < 'infinity' AND o.waiting_for = 'rate_limit'
       ORDER BY o.tenant_id, o.endpoint_id, o.due_at LIMIT ${RESCHEDULE_BATCH} FOR UPDATE SKIP LOCKED
    ) ${MAKE_DUE}`,
};

/**
 * The same for slots that are none any more, of endpoints whose slots were given out anew within the last minutes:
 * behind the end of the timetable nobody has one. It finds what was being deferred just then, and what a process that
 * died has left.
 */
export const RESCHEDULE_STRAYS: Statement = {
  name: 'reschedule_strays',
  text: `
    WITH stale AS MATERIALIZED (
      SELECT stray.*
        FROM endpoint_runtime r JOIN endpoints e ON e.id = r.endpoint_id
       CROSS JOIN LATERAL (
         SELECT o.id, o.due_at FROM open_deliveries o
          WHERE o.tenant_id = e.tenant_id AND o.endpoint_id = e.id
            AND o.due_at >= CASE WHEN e.rate_limit IS NULL THEN (SELECT clock_timestamp())
                                 ELSE greatest(r.next_slot_at, (SELECT clock_timestamp())) END
            AND o.due_at < 'infinity' AND o.waiting_for = 'rate_limit'
          ORDER BY o.tenant_id, o.endpoint_id, o.due_at LIMIT ${RESCHEDULE_BATCH} FOR UPDATE SKIP LOCKED
       ) stray
       WHERE r.timetable_began_at > clock_timestamp() - interval '10 minutes'
       LIMIT ${RESCHEDULE_BATCH}
    ) ${MAKE_DUE}`,
};
