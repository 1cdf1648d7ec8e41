import type { SendTarget } from './target.js';

export type AttemptErrorCode =
  | 'status'
  | 'timeout'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'reset'
  | 'blocked_address'
  | 'protocol'
  | 'body_too_large'
  | 'auth'
  | 'proxy';

export interface OutboundRequest {
  target: SendTarget;
  /** Flat name, value pairs. `host`, `content-length` and (if the sender has one) `user-agent` are added. */
  headers: string[];
  /** The very bytes that were signed. */
  body: string | Buffer;
  /** For the whole exchange, from looking up the name to the last byte of the answer, a resend included. */
  timeoutMs: number;
  /** Whether the result shall say until when the receiver's certificate is valid. */
  wantsCertificate?: boolean;
}

/** Milliseconds each phase took, of the connection the answer (or the failure) came over. */
export interface SendTimings {
  /** Null when nothing was looked up: an address in the URL, or a connection used before. */
  dnsMs: number | null;
  /** TCP, and the CONNECT of a proxy. Null on a connection used before. */
  connectMs: number | null;
  /** TLS handshake. Null for http and on a connection used before. */
  tlsMs: number | null;
  /** From handing the request to the connection to the first byte of the answer. */
  firstByteMs: number | null;
}

/** What became of one request. Every receiver, however broken, ends in one of these. */
export interface SendResult {
  statusCode: number | null;
  /** Null only for a 2xx whose answer came whole and in time. */
  errorCode: AttemptErrorCode | null;
  /** One sentence for the person looking at the attempt; null exactly when `errorCode` is. */
  error: string | null;
  remoteAddress: string | null;
  /** Unix milliseconds, this process's clock. */
  startedAtMs: number;
  durationMs: number;
  timings: SendTimings;
  /** JSON object text, names in lower case, repeated values joined by ", ", at most 16 KiB of UTF-8. */
  responseHeaders: string | null;
  /** First 16 KiB, as UTF-8 text that PostgreSQL accepts: NUL and broken bytes are U+FFFD. */
  responseBody: string | null;
  /** True when `responseBody` is not the whole body. */
  truncated: boolean;
  /** The Retry-After header as it came. */
  retryAfter: string | null;
  /** True when a kept-alive connection turned out to be dead and the request was sent a second time. */
  resent: boolean;
  /** The end of the receiver's certificate, where it was asked for and there was one. */
  certificateEndsAt?: Date | null;
}
