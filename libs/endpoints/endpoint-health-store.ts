import { Injectable } from '@nestjs/common';
import { Database, doubleColumn, intColumn, textColumn, timeColumn, uuidColumn } from '#database';
import type { Uuid } from '#kernel';

/** What one process saw of an endpoint since it last told. */
export interface HealthChange {
  readonly endpointId: Uuid;
  readonly succeeded: number;
  readonly failed: number;
  readonly durationMsSum: number;
  /** Failures since the last success; adds to what was before only if nothing succeeded meanwhile. */
  readonly failuresInARow: number;
  readonly lastSuccessAtMs: number | null;
  readonly lastFailureAtMs: number | null;
  /** Of the last failure. */
  readonly lastStatusCode: number | null;
  readonly lastErrorCode: string | null;
}

/** Keeps the health rows: each process writes its own, about once a second, so that no two meet on one. */
@Injectable()
export class EndpointHealthStore {
  constructor(private readonly db: Database) {}

  async add(writer: string, changes: readonly HealthChange[]): Promise<void> {
    const sorted = changes.toSorted((a, b) => (a.endpointId < b.endpointId ? -1 : 1));
    await this.db.query(
      `INSERT INTO endpoint_health AS h (endpoint_id, writer, succeeded, failed, duration_ms_sum, failures_in_a_row,
              last_success_at, last_failure_at, last_status_code, last_error_code)
       SELECT c.endpoint_id, $1, c.succeeded, c.failed, c.duration_ms_sum, c.failures_in_a_row,
              c.last_success_at, c.last_failure_at, c.last_status_code, c.last_error_code
         FROM unnest($2::uuid[], $3::int[], $4::int[], $5::float8[], $6::int[], $7::timestamptz[], $8::timestamptz[], $9::int[],
                     $10::text[]) AS c(endpoint_id, succeeded, failed, duration_ms_sum, failures_in_a_row,
                     last_success_at, last_failure_at, last_status_code, last_error_code)
         JOIN endpoints e ON e.id = c.endpoint_id
       ON CONFLICT (endpoint_id, writer) DO UPDATE SET
              succeeded = h.succeeded + excluded.succeeded,
              failed = h.failed + excluded.failed,
              duration_ms_sum = h.duration_ms_sum + excluded.duration_ms_sum,
              failures_in_a_row = excluded.failures_in_a_row
                + CASE WHEN excluded.last_success_at IS NULL THEN h.failures_in_a_row ELSE 0 END,
              last_success_at = coalesce(excluded.last_success_at, h.last_success_at),
              last_failure_at = coalesce(excluded.last_failure_at, h.last_failure_at),
              last_status_code = CASE WHEN excluded.failed > 0 THEN excluded.last_status_code ELSE h.last_status_code END,
              last_error_code = CASE WHEN excluded.failed > 0 THEN excluded.last_error_code ELSE h.last_error_code END`,
      [
        writer,
        uuidColumn(sorted, (c) => c.endpointId),
        intColumn(sorted, (c) => c.succeeded),
        intColumn(sorted, (c) => c.failed),
        doubleColumn(sorted, (c) => Math.round(c.durationMsSum)),
        intColumn(sorted, (c) => c.failuresInARow),
        timeColumn(sorted, (c) => c.lastSuccessAtMs),
        timeColumn(sorted, (c) => c.lastFailureAtMs),
        intColumn(sorted, (c) => c.lastStatusCode),
        textColumn(sorted, (c) => c.lastErrorCode),
      ],
    );
  }
}
