import { createHmac } from 'node:crypto';

/** How a Standard Webhooks HMAC secret begins; base64 of the key follows. */
export const SECRET_PREFIX = 'whsec_';

/** The key's bytes inside a `whsec_…` secret, as the specification (standard-webhooks, section "Signature scheme") has it. */
export function decodeSecret(secret: string): Buffer {
  return Buffer.from(secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret, 'base64');
}

/**
 * The value of `webhook-signature`: for each live key `v1,` and the base64 of HMAC-SHA256 over
 * `{id}.{timestamp}.{body}`, separated by spaces, in the order of the keys (newest first).
 */
export function signStandard(
  keys: readonly Buffer[],
  id: string,
  timestampSeconds: number,
  body: string | Buffer,
): string {
  const head = `${id}.${timestampSeconds}.`;
  let signatures = '';
  for (const key of keys) {
    const hmac = createHmac('sha256', key).update(head).update(body).digest('base64');
    signatures += signatures === '' ? `v1,${hmac}` : ` v1,${hmac}`;
  }
  return signatures;
}
