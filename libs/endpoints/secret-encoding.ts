import { randomBytes } from 'node:crypto';
import { SECRET_PREFIX } from '#signing';

/** How a secret that is brought along is written. */
export const SECRET_ENCODINGS = ['whsec', 'utf8', 'hex', 'base64'] as const;
export type SecretEncoding = (typeof SECRET_ENCODINGS)[number];

/** Standard Webhooks, section "Signature scheme": a symmetric secret has between 24 and 64 bytes. */
const STANDARD_BYTES = { least: 24, most: 64 };
/** Secrets from elsewhere are taken as they are; a longer HMAC key is no stronger. */
const FOREIGN_BYTES = { least: 1, most: 512 };
const GENERATED_BYTES = 32;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;
const LONE_SURROGATE = /\p{Cs}/u;
const HEX = /^(?:[0-9a-fA-F]{2})+$/;

/** A new secret in the form that receivers' libraries take. */
export function generateSecret(): string {
  return formatSecret(randomBytes(GENERATED_BYTES));
}

/** `whsec_` and the base64 of the key: the one form in which secrets are kept and shown, however they were brought. */
export function formatSecret(key: Buffer): string {
  return SECRET_PREFIX + key.toString('base64');
}

/** The secret in the form of {@link formatSecret}, or why it cannot be taken, as what follows "the secret". */
export function readSecret(text: string, encoding: SecretEncoding): { secret: string } | { refusal: string } {
  const key = decode(text, encoding);
  if (key === null) return { refusal: MALFORMED[encoding] };
  const { least, most } = encoding === 'whsec' ? STANDARD_BYTES : FOREIGN_BYTES;
  if (key.length < least || key.length > most) {
    return { refusal: `must have ${least} to ${most} bytes and has ${key.length}` };
  }
  return { secret: formatSecret(key) };
}

const MALFORMED: Readonly<Record<SecretEncoding, string>> = {
  whsec: `must be ${SECRET_PREFIX} followed by base64; say secretEncoding for another form`,
  utf8: 'must be well-formed text',
  hex: 'must be hexadecimal: pairs of 0-9a-f',
  base64: 'must be base64',
};

function decode(text: string, encoding: SecretEncoding): Buffer | null {
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
