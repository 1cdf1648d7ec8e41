import type { Statement } from '#database';

/**
 * Recording, for a whole group at once: each attempt made gets its row whatever became of its lease; what ended moves
 * from the open table to history (and to the dead letters) and what goes on gets its new due time, but only for rows
 * still under the lease that the attempt was made with. Rows come sorted by id. A recording that finds nothing to do
 * is done: someone else has.
 *
 * Three sets of columns go in: the attempts ($1 to $19), what ended by them ($20 to $26) and what goes on ($27 to $32).
 * What most rows have in common is sent as null, so that columns of nothing else are empty (see columns.ts): number and
 * generation 1, not truncated, by schedule.
 */
const recording = (onConflict: string): string => `
    WITH attempt AS (
      INSERT INTO attempts (delivery_id, number, generation, endpoint_version, started_at, duration_ms, status_code,
             dns_ms, connect_ms, tls_ms, first_byte_ms, succeeded, truncated, trigger, error_code, error,
             remote_address, signature, response_headers, response_body)
      SELECT delivery_id, coalesce(number, 1), coalesce(generation, 1), endpoint_version, started_at, duration_ms,
             status_code, dns_ms, connect_ms, tls_ms, first_byte_ms, error_code IS NULL, coalesce(truncated, false),
             coalesce(trigger, 'schedule'), error_code, error, remote_address, signature, response_headers, response_body
        FROM unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::timestamptz[], $6::int[], $7::int[], $8::real[],
               $9::real[], $10::real[], $11::real[], $12::bool[], $13::text[], $14::text[], $15::text[], $16::text[],
               $17::text[], $18::text[], $19::text[])
               AS i(delivery_id, number, generation, endpoint_version, started_at, duration_ms, status_code, dns_ms,
                    connect_ms, tls_ms, first_byte_ms, truncated, trigger, error_code, error, remote_address, signature,
                    response_headers, response_body)
      ${onConflict}
    ), ended AS (
      DELETE FROM open_deliveries o
       USING unnest($20::uuid[], $21::int[], $22::int[], $23::int[], $24::text[], $25::text[], $26::uuid[])
               AS i(id, generation, number, status_code, error_code, dead_reason, dead_letter_id)
       WHERE o.id = i.id AND o.generation = coalesce(i.generation, 1)
      RETURNING o.id, o.event_id, o.tenant_id, o.endpoint_id, o.subscription_id, o.endpoint_version, o.created_at,
                o.replay_of, o.replay_id, o.type, i.number, i.status_code, i.error_code, i.dead_reason, i.dead_letter_id
    ), history AS (
      INSERT INTO deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, attempts,
             last_status_code, created_at, completed_at, replay_of, replay_id, type, status, last_error_code)
      SELECT id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, coalesce(number, 1), status_code,
             created_at, clock_timestamp(), replay_of, replay_id, type,
             CASE WHEN dead_reason IS NULL THEN 'succeeded' ELSE 'dead' END, error_code
        FROM ended
    ), dead AS (
      INSERT INTO dead_letters (id, delivery_id, event_id, tenant_id, endpoint_id, type, reason, opened_at)
      SELECT dead_letter_id, id, event_id, tenant_id, endpoint_id, type, dead_reason, clock_timestamp()
        FROM ended WHERE dead_reason IS NOT NULL
    ), going_on AS (
      UPDATE open_deliveries o
         SET generation = o.generation + 1, attempts = coalesce(i.number, 1), due_at = i.due_at, waiting_for = 'retry',
             last_status_code = i.status_code, last_error_code = i.error_code
        FROM unnest($27::uuid[], $28::int[], $29::int[], $30::int[], $31::text[], $32::timestamptz[])
               AS i(id, generation, number, status_code, error_code, due_at)
       WHERE o.id = i.id AND o.generation = coalesce(i.generation, 1)
      RETURNING o.id
    )
    SELECT (SELECT count(*) FROM ended)::int AS ended, (SELECT count(*) FROM going_on)::int AS "goingOn"`;

/** Fails for the whole group when one of its attempts is on record already. */
export const RECORD_ATTEMPTS: Statement = { name: 'record_attempts', text: recording('') };

/**
 * The same for a group whose answer was lost with the connection: attempts that are there stay as they are. Not used at
 * first, for a row that may conflict is written in two steps, which costs a third more than one that must not.
 */
export const RECORD_ATTEMPTS_AGAIN: Statement = {
  name: 'record_attempts_again',
  text: recording('ON CONFLICT DO NOTHING'),
};
