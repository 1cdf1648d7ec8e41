import { Injectable } from '@nestjs/common';
import { Database, withRetries } from '#database';
import type { Uuid } from '#kernel';

/** Stands for the writers that are gone. */
const FOLDED = 'folded';

/** Rows, or endpoints, that one statement takes. */
const BATCH = 1_000;

const TRIES = 4;

/**
 * Rows of writers that have written nothing for a day become one row of their endpoint, which counts the same. A run of
 * failures counts as the read model counts it: unless a success of any writer came after it. A writer that comes back
 * begins a new row: writers add what is new to them, not what they have seen in all.
 */
const FOLD_HEALTH = `
  WITH stale AS MATERIALIZED (
    SELECT DISTINCT endpoint_id FROM endpoint_health
     WHERE writer <> '${FOLDED}' AND coalesce(greatest(last_success_at, last_failure_at), '-infinity') < $1
     LIMIT ${BATCH}
  ), success AS MATERIALIZED (
    SELECT endpoint_id, max(last_success_at) AS at
      FROM endpoint_health WHERE endpoint_id IN (SELECT endpoint_id FROM stale) GROUP BY endpoint_id
  ), taken AS (
    DELETE FROM endpoint_health
     WHERE endpoint_id IN (SELECT endpoint_id FROM stale)
       AND (writer = '${FOLDED}' OR coalesce(greatest(last_success_at, last_failure_at), '-infinity') < $1)
    RETURNING *
  )
  INSERT INTO endpoint_health (endpoint_id, writer, succeeded, failed, duration_ms_sum, failures_in_a_row, last_success_at,
         last_failure_at, last_status_code, last_error_code)
  SELECT t.endpoint_id, '${FOLDED}', sum(succeeded), sum(failed), sum(duration_ms_sum),
         coalesce(sum(failures_in_a_row) FILTER (WHERE s.at IS NULL OR last_failure_at >= s.at), 0),
         max(last_success_at), max(last_failure_at),
         (array_agg(last_status_code ORDER BY last_failure_at DESC NULLS LAST))[1],
         (array_agg(last_error_code ORDER BY last_failure_at DESC NULLS LAST))[1]
    FROM taken t JOIN success s ON s.endpoint_id = t.endpoint_id
   GROUP BY t.endpoint_id
  RETURNING 1`;

const FORGET_HEALTH = `
  DELETE FROM endpoint_health WHERE (endpoint_id, writer) IN (
    SELECT h.endpoint_id, h.writer FROM endpoint_health h JOIN endpoints e ON e.id = h.endpoint_id
     WHERE e.deleted_at < $1 LIMIT ${BATCH})
  RETURNING 1`;

/** Versions that were followed by another one, or whose endpoint was deleted, before $1. */
const FORGET_VERSIONS = `
  DELETE FROM endpoint_versions WHERE (endpoint_id, version) IN (
    SELECT v.endpoint_id, v.version FROM endpoint_versions v JOIN endpoints e ON e.id = v.endpoint_id
     WHERE e.deleted_at < $1
        OR EXISTS (SELECT FROM endpoint_versions later
                    WHERE later.endpoint_id = v.endpoint_id AND later.version > v.version AND later.created_at < $1)
     LIMIT ${BATCH})
  RETURNING 1`;

/** What opens nothing any more, of a deleted tenant. $1 tenant. */
const DESTROY: readonly string[] = [
  `DELETE FROM endpoint_secrets WHERE id IN (
     SELECT s.id FROM endpoints e JOIN endpoint_secrets s ON s.endpoint_id = e.id WHERE e.tenant_id = $1 LIMIT ${BATCH})
   RETURNING 1`,
  `UPDATE endpoint_versions SET sealed_headers = NULL, credentials = NULL WHERE (endpoint_id, version) IN (
     SELECT v.endpoint_id, v.version FROM endpoints e JOIN endpoint_versions v ON v.endpoint_id = e.id
      WHERE e.tenant_id = $1 AND (v.sealed_headers IS NOT NULL OR v.credentials IS NOT NULL) LIMIT ${BATCH})
   RETURNING 1`,
  `UPDATE endpoints SET sealed_headers = NULL, sealed_credentials = NULL, credentials = NULL, metadata = '{}',
          description = NULL WHERE id IN (
     SELECT id FROM endpoints
      WHERE tenant_id = $1 AND (sealed_headers IS NOT NULL OR credentials IS NOT NULL OR metadata::text <> '{}' OR description IS NOT NULL)
      LIMIT ${BATCH})
   RETURNING 1`,
];

/** What is left of endpoints, of their past versions and of processes that counted for them, and how it goes. */
@Injectable()
export class EndpointRemainsStore {
  constructor(private readonly db: Database) {}

  /** Folds the health rows of writers that have written nothing since `sinceMs`; answers how many endpoints had some. */
  foldHealth(sinceMs: number): Promise<number> {
    return this.sweep(FOLD_HEALTH, [new Date(sinceMs)]);
  }

  /** Forgets how endpoints did that were deleted before `beforeMs`. */
  forgetHealth(beforeMs: number): Promise<number> {
    return this.sweep(FORGET_HEALTH, [new Date(beforeMs)]);
  }

  /** Forgets versions that no attempt from after `beforeMs` was sent with. The present one of a living endpoint stays. */
  forgetVersions(beforeMs: number): Promise<number> {
    return this.sweep(FORGET_VERSIONS, [new Date(beforeMs)]);
  }

  /** Destroys the secrets and headers of a deleted tenant's endpoints, and what was said about them. */
  async destroyOfTenant(tenantId: Uuid): Promise<number> {
    let destroyed = 0;
    for (const sql of DESTROY) destroyed += await this.sweep(sql, [tenantId]);
    return destroyed;
  }

  private async sweep(sql: string, values: unknown[]): Promise<number> {
    for (let total = 0; ; ) {
      const { length } = await withRetries(TRIES, () => this.db.query(sql, values));
      total += length;
      if (length < BATCH) return total;
    }
  }
}
