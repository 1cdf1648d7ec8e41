import type { DialError } from './dial-error.js';
import type { AttemptErrorCode } from './send-result.js';
import { certificateAlert } from './tls-alerts.js';

/** Why there is no answer, or none that counts. A value, not an exception: receivers do this all day. */
export class Failure {
  constructor(
    readonly errorCode: AttemptErrorCode,
    /** One sentence. */
    readonly error: string,
  ) {}
}

export const headersTooLarge = new Failure('protocol', 'The answer has more than 64 KiB of headers.');
export const bodyTooLarge = new Failure('body_too_large', 'The answer has a body of more than 256 KiB.');
export const lengthMismatch = new Failure(
  'protocol',
  'The body of the answer is not as long as its content-length says.',
);
export const protocolSwitch = new Failure('protocol', 'The answer is not one to a POST: it switches protocols.');

/** `words` say what is wrong with the answer. */
export function invalidAnswer(words: string): Failure {
  return new Failure('protocol', `The answer is not valid HTTP/1.1: ${words}.`);
}

/** `words` say what of the request may not be sent. */
export function refusedRequest(words: string): Failure {
  return new Failure('protocol', `The request cannot be sent: ${words}.`);
}

export function cutOff(hasAnswerBegun: boolean): Failure {
  const when = hasAnswerBegun ? 'in the middle of the answer' : 'before answering';
  return new Failure('reset', `The receiver closed the connection ${when}.`);
}

/**
 * What a connection that broke is called. With TLS 1.3 the client is through with the handshake before the receiver has
 * looked at its certificate, so that a refusal may come this late.
 */
export function brokenConnection(
  error: NodeJS.ErrnoException,
  hasAnswerBegun: boolean,
  hasCertificate: boolean,
): Failure {
  const code = error.code ?? '';
  const alert = certificateAlert(error);
  if (alert !== null) return refusedCertificate(alert, hasCertificate);
  if (code === 'ECONNRESET' || code === 'EPIPE') return cutOff(hasAnswerBegun);
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
    return new Failure('tls', `The TLS connection broke (${code}).`);
  }
  return new Failure('reset', `The connection broke: ${error.message}.`);
}

/** `alert`: what the receiver said. Without a certificate of ours it is a matter of TLS, with one of who we are. */
export function refusedCertificate(alert: string, hasCertificate: boolean): Failure {
  return hasCertificate
    ? new Failure('auth', `The receiver refused the client certificate: ${alert}.`)
    : new Failure('tls', `The receiver ended the TLS handshake and wants a client certificate: ${alert}.`);
}

/** What a connection that did not come about is called. */
export function failedDial(error: DialError): Failure {
  return new Failure(error.errorCode, error.message);
}
