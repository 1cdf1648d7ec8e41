import type { Statement } from '#database';

/** A row that falls due within this needs nobody to bring it forward. */
const SOON = `interval '2 s'`;

/**
 * Whose time for a probe has come, of the endpoints $1: the oldest delivery that waits becomes it and falls due now, for
 * any worker to claim. $2: milliseconds for which its result is waited for. One at a time: whoever locks the circuit's row
 * first chooses, and while a probe is waited for nobody does.
 */
export const BEGIN_PROBES: Statement = {
  name: 'begin_probes',
  text: `
    WITH clock AS MATERIALIZED (
      SELECT clock_timestamp() AS now
    ), due AS MATERIALIZED (
      SELECT c.endpoint_id FROM endpoint_circuits c JOIN endpoints e ON e.id = c.endpoint_id CROSS JOIN clock
       WHERE c.endpoint_id = ANY ($1::uuid[]) AND e.status = 'enabled' AND c.state <> 'closed' AND c.probe_at <= now
         AND (c.probe_until IS NULL OR c.probe_until < now)
         FOR UPDATE OF c SKIP LOCKED
    ), chosen AS MATERIALIZED (
      SELECT due.endpoint_id, oldest.id
        FROM due CROSS JOIN LATERAL (
          SELECT o.id FROM open_deliveries o
           WHERE o.endpoint_id = due.endpoint_id AND o.waiting_for = 'circuit'
           ORDER BY o.id LIMIT 1 FOR UPDATE SKIP LOCKED
        ) oldest
    ), made_due AS (
      UPDATE open_deliveries o SET generation = o.generation + 1, due_at = now
        FROM clock WHERE o.id = ANY (ARRAY(SELECT id FROM chosen))
    )
    UPDATE endpoint_circuits c
       SET state = 'half_open', probe_delivery_id = chosen.id, probe_until = now + $2 * interval '1 ms',
           version = c.version + 1, changed_at = now
      FROM chosen, clock
     WHERE c.endpoint_id = chosen.endpoint_id
    RETURNING c.endpoint_id AS "endpointId"`,
};

/**
 * One step of catching up for endpoint $1: its $2 oldest deliveries that wait fall due one after the other within $3
 * milliseconds. Only one worker takes a step, and the next may follow a little before that time is over, for workers look
 * no more often. $4 is the next step's rate; with fewer rows than asked for there is none.
 */
export const BRING_FORWARD: Statement = {
  name: 'bring_forward',
  text: `
    WITH clock AS MATERIALIZED (
      SELECT clock_timestamp() AS now
    ), turn AS MATERIALIZED (
      SELECT c.endpoint_id FROM endpoint_circuits c CROSS JOIN clock
       WHERE c.endpoint_id = $1 AND c.state = 'closed' AND c.catch_up_rate IS NOT NULL AND c.catch_up_at <= now
         FOR UPDATE OF c SKIP LOCKED
    ), chosen AS MATERIALIZED (
      SELECT oldest.id
        FROM turn CROSS JOIN LATERAL (
          SELECT o.id FROM open_deliveries o
           WHERE o.endpoint_id = turn.endpoint_id AND o.waiting_for = 'circuit'
             AND o.due_at > (SELECT now + ${SOON} FROM clock)
           ORDER BY o.id LIMIT $2 FOR UPDATE SKIP LOCKED
        ) oldest
    ), placed AS MATERIALIZED (
      SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM chosen
    ), moved AS (
      UPDATE open_deliveries o
         SET generation = o.generation + 1, due_at = now + placed.place * ($3::float8 / $2) * interval '1 ms'
        FROM placed, clock
       WHERE o.id = placed.id
    )
    UPDATE endpoint_circuits c
       SET catch_up_rate = CASE WHEN (SELECT count(*) FROM chosen) = $2 THEN $4::real END,
           catch_up_at = now + 0.8 * $3::float8 * interval '1 ms', version = c.version + 1, changed_at = now
      FROM turn, clock
     WHERE c.endpoint_id = turn.endpoint_id
    RETURNING (SELECT count(*) FROM chosen)::int AS rows`,
};

/**
 * Endpoints whose deliveries wait for a circuit that is closed and that nobody brings forward, or that has no row any
 * more: they catch up, at $1 rows a second. Hops from endpoint to endpoint along the index of what waits.
 */
export const ADOPT_WAITING: Statement = {
  name: 'adopt_waiting',
  text: `
    WITH RECURSIVE waiting(endpoint_id) AS (
      SELECT (SELECT o.endpoint_id FROM open_deliveries o
               WHERE o.waiting_for = 'circuit' ORDER BY o.endpoint_id LIMIT 1)
      UNION ALL
      SELECT (SELECT o.endpoint_id FROM open_deliveries o
               WHERE o.waiting_for = 'circuit' AND o.endpoint_id > w.endpoint_id ORDER BY o.endpoint_id LIMIT 1)
        FROM waiting w WHERE w.endpoint_id IS NOT NULL
    )
    INSERT INTO endpoint_circuits AS c (endpoint_id, catch_up_rate, catch_up_at)
    SELECT e.id, $1::real, clock_timestamp()
      FROM waiting w JOIN endpoints e ON e.id = w.endpoint_id
     WHERE e.deleted_at IS NULL
       AND EXISTS (SELECT FROM open_deliveries o
                    WHERE o.endpoint_id = e.id AND o.waiting_for = 'circuit'
                      AND o.due_at > (SELECT clock_timestamp() + ${SOON}))
    ON CONFLICT (endpoint_id) DO UPDATE
       SET catch_up_rate = excluded.catch_up_rate, catch_up_at = excluded.catch_up_at, version = c.version + 1,
           changed_at = clock_timestamp()
     WHERE c.state = 'closed' AND c.catch_up_rate IS NULL
    RETURNING c.endpoint_id AS "endpointId"`,
};
