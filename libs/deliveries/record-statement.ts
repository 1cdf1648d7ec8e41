import type { Statement } from '#database';

/**
 * Recording, for a whole group at once: each attempt made gets its row whatever became of its lease; what ended moves
 * from the open table to history (and to the dead letters) and what goes on gets its new due time, but only for rows
 * still under the lease that the attempt was made with. Rows come sorted by id. A recording that finds nothing to do
 * is done: someone else has.
 */
export const RECORD_ATTEMPTS: Statement = {
  name: 'record_attempts',
  text: `
    WITH input AS MATERIALIZED (
      SELECT * FROM unnest(
        $1::uuid[], $2::int[], $3::int[], $4::int[], $5::float8[], $6::int[], $7::int[], $8::real[], $9::real[],
        $10::real[], $11::real[], $12::bool[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[],
        $18::text[], $19::text[], $20::text[], $21::float8[], $22::text[], $23::uuid[]
      ) AS i(delivery_id, number, generation, endpoint_version, started_at, duration_ms, status_code, dns_ms, connect_ms,
             tls_ms, first_byte_ms, truncated, trigger, error_code, error, remote_address, signature,
             response_headers, response_body, next, due_at, dead_reason, dead_letter_id)
    ), attempt AS (
      INSERT INTO attempts (delivery_id, number, generation, endpoint_version, started_at, duration_ms, status_code,
             dns_ms, connect_ms, tls_ms, first_byte_ms, succeeded, truncated, trigger, error_code, error,
             remote_address, signature, response_headers, response_body)
      SELECT delivery_id, number, generation, endpoint_version, to_timestamp(started_at), duration_ms, status_code,
             dns_ms, connect_ms, tls_ms, first_byte_ms, error_code IS NULL, truncated, trigger, error_code, error,
             remote_address, signature, response_headers, response_body
        FROM input
          ON CONFLICT DO NOTHING
    ), ended AS (
      DELETE FROM open_deliveries o USING input i
       WHERE i.next <> 'retry' AND o.id = i.delivery_id AND o.generation = i.generation
      RETURNING o.id, o.event_id, o.tenant_id, o.endpoint_id, o.subscription_id, o.endpoint_version, o.created_at,
                o.replay_of, o.replay_id, o.type, i.number, i.status_code, i.error_code, i.next, i.dead_reason,
                i.dead_letter_id
    ), history AS (
      INSERT INTO deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, attempts,
             last_status_code, created_at, completed_at, replay_of, replay_id, type, status, last_error_code)
      SELECT id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, number, status_code, created_at,
             clock_timestamp(), replay_of, replay_id, type, next, error_code
        FROM ended
    ), dead AS (
      INSERT INTO dead_letters (id, delivery_id, event_id, tenant_id, endpoint_id, type, reason, opened_at)
      SELECT dead_letter_id, id, event_id, tenant_id, endpoint_id, type, dead_reason, clock_timestamp()
        FROM ended WHERE next = 'dead'
    ), going_on AS (
      UPDATE open_deliveries o
         SET generation = o.generation + 1, attempts = i.number, due_at = to_timestamp(i.due_at), waiting_for = 'retry',
             last_status_code = i.status_code, last_error_code = i.error_code
        FROM input i
       WHERE i.next = 'retry' AND o.id = i.delivery_id AND o.generation = i.generation
      RETURNING o.id
    )
    SELECT (SELECT count(*) FROM ended)::int AS ended, (SELECT count(*) FROM going_on)::int AS "goingOn"`,
};
