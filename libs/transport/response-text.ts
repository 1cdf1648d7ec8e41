/** Response parts as text that may be stored: PostgreSQL refuses NUL in `text`, and a lone surrogate is not UTF-8. */

export const maxKeptBytes = 16 * 1024;

export type ResponseHeaders = Record<string, string | string[] | undefined>;

/**
 * The body as text. `isWhole` is false when `bytes` were cut off somewhere: then a character that was cut in two at the
 * end is left out rather than shown as broken.
 */
export function bodyText(bytes: Buffer, isWhole: boolean): string {
  const end = isWhole ? bytes.length : wholeCharactersEnd(bytes);
  const text = bytes.toString('utf8', 0, end);
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}

/**
 * The headers as JSON object text of at most `maxBytes` bytes of UTF-8. Repeated values are joined by ", " (RFC 9110
 * section 5.3). What does not fit is left out, and a value that fits in part is cut and ends in "…".
 */
export function headersText(headers: ResponseHeaders, maxBytes: number = maxKeptBytes): string {
  const joined = withJoinedValues(headers);
  const text = JSON.stringify(joined);
  // Header bytes come as latin1 characters, at most two bytes of UTF-8 each: most answers need no closer look.
  if (text.length * 2 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
  return shortenedHeadersText(joined, maxBytes);
}

/** The headers themselves when, as nearly always, none is repeated. */
function withJoinedValues(headers: ResponseHeaders): Record<string, string> {
  const isRepeated = Object.values(headers).some((value) => typeof value !== 'string');
  if (!isRepeated) return headers as Record<string, string>;
  // Without a prototype, so that a header named __proto__ is a header like any other.
  const joined = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(headers))
    joined[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  return joined;
}

function shortenedHeadersText(headers: Record<string, string>, maxBytes: number): string {
  const members: string[] = [];
  let left = maxBytes - '{}'.length;
  for (const [name, value] of Object.entries(headers)) {
    const member = memberWithin(name, value, left);
    if (member === null) continue;
    members.push(member);
    left -= Buffer.byteLength(member) + ','.length;
  }
  return `{${members.join(',')}}`;
}

function memberWithin(name: string, value: string, maxBytes: number): string | null {
  const whole = `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  if (Buffer.byteLength(whole) <= maxBytes) return whole;
  // An escaped control character is the longest: six bytes.
  const room = Math.floor((maxBytes - Buffer.byteLength(JSON.stringify(name)) - ':"…"'.length - 2) / 6);
  return room < 16 ? null : `${JSON.stringify(name)}:${JSON.stringify(`${value.slice(0, room)}…`)}`;
}

/** Where the last whole UTF-8 character ends; broken bytes before it are of no concern. */
function wholeCharactersEnd(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}
