import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Endpoint } from '#endpoints';

/** What an endpoint has missed by being disabled. */
export interface MissedDeliveries {
  /** Cancelled since, for this reason, whatever was replayed of it. */
  readonly count: number;
  /** Whether there may be more: no more than so many rows are looked at. */
  readonly hasMore: boolean;
  /** When it was disabled last. */
  readonly since: Date;
}

/** Deliveries without success that are looked at for one answer, the newest first. */
const LOOKED_AT = 10_000;

/** Answers what endpoints have missed. */
@Injectable()
export class MissedReadModel {
  constructor(private readonly db: Database) {}

  /** Null when the endpoint was never disabled. */
  async of({ id, disabledAt }: Pick<Endpoint, 'id' | 'disabledAt'>): Promise<MissedDeliveries | null> {
    if (disabledAt === null) return null;
    const [row] = await this.db.query<{ count: number; lookedAt: number }>(
      `SELECT count(*) FILTER (WHERE status = 'cancelled' AND cancel_reason = 'endpoint_disabled' AND completed_at >= $2)::int
                AS count,
              count(*)::int AS "lookedAt"
         FROM (SELECT status, cancel_reason, completed_at FROM deliveries
                WHERE endpoint_id = $1 AND status <> 'succeeded' ORDER BY id DESC LIMIT $3) looked_at`,
      [id, disabledAt, LOOKED_AT],
    );
    return { count: row!.count, hasMore: row!.lookedAt === LOOKED_AT, since: disabledAt };
  }
}
