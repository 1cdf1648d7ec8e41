import { randomBytes } from 'node:crypto';
import {
  formatEd25519Secret,
  formatPublicKey,
  type KeyKind,
  kindOf,
  PRIVATE_PREFIX,
  readEd25519Secret,
  SECRET_PREFIX,
  type SecretEncoding,
  SEED_BYTES,
  toSigningKey,
} from '#signing';

/** A secret as its owner writes it. */
export interface SecretText {
  readonly secret: string;
  readonly encoding: SecretEncoding;
}

/** Standard Webhooks, section "Signature scheme": a symmetric secret has between 24 and 64 bytes. */
const STANDARD_BYTES = { least: 24, most: 64 };
/** Secrets from elsewhere are taken as they are; a longer HMAC key is no stronger. */
const FOREIGN_BYTES = { least: 1, most: 512 };
const GENERATED_BYTES = 32;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
const LONE_SURROGATE = /\p{Cs}/u;
const HEX = /^(?:[0-9a-fA-F]{2})+$/;

/** A new secret in the form that receivers' libraries take. */
export function generateSecret(kind: KeyKind): SecretText {
  return kind === 'hmac'
    ? { secret: SECRET_PREFIX + randomBytes(GENERATED_BYTES).toString('base64'), encoding: 'whsec' }
    : { secret: formatEd25519Secret(randomBytes(SEED_BYTES)), encoding: 'whsk' };
}

/** Why a secret cannot be taken, as what follows "the secret"; null when it can. */
export function refuseSecret({ secret, encoding }: SecretText): string | null {
  if (encoding === 'whsk') return readEd25519Secret(secret) === null ? MALFORMED.whsk : null;
  const key = decode(secret, encoding);
  if (key === null) return MALFORMED[encoding];
  const { least, most } = encoding === 'whsec' ? STANDARD_BYTES : FOREIGN_BYTES;
  const fits = key.length >= least && key.length <= most;
  return fits ? null : `must have ${least} to ${most} bytes and has ${key.length}`;
}

/** Whether two texts stand for the same key, however they are written. */
export function isSameKey(a: SecretText, b: SecretText): boolean {
  if (kindOf(a.encoding) !== kindOf(b.encoding)) return false;
  return identityOf(a).equals(identityOf(b));
}

/** What of a secret may be told to everybody: the public key of an Ed25519 pair; null for a secret of HMACs. */
export function publicKeyOf({ secret, encoding }: SecretText): string | null {
  const key = toSigningKey(secret, encoding);
  return key.kind === 'ed25519' ? formatPublicKey(key.publicKey) : null;
}

/** The secret as Standard Webhooks' libraries take it; null for a key pair, of which they take the public key. */
export function toWhsec({ secret, encoding }: SecretText): string | null {
  const key = toSigningKey(secret, encoding);
  return key.kind === 'hmac' ? SECRET_PREFIX + key.standard.toString('base64') : null;
}

function identityOf({ secret, encoding }: SecretText): Buffer {
  const key = toSigningKey(secret, encoding);
  return key.kind === 'hmac' ? key.standard : key.publicKey;
}

const MALFORMED: Readonly<Record<SecretEncoding, string>> = {
  whsec: `must be ${SECRET_PREFIX} followed by base64; say secretEncoding for another form`,
  utf8: 'must be well-formed text',
  hex: 'must be hexadecimal: pairs of 0-9a-f',
  base64: 'must be base64',
  whsk: `must be ${PRIVATE_PREFIX} followed by the base64 of a seed, or of a seed and its public key`,
};

function decode(text: string, encoding: Exclude<SecretEncoding, 'whsk'>): Buffer | null {
  switch (encoding) {
    case 'whsec':
      return text.startsWith(SECRET_PREFIX) ? decode(text.slice(SECRET_PREFIX.length), 'base64') : null;
    case 'utf8':
      return LONE_SURROGATE.test(text) ? null : Buffer.from(text);
    case 'hex':
      return HEX.test(text) ? Buffer.from(text, 'hex') : null;
    case 'base64':
      return BASE64.test(text) ? Buffer.from(text, 'base64') : null;
  }
}
