import type { Statement } from '#database';
import { CLAIMED_COLUMNS } from './claim-statements.js';

/**
 * Of each line ($1 endpoints, $2 ordering keys) the delivery that comes first, if the line has no head: it has the lowest
 * number of those that can be seen. A statement that began before another one's commit may see an older first one; what it
 * would make a second head by is refused by `open_deliveries_head_key`, and then the statement is to be run again.
 *
 * The first is chosen without a lock and locked afterwards: by LIMIT over SKIP LOCKED its successor would be chosen while
 * somebody else has it. Looked up line by line, by subqueries that a plan cannot turn into a join over all lines; and by
 * their ids, which a plan without statistics would cross with the whole index of those that wait, if it could.
 */
const NEXT_OF_LINES = `
    WITH line AS MATERIALIZED (
      SELECT DISTINCT endpoint_id, order_key FROM unnest($1::uuid[], $2::text[]) AS asked(endpoint_id, order_key)
    ), first AS MATERIALIZED (
      SELECT (SELECT o.id FROM open_deliveries o
               WHERE o.endpoint_id = line.endpoint_id AND o.order_key = line.order_key AND o.waiting_for = 'order'
               ORDER BY o.endpoint_id, o.order_key, o.order_seq LIMIT 1) AS id
        FROM line
       WHERE (SELECT h.id FROM open_deliveries h
               WHERE h.endpoint_id = line.endpoint_id AND h.order_key = line.order_key AND h.order_seq IS NOT NULL
                 AND h.waiting_for <> 'order' LIMIT 1) IS NULL
    ), picked AS MATERIALIZED (
      SELECT id, clock_timestamp() AS due_at, waiting_for FROM open_deliveries
       WHERE id = ANY (ARRAY(SELECT id FROM first)) AND waiting_for || '' = 'order'
         FOR UPDATE SKIP LOCKED
    )`;

/** Makes the next of each line due, where the line has no head: any pump may have it. */
export const ADVANCE: Statement = {
  name: 'advance',
  text: `${NEXT_OF_LINES}
    UPDATE open_deliveries o SET generation = o.generation + 1, due_at = clock_timestamp(), waiting_for = 'queue'
     WHERE o.id = ANY (ARRAY(SELECT id FROM picked))
    RETURNING o.id`,
};

/** Claims the next of each line, where the line has no head. $3 lease, $4 the longest body that comes along. */
export const CLAIM_NEXT: Statement = {
  name: 'claim_next',
  text: `${NEXT_OF_LINES}, claimed AS (
      UPDATE open_deliveries o
         SET generation = o.generation + 1, due_at = clock_timestamp() + $3 * interval '1 ms', waiting_for = 'sending'
       WHERE o.id = ANY (ARRAY(SELECT id FROM picked))
      RETURNING o.*
    )
    SELECT ${CLAIMED_COLUMNS('$4')}
      FROM claimed c JOIN picked p ON p.id = c.id LEFT JOIN events e ON e.id = c.event_id`,
};

/**
 * Lines that have deliveries waiting, $3 at most, in order after the line $1, $2; and whether each has no head. Found by
 * hopping from line to line: what rightly waits may be a million rows.
 */
export const LINES_AFTER: Statement = {
  name: 'lines_after',
  text: `
    WITH RECURSIVE line AS (
      (SELECT endpoint_id, order_key, 1 AS n FROM open_deliveries
        WHERE waiting_for = 'order' AND (endpoint_id, order_key) > ($1::uuid, $2::text)
        ORDER BY endpoint_id, order_key LIMIT 1)
      UNION ALL
      SELECT next.endpoint_id, next.order_key, line.n + 1
        FROM line
       CROSS JOIN LATERAL (
         SELECT o.endpoint_id, o.order_key FROM open_deliveries o
          WHERE o.waiting_for = 'order' AND (o.endpoint_id, o.order_key) > (line.endpoint_id, line.order_key)
          ORDER BY o.endpoint_id, o.order_key LIMIT 1
       ) next
       WHERE line.n < $3
    )
    SELECT endpoint_id AS "endpointId", order_key AS "orderKey",
           (SELECT h.id FROM open_deliveries h
             WHERE h.endpoint_id = line.endpoint_id AND h.order_key = line.order_key AND h.order_seq IS NOT NULL
               AND h.waiting_for <> 'order' LIMIT 1) IS NULL AS "isIdle"
      FROM line`,
};
