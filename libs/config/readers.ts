import { isIP } from 'node:net';
import { z } from 'zod';
import type { EncryptionKey } from './config.js';

/** How the text of a variable becomes its value: one zod schema per kind, each refusing in words an operator can act on. */

export const text = z.string();

export const flag = z
  .string()
  .toLowerCase()
  .pipe(
    z.enum(['1', '0', 'true', 'false', 'on', 'off', 'yes', 'no', ''], { error: 'must be on or off (or true, false)' }),
  )
  .transform((value) => ['1', 'true', 'on', 'yes'].includes(value));

/** A whole number between `min` and `max`, both allowed. */
export function integer(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, { error })
    .transform(Number)
    .pipe(z.number().min(min, { error }).max(max, { error }));
}

export const port = integer(0, 65_535);

/** Comma-separated, blanks around the parts allowed, empty parts left out. */
const parts = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

export const cidrs = parts.refine((list) => list.every(isCidr), {
  error: 'must be addresses or CIDR blocks, such as 10.0.0.0/8,2001:db8::/32',
});

export const addresses = cidrs;

export const cidrsOrHosts = parts.refine((list) => list.every((part) => isCidr(part) || isHostPattern(part)), {
  error: 'must be CIDR blocks or host patterns, such as 203.0.113.0/24,*.internal.example',
});

export const origins = parts.refine((list) => list.every(isOrigin), {
  error: 'must be origins, such as https://app.example.com',
});

/** An address with one of the given schemes; credentials are fine, they are what these variables carry. */
export function urlOf(schemes: readonly string[], example: string) {
  return z.string().refine((value) => URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1)), {
    error: `must be a URL such as ${example}`,
  });
}

/** `https://hooks.example.com/` → without the slash at its end, so that paths can follow. */
export const publicUrl = urlOf(['http', 'https'], 'https://hooks.example.com').transform((value) =>
  value.replace(/\/+$/, ''),
);

const QUEUE_URL = /^(redis|rediss|redis\+sentinel|rediss\+sentinel|postgres|postgresql):\/\/.+/;

/** Only the scheme is looked at here; the queue itself knows the forms for clusters and sentinels. */
export const queueUrl = z.string().regex(QUEUE_URL, {
  error: 'must begin with redis://, rediss://, redis+sentinel:// or postgres://',
});

/** Seconds between attempts: `5,300,1800`. */
export const schedule = parts
  .refine((list) => list.length > 0 && list.length <= 50 && list.every((part) => /^\d{1,7}$/.test(part)), {
    error: 'must be 1 to 50 whole numbers of seconds, such as 5,300,1800',
  })
  .transform((list) => list.map(Number));

/** Long enough that it cannot be guessed; what it is made of is the operator's choice. */
export const adminKey = z.string().min(16, { error: 'must have at least 16 characters' });

export const encryptionKeys = parts
  .refine((list) => list.length > 0 && list.every((part) => parseEncryptionKey(part) !== null), {
    error:
      'must be id:base64key[,id:base64key…], each key 32 bytes in base64 (for example from `openssl rand -base64 32`)',
  })
  .transform((list) => list.map((part) => parseEncryptionKey(part)!))
  .refine((keys) => new Set(keys.map(([id]) => id)).size === keys.length, { error: 'has two keys with the same id' });

function parseEncryptionKey(part: string): EncryptionKey | null {
  const match = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9+/_-]{43}=?)$/.exec(part);
  const key = match ? Buffer.from(match[2]!, 'base64') : null;
  return key?.length === 32 ? [match![1]!, key] : null;
}

function isCidr(part: string): boolean {
  const [address, bits, ...rest] = part.split('/');
  const version = isIP(address!);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function isHostPattern(part: string): boolean {
  return /^(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(part);
}

function isOrigin(part: string): boolean {
  return URL.canParse(part) && new URL(part).origin === part.replace(/\/$/, '') && /^https?:/.test(part);
}
