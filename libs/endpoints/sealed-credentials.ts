import type { KeyRing, Uuid } from '#kernel';
import { type Credentials, NO_CREDENTIALS } from './credentials.js';

/** An endpoint's credentials as they are kept: one JSON object, sealed for this endpoint; null when there are none. */
export function sealCredentials(keyRing: KeyRing, endpointId: Uuid, credentials: Credentials): Buffer | null {
  if (credentials.auth === null && credentials.tls === null) return null;
  return keyRing.seal(JSON.stringify(credentials), endpointId);
}

/** The inverse of {@link sealCredentials}: the real values. Throws when they cannot be opened. */
export function openCredentials(keyRing: KeyRing, endpointId: Uuid, sealed: Buffer | null): Credentials {
  return sealed === null ? NO_CREDENTIALS : (JSON.parse(keyRing.open(sealed, endpointId).toString()) as Credentials);
}
