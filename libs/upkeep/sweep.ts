import type { Database } from '#database';
import { uuidFloor } from '#kernel';

/** Rows that one statement sweeps away. */
const BATCH = 5_000;

/** Forgets answers kept for Idempotency-Key after their 24 hours. */
export function forgetIdempotencyKeys(db: Database): Promise<number> {
  return inBatches(() =>
    db.query(
      `DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM idempotency_keys WHERE created_at < clock_timestamp() - interval '24 hours' LIMIT $1))
       RETURNING 1`,
      [BATCH],
    ),
  );
}

/** Forgets secrets a week after they stopped signing. */
export function forgetOldSecrets(db: Database): Promise<number> {
  return inBatches(() =>
    db.query(
      `DELETE FROM endpoint_secrets WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM endpoint_secrets WHERE expires_at < clock_timestamp() - interval '7 days' LIMIT $1))
       RETURNING 1`,
      [BATCH],
    ),
  );
}

/** Forgets challenges a day after they could be answered last. */
export function forgetOldChallenges(db: Database): Promise<number> {
  return inBatches(() =>
    db.query(
      `DELETE FROM ownership_challenges WHERE id = ANY (ARRAY(
         SELECT id FROM ownership_challenges WHERE expires_at < clock_timestamp() - interval '1 day' LIMIT $1))
       RETURNING 1`,
      [BATCH],
    ),
  );
}

/** Forgets entries of the audit log from before `beforeMs`. */
export function forgetOldAudits(db: Database, beforeMs: number): Promise<number> {
  return inBatches(() =>
    db.query(
      `DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE id < $1 ORDER BY id LIMIT $2) RETURNING 1`,
      [uuidFloor(beforeMs), BATCH],
    ),
  );
}

/**
 * Forgets bulk replays that ended before; and what was begun so long before that whatever it was of has gone, which ends by
 * itself unless a count was lost.
 */
export function forgetOldReplays(db: Database, beforeMs: number): Promise<number> {
  return inBatches(() =>
    db.query(
      `WITH old AS (
         DELETE FROM replays WHERE id = ANY (ARRAY(
           SELECT id FROM replays WHERE id < $2 AND (ended_at < $3 OR walked_at < $3) LIMIT $1))
         RETURNING id
       ), parts AS (
         DELETE FROM replay_parts WHERE replay_id IN (SELECT id FROM old)
       )
       SELECT id FROM old`,
      [BATCH, uuidFloor(beforeMs), new Date(beforeMs)],
    ),
  );
}

async function inBatches(run: () => Promise<unknown[]>): Promise<number> {
  for (let total = 0; ; ) {
    const { length } = await run();
    total += length;
    if (length < BATCH) return total;
  }
}
