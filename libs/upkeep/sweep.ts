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

/** Forgets entries of the audit log from before `beforeMs`. */
export function forgetOldAudits(db: Database, beforeMs: number): Promise<number> {
  return inBatches(() =>
    db.query(
      `DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE id < $1 ORDER BY id LIMIT $2) RETURNING 1`,
      [uuidFloor(beforeMs), BATCH],
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
