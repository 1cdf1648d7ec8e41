import type { KeyObject } from 'node:crypto';
import { readEd25519Secret } from './ed25519.js';
import { decodeSecret } from './standard-webhooks.js';

/** How the text of a secret is written; `whsk` is an Ed25519 key pair, all others are keys of HMACs. */
export const SECRET_ENCODINGS = ['whsec', 'utf8', 'hex', 'base64', 'whsk'] as const;
export type SecretEncoding = (typeof SECRET_ENCODINGS)[number];

export type KeyKind = 'hmac' | 'ed25519';

export interface HmacKey {
  readonly kind: 'hmac';
  /** The key as Standard Webhooks' libraries read it. */
  readonly standard: Buffer;
  /** The key as all others do. */
  readonly plain: Buffer;
}

export interface Ed25519Key {
  readonly kind: 'ed25519';
  readonly privateKey: KeyObject;
  /** 32 bytes. */
  readonly publicKey: Buffer;
}

export type SigningKey = HmacKey | Ed25519Key;

/** A key that signs between two moments, in epoch milliseconds. */
export interface DatedKey<Key = SigningKey> {
  readonly key: Key;
  readonly activatesAtMs: number;
  readonly expiresAtMs: number | null;
}

export function isLive({ activatesAtMs, expiresAtMs }: Omit<DatedKey, 'key'>, nowMs: number): boolean {
  return activatesAtMs <= nowMs && (expiresAtMs === null || expiresAtMs > nowMs);
}

export function kindOf(encoding: SecretEncoding): KeyKind {
  return encoding === 'whsk' ? 'ed25519' : 'hmac';
}

/**
 * The key in the text of a secret that is known to be well-formed. Standard Webhooks' libraries decode what follows
 * `whsec_`; those of all other schemes take the secret for the text it is, `whsec_` included, so that is their key. A
 * secret given as hex or base64 is the bytes that were meant, to everybody.
 */
export function toSigningKey(secret: string, encoding: SecretEncoding): SigningKey {
  switch (encoding) {
    case 'whsk':
      return { kind: 'ed25519', ...readEd25519Secret(secret)! };
    case 'whsec':
      return { kind: 'hmac', standard: decodeSecret(secret), plain: Buffer.from(secret) };
    case 'utf8':
    case 'hex':
    case 'base64': {
      const key = Buffer.from(secret, encoding);
      return { kind: 'hmac', standard: key, plain: key };
    }
  }
}
