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
 * The headers, whose names are HTTP tokens in lower case, as JSON object text of at most `maxBytes` bytes of UTF-8. Repeated values are joined by ", " (RFC 9110
 * section 5.3). What does not fit is left out, and a value that fits in part is cut and ends in "…".
 */
export function headersText(headers: ResponseHeaders, maxBytes: number = maxKeptBytes): string {
  // Put together by hand: twice as fast as JSON.stringify over a copy, and this runs once per request.
  let text = '{';
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) text += `${text.length > 1 ? ',' : ''}"${name}":${quoted(joined(value))}`;
  }
  text += '}';
  // Header bytes come as latin1 characters, at most two bytes of UTF-8 each: most answers need no closer look.
  if (text.length * 2 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
  return shortenedHeadersText(headers, maxBytes);
}

function joined(value: string | string[]): string {
  return typeof value === 'string' ? value : value.join(', ');
}

/** As JSON. Nearly all values need no escapes. */
function quoted(value: string): string {
  return /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(value) ? `"${value}"` : JSON.stringify(value);
}

function shortenedHeadersText(headers: ResponseHeaders, maxBytes: number): string {
  const members: string[] = [];
  let left = maxBytes - '{}'.length;
  for (const [name, value] of Object.entries(headers)) {
    const member = value === undefined ? null : memberWithin(name, joined(value), left);
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
