import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Uuid } from '#kernel';
import { OpenDeliveryStore } from './open-delivery.store.js';
import type { Progress } from './progress.js';

/**
 * Cancels what is open to endpoints that take nothing any more. A request does a first part of it, which is nearly always
 * all; of a larger backlog a row says what is left, and upkeep does the rest. Whatever falls due meanwhile is cancelled by
 * the workers' gate.
 */
@Injectable()
export class OpenCancellationStore {
  constructor(
    private readonly db: Database,
    private readonly open: OpenDeliveryStore,
  ) {}

  /** Cancels up to a thousand, and sees to it that the rest will be. What is made after `nowMs` is not meant. */
  async begin(endpointId: Uuid, reason: string, nowMs: number): Promise<void> {
    const { hasMore } = await this.open.cancelOfEndpoint(endpointId, reason, nowMs);
    if (!hasMore) return;
    await this.db.query(
      `INSERT INTO open_cancellations (endpoint_id, reason, asked_at) VALUES ($1, $2, $3)
           ON CONFLICT (endpoint_id) DO UPDATE SET reason = excluded.reason, asked_at = excluded.asked_at`,
      [endpointId, reason, new Date(nowMs)],
    );
  }

  /** Cancels another part of what has been begun, of each endpoint. */
  async goOn(): Promise<Progress> {
    const begun = await this.db.query<{ endpointId: Uuid; reason: string; askedAt: Date }>(
      `SELECT endpoint_id AS "endpointId", reason, asked_at AS "askedAt" FROM open_cancellations LIMIT 20`,
    );
    let done = 0;
    let isLeft = false;
    for (const { endpointId, reason, askedAt } of begun) {
      const part = await this.open.cancelOfEndpoint(endpointId, reason, askedAt.getTime());
      done += part.done;
      isLeft ||= part.hasMore;
      if (!part.hasMore) await this.end(endpointId, askedAt);
    }
    return { done, hasMore: isLeft };
  }

  /** Unless it was begun again meanwhile. */
  private async end(endpointId: Uuid, askedAt: Date): Promise<void> {
    await this.db.query(`DELETE FROM open_cancellations WHERE endpoint_id = $1 AND asked_at <= $2`, [
      endpointId,
      askedAt,
    ]);
  }
}
