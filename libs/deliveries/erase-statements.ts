import type { Statement } from '#database';

// Without names where partitions are looked up by ids: planned with the values, such a statement touches the days of these
// ids alone.

/** What is open of these events. $1 events. */
export const OPEN_OF_EVENTS: Statement = {
  name: 'open_of_events',
  text: `SELECT id FROM open_deliveries WHERE event_id = ANY ($1::uuid[]) ORDER BY id`,
};

/** Scheduled events among these are not to be matched any more, and say why. $1 events, $2 the reason. */
export const UNSCHEDULE: Statement = {
  name: 'unschedule_erased',
  text: `
    WITH gone AS (
      DELETE FROM scheduled_events WHERE event_id = ANY ($1::uuid[]) RETURNING event_id
    )
    UPDATE events SET cancelled_at = clock_timestamp(), cancel_reason = $2
     WHERE id = ANY (ARRAY(SELECT event_id FROM gone))`,
};

/** $1 events. */
export const ERASE_EVENTS = `
  UPDATE events SET data = NULL, metadata = NULL, headers = NULL
   WHERE id = ANY ($1::uuid[]) AND (data IS NOT NULL OR metadata IS NOT NULL OR headers IS NOT NULL)
  RETURNING tenant_id AS "tenantId"`;

/** Ended deliveries of these events. $1 events, $2 an id that none of them is older than, $3 now. */
export const ENDED_OF_EVENTS = `
  SELECT id, event_id AS "eventId", completed_at > $3::timestamptz - interval '5 min' AS "hasJustEnded"
    FROM deliveries WHERE event_id = ANY ($1::uuid[]) AND id >= $2`;

/** What receivers answered: they may have repeated what they were sent. $1 deliveries. */
export const ERASE_ANSWERS = `
  UPDATE attempts SET response_headers = NULL, response_body = NULL
   WHERE delivery_id = ANY ($1::uuid[]) AND (response_headers IS NOT NULL OR response_body IS NOT NULL)`;

/** Answers that are still to come are to be erased later. $1 events, $2 now. */
export const EXPECT_LATE_ANSWERS: Statement = {
  name: 'expect_late_answers',
  text: `
    INSERT INTO late_answers (event_id, erased_at) SELECT id, $2 FROM unnest($1::uuid[]) AS id ORDER BY id
        ON CONFLICT (event_id) DO UPDATE SET erased_at = excluded.erased_at`,
};

/** Events whose last answers must have come by $1; $2 at most. */
export const LATE_ANSWERS: Statement = {
  name: 'late_answers',
  text: `SELECT event_id AS id FROM late_answers WHERE erased_at < $1 LIMIT $2`,
};

/** $1 events, $2 as above: one that was erased again meanwhile is waited for again. */
export const NO_MORE_LATE_ANSWERS: Statement = {
  name: 'no_more_late_answers',
  text: `DELETE FROM late_answers WHERE event_id = ANY ($1::uuid[]) AND erased_at < $2`,
};

/** Events of a tenant, oldest first. $1 tenant, $2 after this one, $3 below this one, $4 at most. */
export const EVENTS_OF_TENANT = `
  SELECT id FROM events WHERE tenant_id = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT $4`;

/** $1 tenant, $2 up to which event. */
export const ERASED_TO: Statement = {
  name: 'erased_to',
  text: `
    INSERT INTO payload_erasures (tenant_id, erased_to) VALUES ($1, $2)
        ON CONFLICT (tenant_id) DO UPDATE SET erased_to = greatest(payload_erasures.erased_to, excluded.erased_to)`,
};
