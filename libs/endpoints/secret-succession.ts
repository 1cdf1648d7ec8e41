/** A secret as far as its life is concerned; `expiresAt` is null while nothing ends it. */
export interface SecretLife {
  readonly id: string;
  /** False while it waits for its time. */
  readonly isLive: boolean;
  readonly expiresAt: Date | null;
}

/** Secrets that an endpoint may have at once. */
export const MAX_SECRETS = 10;

export type RevocationDecision =
  | { readonly kind: 'revoke' }
  /** Revoked, and another one lives on in its stead until `expiresAt`. */
  | { readonly kind: 'inherit'; readonly heirId: string; readonly expiresAt: Date | null }
  | { readonly kind: 'last' };

/**
 * What revoking a secret means for the others, so that requests are never sent unsigned: not now (the last live one stays)
 * and not later. Rotation gave the older secrets an end because a newer one would carry on; when that one goes, the
 * newest live one that is left inherits its later end.
 *
 * `secrets` are those that have not expired, newest first; `id` is one of them. Pure.
 */
export function decideRevocation(secrets: readonly SecretLife[], id: string): RevocationDecision {
  const revoked = secrets.find((secret) => secret.id === id)!;
  const heir = secrets.find((secret) => secret.id !== id && secret.isLive);
  if (!heir) return { kind: 'last' };
  return endsBefore(heir, revoked)
    ? { kind: 'inherit', heirId: heir.id, expiresAt: revoked.expiresAt }
    : { kind: 'revoke' };
}

function endsBefore(a: SecretLife, b: SecretLife): boolean {
  return a.expiresAt !== null && (b.expiresAt === null || a.expiresAt < b.expiresAt);
}
