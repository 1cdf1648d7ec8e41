import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Uuid } from '#kernel';
import { type ShownCircuit, THROTTLE_SHOWN_MS } from './circuit.js';
import { type EndpointRow, noSuchEndpoint, toShownCircuit } from './endpoint-rows.js';

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
  readonly circuit: ShownCircuit & {
    /** When the next probe may go, unless it is closed. */
    readonly nextProbeAt: Date | null;
  };
  /** Null unless it has said not long ago that it is sent too much. */
  readonly throttle: EndpointThrottle | null;
}

/** How an endpoint is spared that says that it is sent too much. */
export interface EndpointThrottle {
  readonly since: Date;
  /** What it said. */
  readonly reason: string;
  /** Until then it has asked to be left in peace; null when it is slowed down only. */
  readonly until: Date | null;
}

type Row = Omit<EndpointHealth, 'circuit' | 'throttle'> & {
  readonly circuit: EndpointRow['circuit'];
  readonly nextProbeAt: Date | null;
  readonly throttle: { readonly since: string; readonly reason: string; readonly until: string | null } | null;
};

/** Answers how an endpoint is doing. */
@Injectable()
export class EndpointHealthReadModel {
  constructor(private readonly db: Database) {}

  /** Throws `not_found`. */
  async get(tenantId: Uuid, endpointId: Uuid): Promise<EndpointHealth> {
    // Each process counts its own run of failures. A success anywhere ends the runs whose last failure lies before it.
    const [row] = await this.db.query<Row>(
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
         max(last.last_error_code) AS "lastErrorCode",
         (SELECT json_build_object('state', c.state, 'since', c.since, 'reason', c.reason)
            FROM endpoint_circuits c WHERE c.endpoint_id = e.id) AS circuit,
         (SELECT c.probe_at FROM endpoint_circuits c WHERE c.endpoint_id = e.id AND c.state <> 'closed') AS "nextProbeAt",
         (SELECT json_build_object('since', c.throttle_since, 'reason', c.throttle_reason,
                   'until', CASE WHEN c.paused_until > clock_timestamp() THEN c.paused_until END)
            FROM endpoint_circuits c
           WHERE c.endpoint_id = e.id
             AND greatest(c.throttle_seen_at + interval '${THROTTLE_SHOWN_MS} ms', c.paused_until) > clock_timestamp()) AS throttle
       FROM endpoints e LEFT JOIN rows ON true LEFT JOIN last ON true
       WHERE e.id = $1 AND e.tenant_id = $2 AND e.deleted_at IS NULL
       GROUP BY e.id`,
      [endpointId, tenantId],
    );
    if (!row) throw noSuchEndpoint(endpointId);
    const { circuit, nextProbeAt, throttle, ...counts } = row;
    return {
      ...counts,
      circuit: { ...toShownCircuit(circuit), nextProbeAt },
      throttle: throttle && {
        since: new Date(throttle.since),
        reason: throttle.reason,
        until: throttle.until === null ? null : new Date(throttle.until),
      },
    };
  }
}
