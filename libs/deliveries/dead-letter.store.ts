import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Uuid } from '#kernel';

/** Which dead letters are meant; null: does not matter. */
export interface DeadLetterFilters {
  readonly ids: readonly Uuid[] | null;
  readonly tenantIds: readonly Uuid[] | null;
  readonly endpointId: Uuid | null;
  /** Exact, or with `.*` everything below. */
  readonly type: string | null;
  readonly reason: string | null;
  /** Ids at or above, and below. */
  readonly fromId: Uuid | null;
  readonly belowId: Uuid;
}

/** Dead letters that one statement discards, so that a full queue does not make one transaction. */
const BATCH = 1_000;

/** The guarded statements on dead letters, but for the one that replays them: each is resolved once. */
@Injectable()
export class DeadLetterStore {
  constructor(private readonly db: Database) {}

  /** Discards one; false when there is none or it was resolved before. */
  async discard(deadLetterId: Uuid, note: string | null): Promise<boolean> {
    const discarded = await this.db.query(
      `UPDATE dead_letters SET resolved_at = clock_timestamp(), resolution = 'discarded', note = $2
        WHERE id = $1 AND resolved_at IS NULL RETURNING id`,
      [deadLetterId, note],
    );
    return discarded.length > 0;
  }

  /** Discards whatever matches and is not resolved, oldest first; answers how many that were. */
  async discardAll(filters: DeadLetterFilters, note: string | null): Promise<number> {
    for (let total = 0; ; ) {
      const discarded = await this.db.query(
        `WITH chosen AS (
           SELECT id FROM dead_letters
            WHERE resolved_at IS NULL AND id < $1 AND ($2::uuid IS NULL OR id >= $2)
              AND ($3::uuid[] IS NULL OR id = ANY ($3)) AND ($4::uuid[] IS NULL OR tenant_id = ANY ($4))
              AND ($5::uuid IS NULL OR endpoint_id = $5) AND ($6::text IS NULL OR reason = $6)
              AND ($7::text IS NULL OR type = $7 OR (right($7, 2) = '.*' AND starts_with(type, left($7, -1))))
            ORDER BY id LIMIT ${BATCH} FOR UPDATE
         )
         UPDATE dead_letters l SET resolved_at = clock_timestamp(), resolution = 'discarded', note = $8
           FROM chosen WHERE l.id = chosen.id RETURNING l.id`,
        [
          filters.belowId,
          filters.fromId,
          filters.ids,
          filters.tenantIds,
          filters.endpointId,
          filters.reason,
          filters.type === '*' ? null : filters.type,
          note,
        ],
      );
      total += discarded.length;
      if (discarded.length < BATCH) return total;
    }
  }
}
