import { type Failure, refusedRequest } from './failure.js';

/** RFC 9110 section 5.6.2. */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What a field value may not hold: line breaks and other control characters, and what is not one byte (section 5.5). */
const notInValues = /[^\t\x20-\x7e\x80-\xff]/;

/** Written by us, or about the connection, which is ours alone: a second one could make two requests out of one. */
const reservedNames = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const maxNamesKnown = 1_000;
/** Names that were looked at before and may be sent: the same few come with every request. */
const knownNames = new Set<string>();

/**
 * `head` with these fields (flat name, value pairs) added. They were checked when they were configured, and are checked here
 * again: a line break that slipped through would be a second request in our name.
 */
export function withFields(head: string, fields: readonly string[]): string | Failure {
  let text = head;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    const value = fields[i + 1] ?? '';
    if (!knownNames.has(name) && !mayBeSent(name)) return refusedRequest(`no header may be called ${quoted(name)}`);
    if (notInValues.test(value)) return refusedRequest(`the header ${name} has a character that may not be sent`);
    text += `${name}: ${value}\r\n`;
  }
  return text;
}

/**
 * The whole request in one piece, so that it leaves with one write, and in one packet if it fits. As text with one byte for
 * each character where it is that, because a socket takes such text as it is and nothing is copied here: 4 to 6 µs of
 * CPU less than with a Buffer.
 */
export function wholeRequest(fields: string, body: string | Buffer): string | Buffer {
  const bodyBytes = Buffer.byteLength(body);
  const head = `${fields}content-length: ${bodyBytes}\r\n\r\n`;
  if (typeof body !== 'string') return Buffer.concat([Buffer.from(head, 'latin1'), body]);
  // As many bytes as characters: all of it is ASCII.
  if (bodyBytes === body.length) return head + body;
  const bytes = Buffer.allocUnsafe(head.length + bodyBytes);
  bytes.write(head, 0, 'latin1');
  bytes.write(body, head.length, 'utf8');
  return bytes;
}

function mayBeSent(name: string): boolean {
  if (!token.test(name) || reservedNames.has(name.toLowerCase())) return false;
  if (knownNames.size < maxNamesKnown) knownNames.add(name);
  return true;
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
