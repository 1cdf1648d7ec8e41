import type { Statement } from '#database';

/** Open rows as they move to history without an attempt; answers which, and the lines that they stood in. */
const MOVE = (status: string, reason: string): string => `, moved AS (
  INSERT INTO deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, attempts,
         last_status_code, created_at, completed_at, replay_of, replay_id, type, status, last_error_code, cancel_reason)
  SELECT id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, attempts, last_status_code, created_at,
         clock_timestamp(), replay_of, replay_id, type, ${status}, last_error_code, ${reason}
    FROM ended
  ) SELECT id, tenant_id AS "tenantId", endpoint_id AS "endpointId", order_key AS "orderKey" FROM ended`;

/** Cancels rows under the leases given. $1 ids, $2 generations, $3 the reason. */
export const CANCEL_LEASED: Statement = {
  name: 'cancel_leased',
  text: `
    WITH ended AS (
      DELETE FROM open_deliveries o USING unnest($1::uuid[], $2::int[]) AS mine(id, generation)
       WHERE o.id = mine.id AND o.generation = mine.generation
      RETURNING o.*
    )${MOVE("'cancelled'", '$3')}`,
};

/** Cancels rows whatever becomes of their leases. $1 ids, $2 the reason. */
export const CANCEL: Statement = {
  name: 'cancel',
  text: `
    WITH ended AS (DELETE FROM open_deliveries WHERE id = ANY ($1::uuid[]) RETURNING *)
    ${MOVE("'cancelled'", '$2')}`,
};

/** Cancels some of an endpoint's open rows with ids below $4, $3 at most. $1 endpoint, $2 the reason. */
export const CANCEL_OF_ENDPOINT: Statement = {
  name: 'cancel_of_endpoint',
  text: `
    WITH chosen AS (
      SELECT id FROM open_deliveries WHERE endpoint_id = $1 AND id < $4 ORDER BY id LIMIT $3 FOR UPDATE
    ), ended AS (
      DELETE FROM open_deliveries WHERE id = ANY (ARRAY(SELECT id FROM chosen)) RETURNING *
    )${MOVE("'cancelled'", '$2')}`,
};

/** Cancels some of a tenant's open rows, $3 at most, in the order of an index. $1 tenant, $2 the reason. */
export const CANCEL_OF_TENANT: Statement = {
  name: 'cancel_of_tenant',
  text: `
    WITH chosen AS (
      SELECT id FROM open_deliveries WHERE tenant_id = $1 ORDER BY tenant_id, endpoint_id, due_at LIMIT $3 FOR UPDATE
    ), ended AS (
      DELETE FROM open_deliveries WHERE id = ANY (ARRAY(SELECT id FROM chosen)) RETURNING *
    )${MOVE("'cancelled'", '$2')}`,
};

/** Cancels an event's open rows. $1 event, $2 the reason. */
export const CANCEL_OF_EVENT: Statement = {
  name: 'cancel_of_event',
  text: `
    WITH ended AS (DELETE FROM open_deliveries WHERE event_id = $1 RETURNING *)
    ${MOVE("'cancelled'", '$2')}`,
};

/** Buries what outlived its event's expiry, under the leases given. $1 ids, $2 generations, $3 dead letter ids. */
export const BURY_EXPIRED: Statement = {
  name: 'bury_expired',
  text: `
    WITH ended AS (
      DELETE FROM open_deliveries o USING unnest($1::uuid[], $2::int[], $3::uuid[]) AS mine(id, generation, dead_letter_id)
       WHERE o.id = mine.id AND o.generation = mine.generation
      RETURNING o.*, mine.dead_letter_id
    ), dead AS (
      INSERT INTO dead_letters (id, delivery_id, event_id, tenant_id, endpoint_id, type, reason, opened_at)
      SELECT dead_letter_id, id, event_id, tenant_id, endpoint_id, type, 'expired', clock_timestamp() FROM ended
    )${MOVE("'dead'", 'NULL')}`,
};

/**
 * Rows whose event has expired and that nobody is sending, $1 at most: held, waiting for a retry or a slot that comes later,
 * or due and not claimed. What is leased is left to the gate: a fresh row says `queue` while its job is under way.
 */
export const FIND_EXPIRED: Statement = {
  name: 'find_expired',
  text: `
    WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now)
    SELECT id AS "deliveryId", generation
      FROM open_deliveries
     WHERE expires_at <= (SELECT now FROM clock)
       AND (waiting_for NOT IN ('queue', 'sending') OR due_at <= (SELECT now FROM clock))
     ORDER BY expires_at LIMIT $1`,
};

/**
 * Holds rows under the leases given, but only while their endpoint or tenant really is paused now: a worker's view may
 * be a second old, and what is held after the resume would wait for the sweeper. $1 ids, $2 generations.
 */
export const HOLD: Statement = {
  name: 'hold',
  text: `
    UPDATE open_deliveries o
       SET generation = o.generation + 1, due_at = 'infinity', waiting_for = 'held'
      FROM unnest($1::uuid[], $2::int[]) AS mine(id, generation)
     WHERE o.id = mine.id AND o.generation = mine.generation
       AND (SELECT (e.status = 'paused' OR t.paused_at IS NOT NULL) AND e.deleted_at IS NULL AND t.deleted_at IS NULL
              FROM endpoints e JOIN tenants t ON t.id = e.tenant_id WHERE e.id = o.endpoint_id)
    RETURNING o.id`,
};

/**
 * Makes held rows due whose endpoint and tenant are not paused any more, oldest first within an endpoint: $1 at most, and
 * of each endpoint only as many as make $1 due rows with those that are due already. So a million held rows are neither one
 * transaction nor one burst: what comes next follows what has gone out. Disabled endpoints, and deleted ones (with their
 * tenant too), count as not paused: their rows go to the gate, which cancels them.
 *
 * Endpoints with held rows are found by hopping along an index of held rows alone: this is asked every few seconds, and
 * what rightly is held may be a million rows. The rows fall due a microsecond apart, for the order in which an update
 * comes to them is nobody's.
 */
export const RELEASE_HELD: Statement = {
  name: 'release_held',
  text: `
    WITH RECURSIVE clock AS MATERIALIZED (
      SELECT clock_timestamp() AS now
    ), holding AS (
      (SELECT endpoint_id FROM open_deliveries WHERE due_at = 'infinity' ORDER BY endpoint_id LIMIT 1)
      UNION ALL
      SELECT (SELECT o.endpoint_id FROM open_deliveries o
               WHERE o.due_at = 'infinity' AND o.endpoint_id > h.endpoint_id ORDER BY o.endpoint_id LIMIT 1)
        FROM holding h WHERE h.endpoint_id IS NOT NULL
    ), resumed AS MATERIALIZED (
      SELECT h.endpoint_id, due.count AS due_count
        FROM holding h JOIN endpoints e ON e.id = h.endpoint_id JOIN tenants t ON t.id = e.tenant_id
       CROSS JOIN LATERAL (
         SELECT count(*) AS count
           FROM (SELECT FROM open_deliveries o
                  WHERE o.tenant_id = e.tenant_id AND o.endpoint_id = e.id AND o.due_at <= (SELECT now FROM clock)
                  LIMIT $1) counted
       ) due
       WHERE e.status <> 'paused' AND t.paused_at IS NULL OR e.deleted_at IS NOT NULL OR t.deleted_at IS NOT NULL
    ), free AS MATERIALIZED (
      SELECT held.id
        FROM resumed r
       CROSS JOIN LATERAL (
         SELECT o.id FROM open_deliveries o WHERE o.endpoint_id = r.endpoint_id AND o.due_at = 'infinity'
          ORDER BY o.id LIMIT $1 - r.due_count FOR UPDATE SKIP LOCKED
       ) held
       LIMIT $1
    ), placed AS MATERIALIZED (
      SELECT id, row_number() OVER (ORDER BY id) AS place FROM free
    )
    UPDATE open_deliveries o
       SET generation = o.generation + 1,
           due_at = (SELECT now FROM clock) + placed.place * interval '1 microsecond',
           waiting_for = CASE WHEN o.attempts > 0 THEN 'retry' ELSE 'queue' END
      FROM placed
     WHERE o.id = ANY (ARRAY(SELECT id FROM free)) AND o.id = placed.id
    RETURNING o.id`,
};
