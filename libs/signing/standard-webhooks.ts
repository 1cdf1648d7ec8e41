import { createHmac, type KeyObject, sign } from 'node:crypto';

/** How a Standard Webhooks HMAC secret begins; base64 of the key follows. */
export const SECRET_PREFIX = 'whsec_';

/** The key's bytes inside a `whsec_…` secret, as the specification (standard-webhooks, section "Signature scheme") has it. */
export function decodeSecret(secret: string): Buffer {
  return Buffer.from(secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret, 'base64');
}

/** What stands before the body in the content that is signed. */
export function standardHead(id: string, timestampSeconds: number): string {
  return `${id}.${timestampSeconds}.`;
}

/** `v1,` and the base64 of HMAC-SHA256 over head and body. */
export function signStandard(key: Buffer, head: string, body: string): string {
  return `v1,${createHmac('sha256', key).update(head).update(body).digest('base64')}`;
}

/** `v1a,` and the base64 of an Ed25519 signature of head and body. */
export function signStandardEd25519(privateKey: KeyObject, head: string, body: string): string {
  return `v1a,${sign(null, Buffer.from(head + body), privateKey).toString('base64')}`;
}
