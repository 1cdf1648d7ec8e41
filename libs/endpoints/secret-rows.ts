import type { Executor } from '#database';
import type { KeyRing, Uuid } from '#kernel';
import { type KeyKind, kindOf, type SecretEncoding } from '#signing';
import { isSameKey, type SecretText } from './secret-encoding.js';

/** A secret that has not expired: live, or waiting to become so. */
export interface EndpointSecret extends SecretText {
  readonly id: Uuid;
  readonly createdAt: Date;
  readonly activatesAt: Date;
  readonly expiresAt: Date | null;
  /** Whether it signs: its time has come. By the database's clock, like everything that begins and ends. */
  readonly isLive: boolean;
}

interface SecretRow {
  readonly id: Uuid;
  readonly sealed_secret: Buffer;
  readonly encoding: SecretEncoding;
  readonly created_at: Date;
  readonly activates_at: Date;
  readonly expires_at: Date | null;
  readonly is_live: boolean;
}

/** What a secret is sealed under: its own id, so that a value copied into another row does not open. */
export function openSecret(keyRing: KeyRing, row: { readonly id: Uuid; readonly sealed_secret: Buffer }): string {
  return keyRing.open(row.sealed_secret, row.id).toString();
}

/** The secrets of an endpoint that have not expired, newest first. */
export async function findSecrets(tx: Executor, keyRing: KeyRing, endpointId: Uuid): Promise<EndpointSecret[]> {
  const rows = await tx.query<SecretRow>(
    `SELECT id, sealed_secret, encoding, created_at, activates_at, expires_at, activates_at <= clock_timestamp() AS is_live
     FROM endpoint_secrets
     WHERE endpoint_id = $1 AND (expires_at IS NULL OR expires_at > clock_timestamp())
     ORDER BY id DESC`,
    [endpointId],
  );
  return rows.map((row) => ({
    id: row.id,
    secret: openSecret(keyRing, row),
    encoding: row.encoding,
    createdAt: row.created_at,
    activatesAt: row.activates_at,
    expiresAt: row.expires_at,
    isLive: row.is_live,
  }));
}

/**
 * Adds a secret, live from `activatesAt` or, when that is null, from now. One that takes over from another is to be announced
 * when it signs.
 */
export async function insertSecret(
  tx: Executor,
  keyRing: KeyRing,
  of: {
    readonly id: Uuid;
    readonly endpointId: Uuid;
    readonly activatesAt: Date | null;
    readonly isRotation: boolean;
  },
  { secret, encoding }: SecretText,
): Promise<void> {
  await tx.query(
    `INSERT INTO endpoint_secrets (id, endpoint_id, sealed_secret, encoding, activates_at, announced_at)
     VALUES ($1, $2, $3, $4, coalesce($5::timestamptz, clock_timestamp()), CASE WHEN NOT $6 THEN '-infinity'::timestamptz END)`,
    [of.id, of.endpointId, keyRing.seal(secret, of.id), encoding, of.activatesAt, of.isRotation],
  );
}

export async function hasSecret(
  tx: Executor,
  keyRing: KeyRing,
  endpointId: Uuid,
  secret: SecretText,
): Promise<boolean> {
  const secrets = await findSecrets(tx, keyRing, endpointId);
  return secrets.some((one) => isSameKey(one, secret));
}

export function ofKind<Secret extends SecretText>(secrets: readonly Secret[], kind: KeyKind): Secret[] {
  return secrets.filter(({ encoding }) => kindOf(encoding) === kind);
}

/** Ends a secret now. */
export async function endSecret(tx: Executor, secretId: Uuid): Promise<void> {
  await tx.query(`UPDATE endpoint_secrets SET expires_at = clock_timestamp() WHERE id = $1`, [secretId]);
}

/** Gives a secret another, later end; null for none. Of that one nobody has been warned. */
export async function moveSecretEnd(tx: Executor, secretId: Uuid, expiresAt: Date | null): Promise<void> {
  await tx.query(`UPDATE endpoint_secrets SET expires_at = $2, warnings = 0 WHERE id = $1`, [secretId, expiresAt]);
}

/** Gives each secret of a kind that has no end, or a later one, an end: when the next secret is live and the grace has passed. */
export async function limitSecrets(
  tx: Executor,
  endpointId: Uuid,
  kind: KeyKind,
  activatesAt: Date | null,
  graceSeconds: number,
): Promise<void> {
  await tx.query(
    `UPDATE endpoint_secrets
     SET expires_at = least(
       coalesce(expires_at, 'infinity'),
       coalesce($2::timestamptz, clock_timestamp()) + make_interval(secs => $3)
     )
     WHERE endpoint_id = $1 AND (encoding = 'whsk') = $4`,
    [endpointId, activatesAt, graceSeconds, kind === 'ed25519'],
  );
}
