import type { KeyRing, Uuid } from '#kernel';
import type { CustomHeaders } from '#policy';

/** An endpoint's headers as they are kept: one JSON object, sealed for this endpoint; null when there are none. */
export function sealHeaders(keyRing: KeyRing, endpointId: Uuid, headers: CustomHeaders): Buffer | null {
  return Object.keys(headers).length === 0 ? null : keyRing.seal(JSON.stringify(headers), endpointId);
}

/** The inverse of {@link sealHeaders}: the real values, credentials included. Throws when they cannot be opened. */
export function openHeaders(keyRing: KeyRing, endpointId: Uuid, sealed: Buffer | null): CustomHeaders {
  return sealed === null ? {} : (JSON.parse(keyRing.open(sealed, endpointId).toString()) as CustomHeaders);
}
