import { type Failure, invalidAnswer } from './failure.js';
import type { ResponseHeaders } from './response-text.js';

/** RFC 9110 section 5.6.2. */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * The fields of a head, by name in lower case (RFC 9112 section 5). `lines` are the lines after the status line, without
 * their ends. Repeated fields become lists. A line that goes on from the one before (obs-fold) is joined to it by a
 * space, as a client must (section 5.2).
 */
export function parseFields(lines: readonly string[]): ResponseHeaders | Failure {
  // Without a prototype, so that a header may be called `constructor` or `__proto__`.
  const headers: ResponseHeaders = Object.create(null);
  for (let i = 0; i < lines.length; ) {
    const line = lines[i++] ?? '';
    const colon = line.indexOf(':');
    // No space may stand before the colon (section 5.1), and none before the first name (section 2.2).
    if (colon === -1 || !token.test(line.slice(0, colon))) return invalidAnswer('a header line is invalid');
    let value = withoutOws(line.slice(colon + 1));
    for (; isFolded(lines[i]); i++) value = joinedFold(value, withoutOws(lines[i] ?? ''));
    addField(headers, line.slice(0, colon).toLowerCase(), value);
  }
  return headers;
}

/** All values of a field as one list (RFC 9110 section 5.6.1): trimmed, lower case, without empty members. */
export function listOf(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  const joined = typeof value === 'string' ? value : value.join(',');
  return joined
    .split(',')
    .map((member) => withoutOws(member).toLowerCase())
    .filter((member) => member !== '');
}

function addField(headers: ResponseHeaders, name: string, value: string): void {
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else if (typeof before === 'string') headers[name] = [before, value];
  else before.push(value);
}

function isFolded(line: string | undefined): boolean {
  return line !== undefined && (line.startsWith(' ') || line.startsWith('\t'));
}

function joinedFold(value: string, folded: string): string {
  return value === '' || folded === '' ? value + folded : `${value} ${folded}`;
}

/** Spaces and tabs only: `trim` would also take the byte 0xA0, which belongs to the value. */
function withoutOws(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isOws(text.charCodeAt(start))) start++;
  while (end > start && isOws(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isOws(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
