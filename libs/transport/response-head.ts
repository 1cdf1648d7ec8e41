import { type BodyFraming, framingOf } from './body-framing.js';
import { Failure, invalidAnswer } from './failure.js';
import { listOf, parseFields } from './response-fields.js';
import { headersText, type ResponseHeaders } from './response-text.js';

/** The reason may be missing, with the space before it or without (RFC 9112 section 4): many servers leave it out. */
const statusLine = /^HTTP\/1\.(\d) ([1-9]\d\d)(?: .*)?$/;

/** NUL, and a CR that does not end a line, are dangerous wherever they are (RFC 9112 section 2.2, RFC 9110 section 5.5). */
const dangerous = /\0|\r(?!\n)/;

/** Status and headers of an answer, and what follows from them. The same object may serve every answer that begins alike. */
export class ResponseHead {
  #headersText: string | null = null;

  constructor(
    readonly statusCode: number,
    readonly headers: ResponseHeaders,
    readonly framing: BodyFraming,
    /** Whether the receiver lets the connection go on after this answer (RFC 9112 section 9.3). */
    readonly isKeptAlive: boolean,
    /** How long the receiver says that it keeps an idle connection, in milliseconds; null when it does not say. */
    readonly keptAliveMs: number | null,
  ) {}

  /** The first value of a header, by its name in lower case; null when it did not come. */
  first(name: string): string | null {
    const value = this.headers[name];
    return (typeof value === 'object' ? value[0] : value) ?? null;
  }

  /** The headers as they go on record. */
  get headersText(): string {
    this.#headersText ??= headersText(this.headers);
    return this.#headersText;
  }
}

/**
 * Takes a head apart: `text` has one character for each byte, up to the empty line at the end and with it. Lines may end
 * in LF alone (RFC 9112 section 2.2).
 */
export function parseResponseHead(text: string): ResponseHead | Failure {
  if (dangerous.test(text)) return invalidAnswer('its headers hold a NUL or a bare CR');
  // The empty line, and what comes after its end.
  const [first = '', ...lines] = text.split(/\r?\n/).slice(0, -2);
  const match = statusLine.exec(first);
  if (!match) return invalidAnswer('the status line is invalid');
  const minorVersion = Number(match[1]);
  const statusCode = Number(match[2]);
  const headers = parseFields(lines);
  if (headers instanceof Failure) return headers;
  const framing = framingOf(statusCode, minorVersion, headers);
  if (framing instanceof Failure) return framing;
  const isKeptAlive = framing.end !== 'close' && !framing.isDoubtful && isPersistent(minorVersion, headers);
  return new ResponseHead(statusCode, headers, framing, isKeptAlive, keptAliveMs(headers));
}

/** RFC 9112 section 9.3. */
function isPersistent(minorVersion: number, headers: ResponseHeaders): boolean {
  const options = listOf(headers.connection);
  if (options.includes('close')) return false;
  return minorVersion >= 1 || options.includes('keep-alive');
}

/** `Keep-Alive: timeout=5, max=100`: seconds. Never a standard, but widely sent (RFC 9112 section C.2.2). */
function keptAliveMs(headers: ResponseHeaders): number | null {
  for (const option of listOf(headers['keep-alive'])) {
    const match = /^timeout=\s*"?(\d{1,9})"?$/.exec(option);
    if (match) return Number(match[1]) * 1_000;
  }
  return null;
}
