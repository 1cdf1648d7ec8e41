import { errors } from 'undici';
import { DialError } from './dial-error.js';
import type { AttemptErrorCode } from './send-result.js';

export interface Failure {
  errorCode: AttemptErrorCode;
  /** One sentence. */
  error: string;
}

/** What a connection that broke, or an answer that is none, is called. `hasAnswerBegun` tells which it was. */
export function describeFailure(error: NodeJS.ErrnoException, hasAnswerBegun: boolean): Failure {
  if (error instanceof DialError) return { errorCode: error.errorCode, error: error.message };
  if (error instanceof errors.HTTPParserError) return describeParserError(error, hasAnswerBegun);
  const code = error.code ?? '';
  switch (code) {
    case 'UND_ERR_HEADERS_OVERFLOW':
      return { errorCode: 'protocol', error: 'The answer has more than 64 KiB of headers.' };
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return { errorCode: 'protocol', error: 'The body of the answer is not as long as its content-length says.' };
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_NOT_SUPPORTED':
      return { errorCode: 'protocol', error: `The request cannot be sent: ${error.message}.` };
    case 'UND_ERR_SOCKET':
      if (error.message === 'bad response' || error.message === 'bad upgrade') {
        return {
          errorCode: 'protocol',
          error: 'The answer is not one to a POST: it switches protocols or was not asked for.',
        };
      }
      return cutOff(hasAnswerBegun);
    case 'UND_ERR_DESTROYED':
    case 'UND_ERR_CLOSED':
      return { errorCode: 'reset', error: 'The sender was stopped before the answer came.' };
    case 'ECONNRESET':
    case 'EPIPE':
      return cutOff(hasAnswerBegun);
    default:
      if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
        return { errorCode: 'tls', error: `The TLS connection broke (${code}).` };
      }
      return { errorCode: 'reset', error: `The connection broke: ${error.message}.` };
  }
}

/** undici 7.30 gives these no usable code; the parser's own words stand in brackets at the end of the message. */
function describeParserError(error: Error, hasAnswerBegun: boolean): Failure {
  const reason = /\((.*)\)$/.exec(error.message)?.[1];
  if (reason?.includes('EOF')) return cutOff(hasAnswerBegun);
  const words = reason === undefined ? '' : `: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`;
  return { errorCode: 'protocol', error: `The answer is not valid HTTP/1.1${words}.` };
}

function cutOff(hasAnswerBegun: boolean): Failure {
  const when = hasAnswerBegun ? 'in the middle of the answer' : 'before answering';
  return { errorCode: 'reset', error: `The receiver closed the connection ${when}.` };
}
