import { type Executor, type Statement } from '#database';
import { toTypeId, toTypeIdOrNull, type Uuid } from '#kernel';
import { type EndingSecret, LAST_SECRET_WARNING } from '#policy';
import type { KeyKind } from '#signing';
import { type Announcement } from './announce.js';

/** A secret that something is to be told of. */
interface AboutSecret {
  readonly secretId: Uuid;
  readonly tenantId: Uuid;
  readonly endpointId: Uuid;
  readonly endpointUid: string | null;
  readonly kind: KeyKind;
}

/** A secret that has an end, with what takes over from it. */
export interface KnownEnd extends AboutSecret, EndingSecret {
  /** `expiresAtMs` to the microsecond, as text: by this and the id they are read in order. */
  readonly expiresAtText: string;
  readonly nextId: Uuid | null;
}

interface Begun extends AboutSecret {
  /** Whether it signs still, and for whom: what was revoked before anybody looked is told to nobody. */
  readonly isToBeTold: boolean;
  readonly activatedAt: Date;
  readonly previousId: Uuid | null;
  readonly previousExpiresAt: Date | null;
}

const ms = (time: string): string => `extract(epoch FROM ${time})::float8 * 1000`;

const KIND = `CASE WHEN s.encoding = 'whsk' THEN 'ed25519' ELSE 'hmac' END AS kind`;

/** Another secret of the same endpoint and kind, of `other`, that comes before or after `s` in the order in which they sign. */
const beside = (other: string, order: '<' | '>'): string => `
  ${other}.endpoint_id = s.endpoint_id AND (${other}.encoding = 'whsk') = (s.encoding = 'whsk')
    AND (${other}.activates_at, ${other}.id) ${order} (s.activates_at, s.id)`;

/**
 * Secrets that have an end to come and may still be warned of, with the next of their kind, in the order of their ends: $3 at
 * most that come after the end $1 and the id $2.
 */
const ENDS: Statement = {
  name: 'secret_ends',
  text: `
    SELECT s.id AS "secretId", e.tenant_id AS "tenantId", e.id AS "endpointId", e.uid AS "endpointUid", ${KIND},
           ${ms('s.expires_at')} AS "expiresAtMs", s.expires_at::text AS "expiresAtText", s.warnings, next.id AS "nextId",
           ${ms('next.activates_at')} AS "replacedAtMs"
      FROM endpoint_secrets s
      JOIN endpoints e ON e.id = s.endpoint_id AND e.deleted_at IS NULL
      LEFT JOIN LATERAL (
        SELECT n.id, n.activates_at FROM endpoint_secrets n
         WHERE ${beside('n', '>')} AND (n.expires_at IS NULL OR n.expires_at > clock_timestamp())
         ORDER BY n.activates_at, n.id LIMIT 1
      ) next ON true
     WHERE (s.expires_at, s.id) > ($1::timestamptz, $2::uuid) AND s.expires_at > clock_timestamp()
       AND s.activates_at <= clock_timestamp() AND s.warnings < ${LAST_SECRET_WARNING}
     ORDER BY s.expires_at, s.id LIMIT $3`,
};

/** Takes secrets that have begun to sign and were not told of, $1 at most, whoever else does so at the same time. */
const TAKE_BEGUN: Statement = {
  name: 'take_begun_secrets',
  text: `
    WITH chosen AS MATERIALIZED (
      SELECT id FROM endpoint_secrets WHERE announced_at IS NULL AND activates_at <= clock_timestamp()
       ORDER BY activates_at LIMIT $1 FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE endpoint_secrets s SET announced_at = clock_timestamp() WHERE s.id = ANY (ARRAY(SELECT id FROM chosen))
      RETURNING s.*
    )
    SELECT s.id AS "secretId", e.tenant_id AS "tenantId", e.id AS "endpointId", e.uid AS "endpointUid", ${KIND},
           e.deleted_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > clock_timestamp()) AS "isToBeTold",
           s.activates_at AS "activatedAt", previous.id AS "previousId", previous.expires_at AS "previousExpiresAt"
      FROM taken s
      JOIN endpoints e ON e.id = s.endpoint_id
      LEFT JOIN LATERAL (
        SELECT p.id, p.expires_at FROM endpoint_secrets p WHERE ${beside('p', '<')}
         ORDER BY p.activates_at DESC, p.id DESC LIMIT 1
      ) previous ON true
     ORDER BY s.activates_at, s.id`,
};

/** How far a walk over the ends of secrets has come. */
export type SecretEndsCursor = Pick<KnownEnd, 'expiresAtText' | 'secretId'>;

export function findSecretEnds(db: Executor, after: SecretEndsCursor, limit: number): Promise<KnownEnd[]> {
  return db.query<KnownEnd>(ENDS, [after.expiresAtText, after.secretId, limit]);
}

/** Counts a warning; false when it was given before, or the secret ends at another time by now. */
export async function countSecretWarning(tx: Executor, secret: KnownEnd, warning: number): Promise<boolean> {
  const counted = await tx.query(
    `UPDATE endpoint_secrets SET warnings = $2
      WHERE id = $1 AND warnings < $2 AND expires_at = $3::timestamptz AND expires_at > clock_timestamp() RETURNING 1`,
    [secret.secretId, warning, secret.expiresAtText],
  );
  return counted.length > 0;
}

/** What is to be told of secrets that have begun to sign; `taken` tells whether there may be more. */
export async function takeBegunSecrets(
  tx: Executor,
  limit: number,
): Promise<{ news: readonly Announcement[]; taken: number }> {
  const begun = await tx.query<Begun>(TAKE_BEGUN, [limit]);
  return { news: begun.filter(({ isToBeTold }) => isToBeTold).map(toRotatedNews), taken: begun.length };
}

export function toExpiringNews(secret: KnownEnd, nowMs: number): Announcement {
  const { replacedAtMs, expiresAtMs, nextId } = secret;
  const isReplaced = replacedAtMs === null || replacedAtMs <= nowMs;
  return {
    tenantId: secret.tenantId,
    type: 'posthorn.secret.expiring',
    subject: toTypeId('sec', secret.secretId),
    data: {
      ...aboutSecret(secret),
      replacedAt: isReplaced ? null : new Date(replacedAtMs).toISOString(),
      expiresAt: new Date(expiresAtMs).toISOString(),
      nextSecret: toTypeIdOrNull('sec', nextId),
    },
  };
}

function toRotatedNews(secret: Begun): Announcement {
  return {
    tenantId: secret.tenantId,
    type: 'posthorn.secret.rotated',
    subject: toTypeId('sec', secret.secretId),
    data: {
      ...aboutSecret(secret),
      activatedAt: secret.activatedAt.toISOString(),
      previousSecret: toTypeIdOrNull('sec', secret.previousId),
      previousExpiresAt: secret.previousExpiresAt?.toISOString() ?? null,
    },
  };
}

function aboutSecret({ endpointId, endpointUid, secretId, kind }: AboutSecret) {
  return { endpoint: toTypeId('ep', endpointId), endpointUid, secret: toTypeId('sec', secretId), kind };
}
