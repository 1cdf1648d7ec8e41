import { randomFillSync } from 'node:crypto';

/**
 * Ids are UUIDv7 (RFC 9562) inside and TypeIDs (a prefix and 26 base32 characters of the same 128 bits) outside, so
 * that id order is time order in the database and a human sees what an id stands for.
 */
export type IdPrefix = 'ten' | 'key' | 'ep' | 'sub' | 'evt' | 'dlv' | 'dl' | 'rpl' | 'sec' | 'aud';

export const ID_PREFIXES: readonly IdPrefix[] = ['ten', 'key', 'ep', 'sub', 'evt', 'dlv', 'dl', 'rpl', 'sec', 'aud'];

/** A UUID in its canonical lower-case form of 36 characters. */
export type Uuid = string;

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Random bytes are drawn 4 KiB at a time: one system call for some four hundred ids instead of one each. */
const pool = Buffer.alloc(4096);
let poolOffset = pool.length;

let lastMs = 0;
let sequence = 0;
/** The part of an id that only the millisecond says: it is written once for all ids of one. */
let timePart = '';
let timePartMs = -1;

/**
 * A new UUIDv7 for `nowMs` (epoch milliseconds). Ids made by one process never go backwards: within a millisecond, or
 * while the clock stands behind the last id, a 12-bit sequence counts up and then borrows from the future.
 */
export function newUuid(nowMs: number): Uuid {
  const ms = Math.floor(nowMs);
  if (poolOffset + 9 > pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  if (ms > lastMs) {
    lastMs = ms;
    // Start low enough that a burst within the millisecond has room to count.
    sequence = (pool[poolOffset]! << 3) & 0x7ff;
  } else if (++sequence > 0xfff) {
    lastMs += 1;
    sequence = 0;
  }
  if (timePartMs !== lastMs) {
    const time = lastMs.toString(16).padStart(12, '0');
    timePart = `${time.slice(0, 8)}-${time.slice(8)}-7`;
    timePartMs = lastMs;
  }
  const at = poolOffset + 1;
  poolOffset += 9;
  return (
    `${timePart}${HEX[sequence >> 8]![1]}${HEX[sequence & 0xff]}-` +
    `${HEX[(pool[at]! & 0x3f) | 0x80]}${HEX[pool[at + 1]!]}-` +
    `${HEX[pool[at + 2]!]}${HEX[pool[at + 3]!]}${HEX[pool[at + 4]!]}${HEX[pool[at + 5]!]}${HEX[pool[at + 6]!]}${HEX[pool[at + 7]!]}`
  );
}

/** The smallest id that a UUIDv7 made at or after `ms` can have: the lower bound of a day's partition or of `since`. */
export function uuidFloor(ms: number): Uuid {
  const time = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/** When a UUIDv7 was made, in epoch milliseconds. */
export function uuidTime(id: Uuid): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const DECODE = new Map(Array.from(ALPHABET, (char, value) => [char, BigInt(value)]));
const PAIRS: readonly string[] = Array.from(
  { length: 1024 },
  (_, value) => ALPHABET[value >> 5]! + ALPHABET[value & 31]!,
);

/** Where five hexadecimal digits (20 bits, two pairs of base32 digits) stand in the canonical form, six times. */
const GROUPS = [
  [2, 3, 4, 5, 6],
  [7, 9, 10, 11, 12],
  [14, 15, 16, 17, 19],
  [20, 21, 22, 24, 25],
  [26, 27, 28, 29, 30],
  [31, 32, 33, 34, 35],
] as const;

/** `01890a5d-…` → `01h455vb4pex5vsknk084sn02q`: Crockford base32 of the 128 bits, most significant first. */
export function encodeUuid(id: Uuid): string {
  // 130 bits in 13 pairs of base32 digits; the first pair holds only 8 of its 10 bits. By character codes, for it runs
  // several times for each delivery, and parseInt of pieces takes five times as long.
  let text = PAIRS[(hexDigit(id, 0) << 4) | hexDigit(id, 1)]!;
  for (const [a, b, c, d, e] of GROUPS) {
    const high = (hexDigit(id, a) << 6) | (hexDigit(id, b) << 2) | (hexDigit(id, c) >> 2);
    const low = ((hexDigit(id, c) & 3) << 8) | (hexDigit(id, d) << 4) | hexDigit(id, e);
    text += PAIRS[high]! + PAIRS[low]!;
  }
  return text;
}

/** Where the pairs of hexadecimal digits stand in the canonical form (RFC 9562, section 4). */
const DIGIT_PAIRS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/** Writes the 16 bytes of an id, and answers where the next thing goes. */
export function writeUuid(target: Uint8Array, at: number, id: Uuid): number {
  let place = at;
  for (const pair of DIGIT_PAIRS) target[place++] = (hexDigit(id, pair) << 4) | hexDigit(id, pair + 1);
  return place;
}

/** The value of a hexadecimal digit in either case. */
function hexDigit(text: string, at: number): number {
  const char = text.charCodeAt(at);
  return (char & 15) + (char >> 6) * 9;
}

/** The inverse of {@link encodeUuid}; null when the text is not 26 digits of base32 or overflows 128 bits. */
export function decodeUuid(text: string): Uuid | null {
  if (text.length !== 26 || text[0]! > '7') return null;
  let bits = 0n;
  for (const char of text) {
    const value = DECODE.get(char);
    if (value === undefined) return null;
    bits = (bits << 5n) | value;
  }
  const hex = bits.toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The outside form of an id: `toTypeId('evt', uuid)` → `evt_01h455vb4pex5vsknk084sn02q`. */
export function toTypeId(prefix: IdPrefix, id: Uuid): string {
  return `${prefix}_${encodeUuid(id)}`;
}

/** {@link toTypeId} for a column that may be empty. */
export function toTypeIdOrNull(prefix: IdPrefix, id: Uuid | null): string | null {
  return id === null ? null : toTypeId(prefix, id);
}

/** The UUID inside an id of the given kind; null when the text is not such an id. */
export function parseTypeId(prefix: IdPrefix, text: string): Uuid | null {
  if (!text.startsWith(`${prefix}_`)) return null;
  return decodeUuid(text.slice(prefix.length + 1));
}

/** Whether a text looks like one of our ids: an owner's `uid` must not, or the two could not be told apart. */
export function hasIdPrefix(text: string): boolean {
  return text.startsWith('att_') || ID_PREFIXES.some((prefix) => text.startsWith(`${prefix}_`));
}

/** An attempt's id: its delivery's 26 characters and its number, so that the row is found without an index of its own. */
export function toAttemptId(deliveryId: Uuid, number: number): string {
  return `att_${encodeUuid(deliveryId)}_${number}`;
}

/** The inverse of {@link toAttemptId}; null when the text is no attempt id. */
export function parseAttemptId(text: string): { deliveryId: Uuid; number: number } | null {
  const match = /^att_([0-9a-z]{26})_([1-9][0-9]{0,8})$/.exec(text);
  const deliveryId = match ? decodeUuid(match[1]!) : null;
  return deliveryId === null ? null : { deliveryId, number: Number(match![2]) };
}
