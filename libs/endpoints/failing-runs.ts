import { doubleColumn, type Executor, type Statement, uuidColumn } from '#database';
import type { Uuid } from '#kernel';
import type { FailingFacts } from '#policy';

/** An endpoint that is failing, or was when it was looked at last. Times are epoch milliseconds, rounded down. */
export interface Suspect extends FailingFacts {
  readonly endpointId: Uuid;
  readonly tenantId: Uuid;
  readonly uid: string | null;
  /** Of the failures that count, the first that is still known, and how many they are at least. */
  readonly firstFailureAtMs: number;
  readonly failuresKnown: number;
  /** Of the latest failure. */
  readonly lastStatusCode: number | null;
  readonly lastErrorCode: string | null;
}

/** A run of failures as it is kept. */
export interface KeptRun {
  readonly endpointId: Uuid;
  readonly sinceMs: number;
  readonly lastFailureAtMs: number;
  readonly failedBefore: number;
}

const ms = (time: string): string => `floor(extract(epoch FROM ${time}) * 1000)::float8`;

/**
 * Sums of the health rows over the processes that wrote them, by endpoint, where some process has seen failures last. What
 * counts is what failed after the last success anywhere and after the endpoint was made, resumed or enabled. $1 after which
 * endpoint, $2 how many.
 */
const SUSPECTS: Statement = {
  name: 'suspects',
  text: `
    SELECT h.endpoint_id AS "endpointId", e.tenant_id AS "tenantId", e.uid, h.failed,
           ${ms('h.last_failure_at')} AS "lastFailureAtMs", ${ms('h.last_success_at')} AS "lastSuccessAtMs",
           ${ms('first.failure_at')} AS "firstFailureAtMs", first.known AS "failuresKnown",
           h.status_codes[1] AS "lastStatusCode", h.error_codes[1] AS "lastErrorCode",
           CASE WHEN f.endpoint_id IS NOT NULL THEN json_build_object(
             'sinceMs', ${ms('f.since')}, 'lastFailureAtMs', ${ms('f.last_failure_at')},
             'failedBefore', f.failed_before, 'warnings', f.warnings) END AS run
      FROM (SELECT endpoint_id, sum(failed)::bigint AS failed, max(last_failure_at) AS last_failure_at,
                   max(last_success_at) AS last_success_at,
                   array_agg(last_status_code ORDER BY last_failure_at DESC NULLS LAST) AS status_codes,
                   array_agg(last_error_code ORDER BY last_failure_at DESC NULLS LAST) AS error_codes
              FROM endpoint_health
             WHERE endpoint_id = ANY (ARRAY(
               SELECT endpoint_id FROM endpoint_health WHERE failures_in_a_row > 0 AND endpoint_id > $1
                UNION
               SELECT endpoint_id FROM failing_endpoints WHERE endpoint_id > $1))
             GROUP BY endpoint_id) h
      JOIN endpoints e ON e.id = h.endpoint_id AND e.deleted_at IS NULL AND e.status = 'enabled'
      LEFT JOIN failing_endpoints f ON f.endpoint_id = h.endpoint_id
      LEFT JOIN LATERAL (
        SELECT min(own.last_failure_at) AS failure_at,
               sum(CASE WHEN own.last_success_at >= e.status_changed_at AND own.last_success_at = h.last_success_at
                        THEN own.failures_in_a_row ELSE 1 END)::int AS known
          FROM endpoint_health own
         WHERE own.endpoint_id = h.endpoint_id
           AND own.last_failure_at > greatest(h.last_success_at, e.status_changed_at)
      ) first ON true
     WHERE h.last_failure_at IS NOT NULL
       AND (f.endpoint_id IS NOT NULL OR h.last_failure_at > greatest(h.last_success_at, e.status_changed_at))
     ORDER BY h.endpoint_id LIMIT $2`,
};

/** The endpoints that may be failing, in the order of their ids; those after `afterId`, `limit` at most. */
export async function findSuspects(db: Executor, afterId: Uuid, limit: number): Promise<Suspect[]> {
  return db.query<Suspect>(SUSPECTS, [afterId, limit]);
}

/** Forgets runs that nothing speaks for any more: their endpoint was turned since, or is gone, or its counts are. */
export async function dropMootRuns(db: Executor): Promise<void> {
  await db.query(
    `DELETE FROM failing_endpoints f USING endpoints e
      WHERE e.id = f.endpoint_id
        AND (e.deleted_at IS NOT NULL OR e.status <> 'enabled' OR e.status_changed_at > f.since + interval '1 ms'
             OR NOT EXISTS (SELECT FROM endpoint_health h WHERE h.endpoint_id = e.id AND h.last_failure_at IS NOT NULL))`,
  );
}

/** Begins runs, again where there are some: then their warnings stay, so that a recovery is still told. */
export async function beginRuns(db: Executor, runs: readonly KeptRun[]): Promise<void> {
  await db.query(
    `INSERT INTO failing_endpoints (endpoint_id, since, last_failure_at, failed_before)
     SELECT i.endpoint_id, to_timestamp(i.since_ms / 1000), to_timestamp(i.last_ms / 1000), i.failed_before
       FROM unnest($1::uuid[], $2::float8[], $3::float8[], $4::float8[]) AS i(endpoint_id, since_ms, last_ms, failed_before)
       JOIN endpoints e ON e.id = i.endpoint_id
      ORDER BY i.endpoint_id
         ON CONFLICT (endpoint_id) DO UPDATE
        SET since = excluded.since, last_failure_at = excluded.last_failure_at, failed_before = excluded.failed_before`,
    [
      uuidColumn(runs, (run) => run.endpointId),
      doubleColumn(runs, (run) => run.sinceMs),
      doubleColumn(runs, (run) => run.lastFailureAtMs),
      doubleColumn(runs, (run) => run.failedBefore),
    ],
  );
}

/** Keeps how far runs have come. */
export async function noteRuns(
  db: Executor,
  runs: readonly { readonly endpointId: Uuid; readonly lastFailureAtMs: number }[],
): Promise<void> {
  await db.query(
    `UPDATE failing_endpoints f SET last_failure_at = to_timestamp(i.last_ms / 1000)
       FROM unnest($1::uuid[], $2::float8[]) AS i(endpoint_id, last_ms) WHERE f.endpoint_id = i.endpoint_id`,
    [uuidColumn(runs, (run) => run.endpointId), doubleColumn(runs, (run) => run.lastFailureAtMs)],
  );
}

/** Counts a warning; false when it was given before, or the run is over. */
export async function countWarning(
  tx: Executor,
  endpointId: Uuid,
  warning: number,
  lastFailureAtMs: number,
): Promise<boolean> {
  const counted = await tx.query(
    `UPDATE failing_endpoints SET warnings = $2, last_failure_at = to_timestamp($3::float8 / 1000)
      WHERE endpoint_id = $1 AND warnings < $2 RETURNING 1`,
    [endpointId, warning, lastFailureAtMs],
  );
  return counted.length > 0;
}

/** Ends a run; false when it was over before. */
export async function endRun(tx: Executor, endpointId: Uuid): Promise<boolean> {
  const ended = await tx.query(`DELETE FROM failing_endpoints WHERE endpoint_id = $1 RETURNING 1`, [endpointId]);
  return ended.length > 0;
}
