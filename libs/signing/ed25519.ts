import { createPrivateKey, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** How an Ed25519 secret of Standard Webhooks begins; base64 of seed and public key follows. */
export const PRIVATE_PREFIX = 'whsk_';
/** How a public key begins; base64 of its 32 bytes follows. */
export const PUBLIC_PREFIX = 'whpk_';

export const SEED_BYTES = 32;
const PUBLIC_KEY_BYTES = 32;

/** What stands before the seed in PKCS#8 (RFC 8410, section 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface Ed25519Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: Buffer;
}

/** The key pair in a `whsk_` secret, of a seed with its public key or of a seed alone; null when it is none. */
export function readEd25519Secret(secret: string): Ed25519Pair | null {
  if (!secret.startsWith(PRIVATE_PREFIX)) return null;
  const bytes = Buffer.from(secret.slice(PRIVATE_PREFIX.length), 'base64');
  if (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES) return null;
  const pair = pairOf(bytes.subarray(0, SEED_BYTES));
  return bytes.length === SEED_BYTES || bytes.subarray(SEED_BYTES).equals(pair.publicKey) ? pair : null;
}

/** The secret that 32 random bytes make. */
export function formatEd25519Secret(seed: Buffer): string {
  return PRIVATE_PREFIX + Buffer.concat([seed, pairOf(seed).publicKey]).toString('base64');
}

/** The 32 bytes of a `whpk_` public key; null when it is none. */
export function readPublicKey(text: string): Buffer | null {
  if (!text.startsWith(PUBLIC_PREFIX)) return null;
  const key = Buffer.from(text.slice(PUBLIC_PREFIX.length), 'base64');
  return key.length === PUBLIC_KEY_BYTES && formatPublicKey(key) === text ? key : null;
}

/** Whether the signature, in base64, is that of the content under this public key. */
export function verifyEd25519(publicKey: Buffer, content: string, signature: string): boolean {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') };
  return verify(
    null,
    Buffer.from(content),
    createPublicKey({ key: jwk, format: 'jwk' }),
    Buffer.from(signature, 'base64'),
  );
}

export function formatPublicKey(publicKey: Buffer): string {
  return PUBLIC_PREFIX + publicKey.toString('base64');
}

function pairOf(seed: Buffer): Ed25519Pair {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' }) as { x: string };
  return { privateKey, publicKey: Buffer.from(x, 'base64url') };
}
