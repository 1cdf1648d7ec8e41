import type { Executor } from '#database';
import type { Uuid } from '#kernel';
import { CHALLENGES_COUNT_MS, MAX_WRONG_ANSWERS, type SentChallenge } from '#policy';

/** A challenge that has proven nothing yet and may still. */
export interface OpenChallenge {
  readonly id: Uuid;
  readonly digest: Buffer;
}

export interface NewChallenge {
  readonly id: Uuid;
  readonly tenantId: Uuid;
  readonly endpointId: Uuid;
  readonly url: string;
  readonly digest: Buffer;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** What counts for the limits of a tenant: what has proven nothing within the last hour, oldest first. */
export function findSentChallenges(tx: Executor, tenantId: Uuid, nowMs: number): Promise<SentChallenge[]> {
  return tx.query<SentChallenge>(
    `SELECT endpoint_id AS "endpointId", extract(epoch FROM created_at)::float8 * 1000 AS "atMs"
       FROM ownership_challenges WHERE tenant_id = $1 AND created_at > $2 AND proven_at IS NULL ORDER BY created_at`,
    [tenantId, new Date(nowMs - CHALLENGES_COUNT_MS)],
  );
}

export async function insertChallenge(tx: Executor, challenge: NewChallenge): Promise<void> {
  const { id, tenantId, endpointId, url, digest, createdAt, expiresAt } = challenge;
  await tx.query(
    `INSERT INTO ownership_challenges (id, tenant_id, endpoint_id, url, digest, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, tenantId, endpointId, url, digest, createdAt, expiresAt],
  );
}

/** The challenge that was sent to this URL of the endpoint last, unless it is used up, over, or was guessed at too often. */
export async function findOpenChallenge(
  tx: Executor,
  tenantId: Uuid,
  endpointId: Uuid,
  url: string,
): Promise<OpenChallenge | null> {
  const [row] = await tx.query<OpenChallenge & { isOpen: boolean }>(
    `SELECT id, digest, url = $3 AND proven_at IS NULL AND expires_at > clock_timestamp() AND wrong_answers < $4 AS "isOpen"
       FROM ownership_challenges WHERE tenant_id = $1 AND endpoint_id = $2 ORDER BY created_at DESC, id DESC LIMIT 1`,
    [tenantId, endpointId, url, MAX_WRONG_ANSWERS],
  );
  return row?.isOpen ? row : null;
}

/** Uses a challenge up, if it was sent to this URL and may still prove something. */
export async function useChallenge(tx: Executor, challengeId: Uuid, url: string): Promise<boolean> {
  const used = await tx.query(
    `UPDATE ownership_challenges SET proven_at = clock_timestamp()
      WHERE id = $1 AND url = $2 AND proven_at IS NULL AND expires_at > clock_timestamp() RETURNING 1`,
    [challengeId, url],
  );
  return used.length > 0;
}

export async function countWrongAnswer(tx: Executor, challengeId: Uuid): Promise<void> {
  await tx.query(`UPDATE ownership_challenges SET wrong_answers = wrong_answers + 1 WHERE id = $1`, [challengeId]);
}
