import { Injectable } from '@nestjs/common';
import { type Actor, type Facts, recordChange } from '#audit';
import { Database, type Executor } from '#database';
import { toTypeId, toTypeIdOrNull, type Uuid } from '#kernel';

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

/** The guarded statements on dead letters, but for the one that replays them: each is resolved once, and by whom is on record. */
@Injectable()
export class DeadLetterStore {
  constructor(private readonly db: Database) {}

  /** Discards one; false when there is none or it was resolved before. */
  async discard(by: Actor, deadLetterId: Uuid, note: string | null): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [discarded] = await tx.query<{ tenantId: Uuid }>(
        `UPDATE dead_letters SET resolved_at = clock_timestamp(), resolution = 'discarded', note = $2
          WHERE id = $1 AND resolved_at IS NULL RETURNING tenant_id AS "tenantId"`,
        [deadLetterId, note],
      );
      if (!discarded) return false;
      const object = toTypeId('dl', deadLetterId);
      const change = { action: 'dead_letter.discarded', object, tenantId: discarded.tenantId } as const;
      await recordChange(tx, by, { ...change, after: { note } });
      return true;
    });
  }

  /** Discards whatever matches and is not resolved, oldest first; answers how many that were. */
  async discardAll(by: Actor, filters: DeadLetterFilters, note: string | null): Promise<number> {
    for (let total = 0; ; ) {
      const discarded = await this.db.transaction((tx) => discardSome(tx, by, filters, note));
      total += discarded;
      if (discarded < BATCH) return total;
    }
  }
}

async function discardSome(tx: Executor, by: Actor, filters: DeadLetterFilters, note: string | null): Promise<number> {
  const discarded = await tx.query(
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
  if (discarded.length === 0) return 0;
  await recordChange(tx, by, {
    action: 'dead_letters.discarded',
    object: toTypeIdOrNull('ep', filters.endpointId),
    tenantId: filters.tenantIds?.length === 1 ? filters.tenantIds[0]! : null,
    after: { ...toFacts(filters), note, discarded: discarded.length },
  });
  return discarded.length;
}

function toFacts({ ids, tenantIds, type, reason }: DeadLetterFilters): Facts {
  return {
    deadLetters: ids?.map((id) => toTypeId('dl', id)) ?? null,
    tenants: tenantIds?.map((id) => toTypeId('ten', id)) ?? null,
    type,
    reason,
  };
}
