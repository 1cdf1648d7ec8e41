import type { Statement } from '#database';
import { NEAR_SLOT_MS } from '#policy';

/**
 * Takes the next free slots of several endpoints' timetables, in the order of the endpoints: consecutive ones, a rate's
 * interval apart, none of them past. $1 endpoints; $2 how many are wanted for deliveries that end soon, and $3 until
 * when (epoch milliseconds) a slot is worth anything to the last of them; $4 and $5 the same for all others. No slot is
 * taken that would be worth nothing to anybody, or what dies in the timetable would leave the endpoint idle for its
 * time.
 *
 * The interval stands with the timetable and is not told by the worker: one that does not know of a change yet reserves
 * by the new rate, and so does one that had to wait for the change to be committed. An endpoint without one is not
 * answered.
 */
export const RESERVE_SLOTS: Statement = {
  name: 'reserve_slots',
  text: `
    WITH timetable AS MATERIALIZED (
      SELECT asked.*, r.slot_interval_ms AS every_ms,
             extract(epoch FROM greatest(r.next_slot_at, clock_timestamp()))::float8 * 1000 AS first_ms
        FROM unnest($1::uuid[], $2::int[], $3::float8[], $4::int[], $5::float8[])
               AS asked(endpoint_id, soon, soon_until_ms, later, later_until_ms)
        JOIN endpoint_runtime r ON r.endpoint_id = asked.endpoint_id AND r.slot_interval_ms IS NOT NULL
       ORDER BY r.endpoint_id FOR UPDATE OF r
    ), taken AS MATERIALIZED (
      SELECT t.endpoint_id, t.first_ms, t.every_ms, s.soon + l.later AS slots
        FROM timetable t
       CROSS JOIN LATERAL (
         SELECT greatest(0, least(t.soon, ceil((t.soon_until_ms - t.first_ms) / t.every_ms)))::int AS soon
       ) s
       CROSS JOIN LATERAL (
         SELECT greatest(0, least(t.later, ceil((t.later_until_ms - t.first_ms) / t.every_ms) - s.soon))::int
                  AS later
       ) l
    ), moved AS (
      UPDATE endpoint_runtime r SET next_slot_at = to_timestamp((t.first_ms + t.slots * t.every_ms) / 1000)
        FROM taken t WHERE r.endpoint_id = t.endpoint_id AND t.slots > 0
    )
    SELECT endpoint_id AS "endpointId", first_ms AS "firstMs", every_ms AS "everyMs", slots AS count FROM taken`,
};

const INTERVAL = 'rate_period_seconds * 1000 / rate_limit::float8';

/** Timetables for endpoints that have a rate and no timetable. $1 endpoints. */
export const BEGIN_TIMETABLES: Statement = {
  name: 'begin_timetables',
  text: `
    INSERT INTO endpoint_runtime AS r (endpoint_id, slot_interval_ms)
    SELECT id, ${INTERVAL} FROM endpoints WHERE id = ANY ($1::uuid[]) AND rate_limit IS NOT NULL ORDER BY id
    ON CONFLICT (endpoint_id) DO UPDATE SET slot_interval_ms = excluded.slot_interval_ms WHERE r.slot_interval_ms IS NULL`,
};

/** Open deliveries that are looked through for the first one that waits for a slot. */
const SEEN_ROWS = 1_000;

/**
 * An endpoint's timetable is cut where the first delivery waits that has a slot still to come; it goes on from there at
 * the interval that the endpoint has now. So neither a change nor a pause lets more go than the rate does. Where slots
 * were left by deliveries that were cancelled, the timetable goes on after one interval, but behind what waits in
 * workers. $1 the endpoint; nothing happens to one that has neither a limit nor a timetable.
 */
export const RESTART_TIMETABLE = `
  INSERT INTO endpoint_runtime AS r (endpoint_id, slot_interval_ms, timetable_began_at)
  SELECT e.id, ${INTERVAL}, clock_timestamp() FROM endpoints e
   WHERE e.id = $1 AND (e.rate_limit IS NOT NULL OR EXISTS (SELECT FROM endpoint_runtime o WHERE o.endpoint_id = e.id))
  ON CONFLICT (endpoint_id) DO UPDATE SET
    slot_interval_ms = excluded.slot_interval_ms,
    timetable_began_at = excluded.timetable_began_at,
    next_slot_at = CASE WHEN r.next_slot_at IS NOT NULL THEN least(
      least(r.next_slot_at, (
        SELECT min(due_at) FILTER (WHERE waiting_for = 'rate_limit')
          FROM (SELECT o.due_at, o.waiting_for FROM open_deliveries o
                 WHERE o.tenant_id = (SELECT tenant_id FROM endpoints WHERE id = $1) AND o.endpoint_id = $1
                   AND o.due_at > (SELECT clock_timestamp()) AND o.due_at < 'infinity'
                 ORDER BY o.tenant_id, o.endpoint_id, o.due_at LIMIT ${SEEN_ROWS}) ahead
      )) + coalesce(excluded.slot_interval_ms - r.slot_interval_ms, 0) * interval '1 ms',
      clock_timestamp() + greatest(${NEAR_SLOT_MS}, excluded.slot_interval_ms) * interval '1 ms'
    ) END`;
