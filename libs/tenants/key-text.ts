import { createHash, randomBytes, randomInt } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const PUBLIC_LETTERS = 8;

/** A new API key: `phk_` and 8 letters to recognise it by, then 32 random bytes in base64url. */
export function newKeyText(): string {
  const letters = Array.from({ length: PUBLIC_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return `phk_${letters}_${randomBytes(32).toString('base64url')}`;
}

/** The part of a key that may be shown: ours up to the second underscore, four characters of one an operator chose. */
export function keyPrefix(text: string): string {
  return /^phk_[a-z0-9]{8}(?=_)/.exec(text)?.[0] ?? text.slice(0, 4);
}

/** What is stored of a key. No slow hash: 256 random bits cannot be guessed, and this runs on every request. */
export function hashKey(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
