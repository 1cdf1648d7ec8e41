import { type Failure, invalidAnswer } from './failure.js';
import { listOf } from './response-fields.js';
import type { ResponseHeaders } from './response-text.js';

/** How it is known where the body of an answer ends (RFC 9112 section 6.3). */
export interface BodyFraming {
  readonly end: 'none' | 'length' | 'chunked' | 'close';
  /** Bytes of the body, for `length`. */
  readonly length: number;
  /** Nobody can be sure where this answer ends: nothing may follow it on the same connection. */
  readonly isDoubtful: boolean;
}

const noBody: BodyFraming = { end: 'none', length: 0, isDoubtful: false };
const untilClose: BodyFraming = { end: 'close', length: 0, isDoubtful: false };
const chunked: BodyFraming = { end: 'chunked', length: 0, isDoubtful: false };
const doubtfullyChunked: BodyFraming = { end: 'chunked', length: 0, isDoubtful: true };

/** Of an answer to a POST. `minorVersion` is 0 for HTTP/1.0. */
export function framingOf(statusCode: number, minorVersion: number, headers: ResponseHeaders): BodyFraming | Failure {
  // Whatever they declare: a 304 gives the length that a 200 would have had.
  if (statusCode === 204 || statusCode === 304) return noBody;
  if (headers['transfer-encoding'] !== undefined) return codedFraming(minorVersion, headers);
  if (headers['content-length'] !== undefined) return lengthFraming(headers['content-length']);
  return untilClose;
}

/**
 * Chunks if that is the last coding, else the end of the connection; codings below it are left as they are. What should not
 * be there beside it is passed over, but speaks of somebody who put the answer together badly on its way: a length, a
 * second `chunked`, and any coding in HTTP/1.0 (section 6.1).
 */
function codedFraming(minorVersion: number, headers: ResponseHeaders): BodyFraming | Failure {
  const codings = listOf(headers['transfer-encoding']);
  if (/^chunked\s*;/.test(codings.at(-1) ?? '')) return invalidAnswer('its transfer-encoding has parameters');
  if (codings.at(-1) !== 'chunked') return untilClose;
  const isDoubtful =
    codings.indexOf('chunked') < codings.length - 1 || headers['content-length'] !== undefined || minorVersion === 0;
  return isDoubtful ? doubtfullyChunked : chunked;
}

/** The same length may be given several times; anything else that is not one number is an error (section 6.3). */
function lengthFraming(values: string | string[]): BodyFraming | Failure {
  const [first = '', ...others] = listOf(values);
  if (!/^\d+$/.test(first)) return invalidAnswer('its content-length is not a number');
  if (others.some((other) => other !== first)) return invalidAnswer('it has two different content-lengths');
  const length = Number(first);
  if (!Number.isSafeInteger(length)) return invalidAnswer('its content-length is too large a number');
  return length === 0 ? noBody : { end: 'length', length, isDoubtful: false };
}
