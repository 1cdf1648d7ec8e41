import type { Statement } from '#database';

/** Due rows that one claim reads to choose from. Those beyond are the next one's. */
export const SEEN_ROWS = 1_024;

/** How far ahead a claim tells what falls due next. Whoever asks looks again by then anyway. */
export const HORIZON_MS = 500;

/** What a worker needs of a claimed row `c`, as it was when it was picked (`p`), and of its event `e`. */
export const CLAIMED_COLUMNS = (longestBody: string): string => `
  c.id AS "deliveryId", c.tenant_id AS "tenantId", c.endpoint_id AS "endpointId",
       c.endpoint_version AS "endpointVersion", c.generation, c.attempts, c.order_key AS "orderKey", c.replay_of AS "replayOf",
       extract(epoch FROM p.due_at)::float8 * 1000 AS "wasDueAtMs",
       CASE WHEN p.waiting_for IN ('rate_limit', 'circuit') THEN extract(epoch FROM p.due_at)::float8 * 1000 END
         AS "slotAtMs",
       p.waiting_for = 'rate_limit' AS "isSlotOfRate",
       extract(epoch FROM c.due_at)::float8 * 1000 AS "leaseUntilMs", c.event_id AS "eventId",
       e.uid, c.type, extract(epoch FROM e.occurred_at)::float8 * 1000 AS "occurredAtMs", e.subject, e.source,
       e.schema_version AS "schemaVersion", e.correlation_id AS "correlationId",
       CASE WHEN octet_length(e.data) <= ${longestBody} THEN e.data END AS data,
       coalesce(octet_length(e.data) > ${longestBody}, false) AS "isLarge", e.data IS NULL AS "isErased",
       e.metadata, e.headers, e.traceparent,
       extract(epoch FROM c.expires_at)::float8 * 1000 AS "expiresAtMs"`;

/**
 * How a worker comes by work from the database: everything due that is looked for, chosen fairly, leased under a new
 * generation, with all that is needed to send it. Times leave as epoch milliseconds.
 *
 * - `seen`: what fell due since $4 (epoch milliseconds), oldest first, without the endpoints $5. An index keeps its entry
 *   of a row that was claimed or delivered for as long as any transaction may still see the row: read from the beginning,
 *   an hour's backup would cost each claim an hour's entries.
 * - `chosen`: $3 of these, tenants in turn, and within a tenant endpoints in turn.
 * - `turned`: $7 rows of each endpoint $6 that fell due since $8. These are the ones in $5 whose lanes have room.
 * - Besides the rows claimed the statement answers one row that has no `deliveryId`: what was passed over, and what comes
 *   next.
 *
 * The clock is read once: a bare clock_timestamp() is volatile and would keep the index unused. Rows are locked by their
 * ids, after choosing; one that another worker has leased meanwhile is not due any more, which the lock finds out. By
 * arrays, not by joins: how many rows were picked is unknown to a plan that is kept, and for a guess of thousands it would
 * read the whole table. A body longer than $2 stays where it is until the moment it is sent.
 */
export const CLAIM_DUE: Statement = {
  name: 'claim_due',
  text: `
    WITH clock AS MATERIALIZED (
      SELECT clock_timestamp() AS now
    ), seen AS MATERIALIZED (
      SELECT id, tenant_id, endpoint_id, due_at
        FROM open_deliveries
       WHERE due_at >= to_timestamp($4::float8 / 1000) AND due_at <= (SELECT now FROM clock)
         AND endpoint_id NOT IN (SELECT unnest($5::uuid[]))
       ORDER BY due_at LIMIT ${SEEN_ROWS}
    ), chosen AS MATERIALIZED (
      SELECT id
        FROM (SELECT id, due_at, row_number() OVER (PARTITION BY tenant_id ORDER BY place, due_at) AS turn
                FROM (SELECT *, row_number() OVER (PARTITION BY endpoint_id ORDER BY due_at) AS place FROM seen) placed
             ) in_turn
       ORDER BY turn, due_at LIMIT $3
    ), walked AS MATERIALIZED (
      SELECT id, due_at, waiting_for FROM open_deliveries
       WHERE id = ANY (ARRAY(SELECT id FROM chosen)) AND due_at <= (SELECT now FROM clock)
         FOR UPDATE SKIP LOCKED
    ), turned AS MATERIALIZED (
      SELECT due.id, due.due_at, due.waiting_for
        FROM unnest($6::uuid[], $7::int[], $8::float8[]) AS turn(endpoint_id, row_count, since_ms)
        JOIN endpoints e ON e.id = turn.endpoint_id
       CROSS JOIN LATERAL (
         SELECT o.id, o.due_at, o.waiting_for FROM open_deliveries o
          WHERE (o.tenant_id, o.endpoint_id, o.due_at) >= (e.tenant_id, e.id, to_timestamp(turn.since_ms / 1000))
            AND (o.tenant_id, o.endpoint_id, o.due_at) <= (e.tenant_id, e.id, (SELECT now FROM clock))
          ORDER BY o.tenant_id, o.endpoint_id, o.due_at LIMIT turn.row_count FOR UPDATE SKIP LOCKED
       ) due
    ), picked AS MATERIALIZED (
      SELECT * FROM walked UNION ALL SELECT * FROM turned
    ), claimed AS (
      UPDATE open_deliveries o
         SET generation = o.generation + 1, due_at = clock_timestamp() + $1 * interval '1 ms', waiting_for = 'sending'
       WHERE o.id = ANY (ARRAY(SELECT id FROM picked))
      RETURNING o.*
    ), look AS (
      SELECT extract(epoch FROM now)::float8 * 1000 AS "atMs",
             (SELECT CASE WHEN count(*) = ${SEEN_ROWS} THEN extract(epoch FROM max(due_at))::float8 * 1000 END FROM seen)
               AS "seenUntilMs",
             (SELECT json_agg(json_build_object('tenantId', tenant_id, 'endpointId', endpoint_id))
                FROM (SELECT DISTINCT tenant_id, endpoint_id FROM seen WHERE id NOT IN (SELECT id FROM chosen)) passed)
               AS "passedOver",
             (SELECT extract(epoch FROM due_at - clock_timestamp())::float8 * 1000
                FROM open_deliveries
               WHERE due_at > now AND due_at < now + ${HORIZON_MS} * interval '1 ms'
                 AND endpoint_id NOT IN (SELECT unnest($5::uuid[]))
               ORDER BY due_at LIMIT 1) AS "nextInMs"
        FROM clock
    ), work AS (
      SELECT ${CLAIMED_COLUMNS('$2')}
        FROM claimed c JOIN picked p ON p.id = c.id LEFT JOIN events e ON e.id = c.event_id
    )
    SELECT * FROM work FULL JOIN look ON false`,
};

/**
 * The rows of a job that may not be trusted: only those that nobody has touched since they were published are won.
 * $1 lease, $2 ids.
 */
export const CLAIM_FRESH: Statement = {
  name: 'claim_fresh',
  text: `
    UPDATE open_deliveries
       SET generation = generation + 1, due_at = clock_timestamp() + $1 * interval '1 ms', waiting_for = 'sending'
     WHERE id = ANY ($2::uuid[]) AND generation = 1 AND due_at < 'infinity'
    RETURNING id, generation, extract(epoch FROM due_at)::float8 * 1000 AS "leaseUntilMs"`,
};

/** Longer leases for rows that are still ours. $1 lease, $2 ids, $3 generations. */
export const RENEW_LEASES: Statement = {
  name: 'renew_leases',
  text: `
    UPDATE open_deliveries o
       SET generation = o.generation + 1, due_at = clock_timestamp() + $1 * interval '1 ms', waiting_for = 'sending'
      FROM unnest($2::uuid[], $3::int[]) AS mine(id, generation)
     WHERE o.id = mine.id AND o.generation = mine.generation AND o.due_at < 'infinity'
    RETURNING o.id, o.generation, extract(epoch FROM o.due_at)::float8 * 1000 AS "leaseUntilMs"`,
};

/** Rows go back to where any worker may claim them, $3 milliseconds from now. $1 ids, $2 generations. */
export const GIVE_BACK: Statement = {
  name: 'give_back',
  text: `
    UPDATE open_deliveries o
       SET generation = o.generation + 1, due_at = clock_timestamp() + $3 * interval '1 ms',
           waiting_for = CASE WHEN o.attempts > 0 THEN 'retry' ELSE 'queue' END
      FROM unnest($1::uuid[], $2::int[]) AS mine(id, generation)
     WHERE o.id = mine.id AND o.generation = mine.generation AND o.due_at < 'infinity'`,
};

/**
 * Rows wait until the slots that were reserved for them, without an attempt. $1 ids, $2 generations, $3 the slots (epoch
 * milliseconds), $4 what they wait for. A slot farther ahead than the event lives is the gate's business, when it comes.
 */
export const DEFER: Statement = {
  name: 'defer',
  text: `
    UPDATE open_deliveries o
       SET generation = o.generation + 1, due_at = to_timestamp(mine.slot_ms / 1000), waiting_for = mine.waiting_for
      FROM unnest($1::uuid[], $2::int[], $3::float8[], $4::text[]) AS mine(id, generation, slot_ms, waiting_for)
     WHERE o.id = mine.id AND o.generation = mine.generation AND o.due_at < 'infinity'`,
};

/** For the metrics. */
export const BACKLOG: Statement = {
  name: 'backlog',
  text: `
    SELECT count(*)::int AS due,
           coalesce(extract(epoch FROM clock_timestamp() - min(due_at)), 0)::float8 AS "oldestAgeSeconds"
      FROM (SELECT due_at FROM open_deliveries WHERE due_at <= (SELECT clock_timestamp()) ORDER BY due_at LIMIT 100000) due`,
};
