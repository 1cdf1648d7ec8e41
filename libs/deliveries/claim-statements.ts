import type { Statement } from '#database';

/**
 * How a worker comes by work from the database. Each claim raises the generation and leases the row; what it returns is
 * all that is needed to send. Times leave as epoch milliseconds.
 *
 * The clock is read once in a sub-select: a bare clock_timestamp() is volatile and would keep the index unused.
 */
const CLOCK = '(SELECT clock_timestamp())';

/**
 * By an array, not by a join: how many rows were picked is unknown to a plan that is kept, and for a guess of thousands it
 * would read the whole table.
 */
const CLAIM = `
  UPDATE open_deliveries o
     SET generation = o.generation + 1, due_at = clock_timestamp() + $1 * interval '1 ms', waiting_for = 'sending'
   WHERE o.id = ANY (ARRAY(SELECT id FROM picked))`;

/** A body longer than this stays where it is until the moment it is sent. $2 everywhere below. */
const CLAIMED_WITH_EVENT = `
  SELECT c.id AS "deliveryId", c.tenant_id AS "tenantId", c.endpoint_id AS "endpointId",
         c.endpoint_version AS "endpointVersion", c.generation, c.attempts, c.replay_of AS "replayOf",
         extract(epoch FROM c.due_at)::float8 * 1000 AS "leaseUntilMs", c.event_id AS "eventId",
         e.uid, c.type, extract(epoch FROM e.occurred_at)::float8 * 1000 AS "occurredAtMs", e.subject,
         e.schema_version AS "schemaVersion", e.correlation_id AS "correlationId",
         CASE WHEN octet_length(e.data) <= $2 THEN e.data END AS data,
         coalesce(octet_length(e.data) > $2, false) AS "isLarge", e.data IS NULL AS "isErased",
         e.metadata, e.headers, e.traceparent,
         extract(epoch FROM c.expires_at)::float8 * 1000 AS "expiresAtMs"
    FROM claimed c LEFT JOIN events e ON e.id = c.event_id`;

/** The oldest due rows whose lanes have room ($3 rows at most, not of the endpoints in $4). */
export const CLAIM_DUE: Statement = {
  name: 'claim_due',
  text: `
    WITH picked AS MATERIALIZED (
      SELECT id FROM open_deliveries
       WHERE due_at <= ${CLOCK} AND endpoint_id <> ALL ($4::uuid[])
       ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
    ), claimed AS (${CLAIM} RETURNING o.*)
    ${CLAIMED_WITH_EVENT}`,
};

/**
 * The same when more is due than can be taken: some rows ($5) of each tenant in turn, starting after the tenant $6, so
 * that a tenant with a backlog does not stand before the others. Tenants are found by hopping along the index, not by
 * reading their rows.
 */
export const CLAIM_DUE_FAIRLY: Statement = {
  name: 'claim_due_fairly',
  text: `
    WITH RECURSIVE tenant AS (
      (SELECT tenant_id FROM open_deliveries WHERE tenant_id > $6 ORDER BY tenant_id LIMIT 1)
      UNION ALL
      SELECT (SELECT o.tenant_id FROM open_deliveries o WHERE o.tenant_id > t.tenant_id ORDER BY o.tenant_id LIMIT 1)
        FROM tenant t WHERE t.tenant_id IS NOT NULL
    ), picked AS MATERIALIZED (
      SELECT due.id
        FROM tenant t
       CROSS JOIN LATERAL (
         SELECT o.id FROM open_deliveries o
          WHERE o.tenant_id = t.tenant_id AND o.due_at <= ${CLOCK} AND o.endpoint_id <> ALL ($4::uuid[])
          ORDER BY o.due_at LIMIT $5 FOR UPDATE SKIP LOCKED
       ) due
       WHERE t.tenant_id IS NOT NULL
       LIMIT $3
    ), claimed AS (${CLAIM} RETURNING o.*)
    ${CLAIMED_WITH_EVENT}`,
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
 * When the next row falls due after the moment $1 (epoch seconds), in milliseconds from now; null when nothing ever will.
 * What was due before then and is still there has been left out on purpose.
 */
export const NEXT_DUE: Statement = {
  name: 'next_due',
  text: `
    SELECT extract(epoch FROM min(due_at) - clock_timestamp())::float8 * 1000 AS "inMs"
      FROM (SELECT due_at FROM open_deliveries WHERE due_at > to_timestamp($1) AND due_at < 'infinity'
             ORDER BY due_at LIMIT 1) first`,
};

/** For the metrics. */
export const BACKLOG: Statement = {
  name: 'backlog',
  text: `
    SELECT count(*)::int AS due,
           coalesce(extract(epoch FROM clock_timestamp() - min(due_at)), 0)::float8 AS "oldestAgeSeconds"
      FROM (SELECT due_at FROM open_deliveries WHERE due_at <= ${CLOCK} ORDER BY due_at LIMIT 100000) due`,
};
