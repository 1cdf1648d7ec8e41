import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Uuid } from '#kernel';
import type { RateLimit } from '#policy';

/** How an endpoint's rate limit bears on it just now. */
export interface RateLimitState extends RateLimit {
  /** What comes now is sent then; null: at once. */
  readonly nextSlotAt: Date | null;
  /** Deliveries that wait for their slots, {@link MAX_COUNTED_WAITING} or more. */
  readonly waiting: number;
}

/**
 * Open deliveries that are looked at to count what waits, so that the answer does not take longer with the timetable.
 */
export const MAX_COUNTED_WAITING = 10_000;

/** Answers what an endpoint's rate limit does to it. */
@Injectable()
export class RateLimitReadModel {
  constructor(private readonly db: Database) {}

  /** Null when the endpoint has no limit, or is not there. */
  async get(tenantId: Uuid, endpointId: Uuid): Promise<RateLimitState | null> {
    const [row] = await this.db.query<RateLimitState>(
      `SELECT e.rate_limit AS "limit", e.rate_period_seconds AS "periodSeconds",
              CASE WHEN r.next_slot_at > clock_timestamp() THEN r.next_slot_at END AS "nextSlotAt",
              (SELECT count(*) FILTER (WHERE waiting_for = 'rate_limit')
                 FROM (SELECT o.waiting_for FROM open_deliveries o
                        WHERE o.tenant_id = e.tenant_id AND o.endpoint_id = e.id
                          AND o.due_at > (SELECT clock_timestamp()) AND o.due_at < 'infinity'
                        ORDER BY o.tenant_id, o.endpoint_id, o.due_at LIMIT ${MAX_COUNTED_WAITING}) ahead)::int AS waiting
         FROM endpoints e LEFT JOIN endpoint_runtime r ON r.endpoint_id = e.id
        WHERE e.id = $1 AND e.tenant_id = $2 AND e.deleted_at IS NULL AND e.rate_limit IS NOT NULL`,
      [endpointId, tenantId],
    );
    return row ?? null;
  }
}
