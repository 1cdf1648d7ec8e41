import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Uuid } from '#kernel';
import { noSuchEndpoint } from './endpoint-rows.js';

/** How an endpoint has been doing: sums over what each process has flushed, at most some seconds old. */
export interface EndpointHealth {
  readonly succeeded: number;
  readonly failed: number;
  readonly durationMsSum: number;
  /** Failures since the last success. */
  readonly failuresInARow: number;
  readonly lastSuccessAt: Date | null;
  readonly lastFailureAt: Date | null;
  /** Of the last failure. */
  readonly lastStatusCode: number | null;
  readonly lastErrorCode: string | null;
}

/** Answers how an endpoint is doing. */
@Injectable()
export class EndpointHealthReadModel {
  constructor(private readonly db: Database) {}

  /** Throws `not_found`. */
  async get(tenantId: Uuid, endpointId: Uuid): Promise<EndpointHealth> {
    // Each process counts its own run of failures. A success anywhere ends the runs whose last failure lies before it.
    const [row] = await this.db.query<EndpointHealth>(
      `WITH rows AS (
         SELECT h.*, max(h.last_success_at) OVER () AS success_at FROM endpoint_health h WHERE h.endpoint_id = $1
       ), last AS (
         SELECT * FROM rows WHERE last_failure_at IS NOT NULL ORDER BY last_failure_at DESC LIMIT 1
       )
       SELECT
         coalesce(sum(rows.succeeded), 0)::bigint AS "succeeded",
         coalesce(sum(rows.failed), 0)::bigint AS "failed",
         coalesce(sum(rows.duration_ms_sum), 0)::bigint AS "durationMsSum",
         coalesce(sum(rows.failures_in_a_row)
           FILTER (WHERE rows.success_at IS NULL OR rows.last_failure_at >= rows.success_at), 0)::bigint AS "failuresInARow",
         max(rows.last_success_at) AS "lastSuccessAt",
         max(rows.last_failure_at) AS "lastFailureAt",
         max(last.last_status_code) AS "lastStatusCode",
         max(last.last_error_code) AS "lastErrorCode"
       FROM endpoints e LEFT JOIN rows ON true LEFT JOIN last ON true
       WHERE e.id = $1 AND e.tenant_id = $2 AND e.deleted_at IS NULL
       GROUP BY e.id`,
      [endpointId, tenantId],
    );
    if (!row) throw noSuchEndpoint(endpointId);
    return row;
  }
}
