import { createHash, randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const PUBLIC_LETTERS = 8;

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Enough for 32 bits. */
const CHECK_CHARACTERS = 6;

/** A key with its checksum. Those made before there was one end without it. */
const CHECKED_KEY = /^(phk_[a-z0-9]{8}_[A-Za-z0-9_-]{43})([0-9A-Za-z]{6})$/;

/**
 * A new API key: `phk_` and 8 letters to recognise it by, 32 random bytes in base64url, and a checksum, so that a scanner
 * for leaked secrets can tell a key from a text that looks like one, and a typing error costs no look into the database.
 */
export function newKeyText(): string {
  const letters = Array.from({ length: PUBLIC_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  const text = `phk_${letters}_${randomBytes(32).toString('base64url')}`;
  return text + checksumOf(text);
}

/** Whether the text has the form of a key with a checksum, and that is wrong: then it is no key, nor ever was one. */
export function isMistyped(text: string): boolean {
  const [, key, checksum] = CHECKED_KEY.exec(text) ?? [];
  return key !== undefined && checksumOf(key) !== checksum;
}

/** The part of a key that may be shown: ours up to the second underscore, four characters of one an operator chose. */
export function keyPrefix(text: string): string {
  return recognisablePart(text) ?? text.slice(0, 4);
}

/** What a key of ours is recognised by; null for a text that is none. */
export function recognisablePart(text: string): string | null {
  return /^phk_[a-z0-9]{8}(?=_)/.exec(text)?.[0] ?? null;
}

/** What is stored of a key. No slow hash: 256 random bits cannot be guessed, and this runs on every request. */
export function hashKey(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * CRC-32 in base62, as GitHub's tokens have it ("Behind GitHub's new authentication token formats", 2021). It guards against
 * mistakes and not against anybody: whoever knows the format can write one.
 */
function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let at = 0; at < CHECK_CHARACTERS; at++) {
    digits = BASE62[rest % BASE62.length] + digits;
    rest = Math.floor(rest / BASE62.length);
  }
  return digits;
}
