import type { Statement } from '#database';
import { THROTTLE_SHOWN_MS } from './circuit.js';

const epochMs = (column: string): string => `extract(epoch FROM c.${column})::float8 * 1000`;

/** The columns of a `Circuit`, of the table under the name `c`. */
export const CIRCUIT_COLUMNS = `
  c.endpoint_id AS "endpointId", c.state, ${epochMs('since')} AS "sinceMs", c.reason, c.version,
  c.failed_probes AS "failedProbes", ${epochMs('probe_at')} AS "probeAtMs", c.probe_delivery_id AS "probeDeliveryId",
  ${epochMs('probe_until')} AS "probeUntilMs", c.catch_up_rate AS "catchUpRate", ${epochMs('catch_up_at')} AS "catchUpAtMs",
  ${epochMs('paused_until')} AS "pausedUntilMs", ${epochMs('throttle_seen_at')} AS "throttleSeenAtMs"`;

const changed = 'version = c.version + 1, changed_at = clock_timestamp()';
const fromNow = (parameter: string): string => `clock_timestamp() + ${parameter} * interval '1 ms'`;

/** $1 endpoint, $2 reason, $3 probes taken for failed, $4 milliseconds to the first probe. Opens only what is closed. */
export const OPEN_CIRCUIT: Statement = {
  name: 'open_circuit',
  text: `
    INSERT INTO endpoint_circuits AS c (endpoint_id, state, since, reason, failed_probes, probe_at)
    SELECT e.id, 'open', clock_timestamp(), $2, $3, ${fromNow('$4::float8')} FROM endpoints e WHERE e.id = $1
    ON CONFLICT (endpoint_id) DO UPDATE
       SET state = 'open', since = clock_timestamp(), reason = excluded.reason, failed_probes = excluded.failed_probes,
           probe_at = excluded.probe_at, probe_until = NULL, probe_delivery_id = NULL, next_slot_at = NULL,
           catch_up_rate = NULL, catch_up_at = NULL, ${changed}
     WHERE c.state = 'closed'
    RETURNING ${CIRCUIT_COLUMNS}`,
};

/**
 * Slots for deliveries that meet an open circuit: for each endpoint of $1, $2 consecutive ones, $5 milliseconds apart, from
 * the next probe on. If a probe may go and none is under way, the delivery $3 is it, for $6 milliseconds; with $4, a replay
 * that somebody asked for, it may go before its time, though not within $7 milliseconds of the last change. What is closed
 * is left out of the answer.
 */
export const RESERVE_SLOTS: Statement = {
  name: 'reserve_circuit_slots',
  text: `
    WITH clock AS MATERIALIZED (
      SELECT clock_timestamp() AS now
    ), locked AS MATERIALIZED (
      SELECT c.endpoint_id, asked.row_count, asked.candidate_id, greatest(c.next_slot_at, c.probe_at, now) AS first_slot_at,
             (c.probe_until IS NULL OR c.probe_until < now)
               AND (c.probe_at <= now OR asked.is_hurried AND c.changed_at < now - $7 * interval '1 ms') AS may_probe
        FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::bool[]) AS asked(endpoint_id, row_count, candidate_id, is_hurried)
        JOIN endpoint_circuits c ON c.endpoint_id = asked.endpoint_id CROSS JOIN clock
       WHERE c.state <> 'closed'
       ORDER BY c.endpoint_id FOR UPDATE OF c
    )
    UPDATE endpoint_circuits c
       SET next_slot_at = l.first_slot_at + l.row_count * $5 * interval '1 ms',
           state = CASE WHEN may_probe THEN 'half_open' ELSE c.state END,
           probe_delivery_id = CASE WHEN may_probe THEN l.candidate_id ELSE c.probe_delivery_id END,
           probe_until = CASE WHEN may_probe THEN now + $6 * interval '1 ms' ELSE c.probe_until END,
           probe_at = CASE WHEN may_probe THEN least(c.probe_at, now) ELSE c.probe_at END,
           version = c.version + may_probe::int,
           changed_at = CASE WHEN may_probe THEN now ELSE c.changed_at END
      FROM locked l, clock
     WHERE c.endpoint_id = l.endpoint_id
    RETURNING ${CIRCUIT_COLUMNS}, extract(epoch FROM l.first_slot_at)::float8 * 1000 AS "firstSlotMs", l.may_probe AS "hasBegun"`,
};

/** The probe $2 of endpoint $1 has failed: the next may go in $3 milliseconds. */
export const FAIL_PROBE: Statement = {
  name: 'fail_probe',
  text: `
    UPDATE endpoint_circuits c
       SET state = 'open', failed_probes = c.failed_probes + 1, probe_at = ${fromNow('$3::float8')}, probe_until = NULL,
           probe_delivery_id = NULL, ${changed}
     WHERE c.endpoint_id = $1 AND c.state = 'half_open' AND c.probe_delivery_id = $2
    RETURNING ${CIRCUIT_COLUMNS}`,
};

/** The probe $2 of endpoint $1 was not made after all: another may go in $3 milliseconds. */
export const DROP_PROBE: Statement = {
  name: 'drop_probe',
  text: `
    UPDATE endpoint_circuits c
       SET state = 'open', probe_at = ${fromNow('$3::float8')}, probe_until = NULL, probe_delivery_id = NULL, ${changed}
     WHERE c.endpoint_id = $1 AND c.state = 'half_open' AND c.probe_delivery_id = $2
    RETURNING ${CIRCUIT_COLUMNS}`,
};

const closing = `
       SET state = 'closed', since = clock_timestamp(), reason = $2, probe_at = NULL, probe_until = NULL,
           probe_delivery_id = NULL, next_slot_at = NULL, catch_up_rate = $3, catch_up_at = clock_timestamp(),
           paused_until = NULL, ${changed}`;

/** The probe $4 of endpoint $1 was answered. $2 reason, $3 rows a second that come forward first. */
export const CLOSE_CIRCUIT: Statement = {
  name: 'close_circuit',
  text: `
    UPDATE endpoint_circuits c ${closing}
     WHERE c.endpoint_id = $1 AND c.state = 'half_open' AND c.probe_delivery_id = $4
    RETURNING ${CIRCUIT_COLUMNS}`,
};

/** Somebody vouches for endpoint $1, whatever its circuit says. $2 and $3 as above. */
export const RESET_CIRCUIT: Statement = {
  name: 'reset_circuit',
  text: `
    UPDATE endpoint_circuits c ${closing}, failed_probes = 0
     WHERE c.endpoint_id = $1 AND (c.state <> 'closed' OR c.paused_until > clock_timestamp())
    RETURNING ${CIRCUIT_COLUMNS}`,
};

/** Endpoint $1 says that it is sent too much, $3, and asks to be left in peace for $2 milliseconds, or for no such time. */
export const THROTTLE_ENDPOINT: Statement = {
  name: 'throttle_endpoint',
  text: `
    INSERT INTO endpoint_circuits AS c (endpoint_id, paused_until, throttle_since, throttle_seen_at, throttle_reason)
    SELECT e.id, ${fromNow('$2::float8')}, clock_timestamp(), clock_timestamp(), $3 FROM endpoints e WHERE e.id = $1
    ON CONFLICT (endpoint_id) DO UPDATE
       SET paused_until = greatest(c.paused_until, excluded.paused_until),
           throttle_since = CASE WHEN greatest(c.throttle_seen_at, c.paused_until)
                                      > clock_timestamp() - interval '${THROTTLE_SHOWN_MS} ms'
                                 THEN c.throttle_since ELSE clock_timestamp() END,
           throttle_seen_at = clock_timestamp(), throttle_reason = excluded.throttle_reason, ${changed}
    RETURNING ${CIRCUIT_COLUMNS}`,
};

/** What changed within the last $1 seconds, and what became of the endpoints $2. */
export const FOLLOW_CIRCUITS: Statement = {
  name: 'follow_circuits',
  text: `
    SELECT ${CIRCUIT_COLUMNS} FROM endpoint_circuits c
     WHERE c.changed_at > (SELECT clock_timestamp() - $1 * interval '1 s') OR c.endpoint_id = ANY ($2::uuid[])`,
};

/** All that a worker has to know when it begins; $1 is how many seconds a closed circuit is remembered. */
export const LOAD_CIRCUITS: Statement = {
  name: 'load_circuits',
  text: `
    SELECT ${CIRCUIT_COLUMNS} FROM endpoint_circuits c
     WHERE c.state <> 'closed' OR c.catch_up_rate IS NOT NULL OR c.paused_until > clock_timestamp()
        OR c.changed_at > clock_timestamp() - $1 * interval '1 s'`,
};
