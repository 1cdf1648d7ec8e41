import { STATUS_CODES } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Connection } from './connection.js';
import type { ConnectionPool } from './connection-pool.js';
import type { Dial, DialPhase } from './dial.js';
import { describeFailure, type Failure } from './failure.js';
import { bodyText, headersText, maxKeptBytes, type ResponseHeaders } from './response-text.js';
import type { OutboundRequest, SendResult } from './send-result.js';

/** Beyond this an answer is not read on. */
export const maxBodyBytes = 256 * 1024;

/**
 * One request and its answer: what undici calls back, in one object. It ends exactly once, by the answer, a failure or
 * the deadline, whichever comes first; what undici says afterwards is ignored.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #startedAtMs = Date.now();
  readonly #started = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #options: Dispatcher.DispatchOptions;
  #connection: Connection;
  /** The dial this request went out over; null until it was written. */
  #dial: Dial | null = null;
  /** Whether the connection had been used before this exchange got it. */
  #isReused = false;
  #isResent = false;
  #isDone = false;
  #writtenMs = 0;
  #firstByteAtMs = 0;
  #endedMs = 0;
  #statusCode: number | null = null;
  #headers: ResponseHeaders | null = null;
  #bodyBytes = 0;
  #kept: Buffer | null = null;
  #keptBytes = 0;

  constructor(
    private readonly request: OutboundRequest,
    userAgent: readonly string[],
    private readonly pool: ConnectionPool,
    private readonly resolve: (result: SendResult) => void,
  ) {
    this.#options = {
      path: request.target.path,
      method: 'POST',
      headers: userAgent.length === 0 ? request.headers : [...userAgent, ...request.headers],
      body: request.body,
      blocking: false,
    };
    this.#timer = setTimeout(onDeadline, request.timeoutMs, this);
    this.#connection = pool.take(request.target.origin, this.#started);
    this.#isReused = this.#connection.dial !== null;
  }

  start(): void {
    this.#connection.dispatch(this.#options, this);
  }

  onRequestStart(): void {
    const { dial } = this.#connection;
    this.#writtenMs = performance.now();
    this.#dial = dial;
    if (dial) this.#isReused = dial.requestCount++ > 0;
  }

  /** The first byte of an answer, an informational one included. */
  onResponseStarted(): void {
    if (this.#firstByteAtMs === 0) this.#firstByteAtMs = performance.now();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number, headers: ResponseHeaders): void {
    if (statusCode < 200) return;
    this.#statusCode = statusCode;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isDone) return;
    this.#keep(chunk);
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes <= maxBodyBytes) return;
    this.#end(
      this.#statusOr({ errorCode: 'body_too_large', error: 'The answer has a body of more than 256 KiB.' }),
      false,
    );
    this.#connection.discard();
  }

  onResponseEnd(): void {
    if (this.#isDone) return;
    this.#end(this.#statusOr(null), true);
    this.pool.giveBack(this.#connection, this.#endedMs);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#isDone) return;
    const failure = describeFailure(error, this.#firstByteAtMs > 0);
    const abandoned = this.#connection;
    if (this.#mayResend(failure)) this.#resend();
    else this.#end(this.#statusOr(failure), false);
    abandoned.discard();
  }

  onDeadline(): void {
    if (this.#isDone) return;
    const error = `There was no complete answer within ${this.request.timeoutMs / 1_000} s: ${this.#whatWasMissing()}.`;
    this.#end(this.#statusOr({ errorCode: 'timeout', error }), false);
    this.#connection.discard();
  }

  /** A status outside 2xx is the failure, whatever befell its body afterwards. */
  #statusOr(failure: Failure | null): Failure | null {
    if (this.#statusCode === null || (this.#statusCode >= 200 && this.#statusCode < 300)) return failure;
    return { errorCode: 'status', error: describeStatus(this.#statusCode, this.#headers) };
  }

  /**
   * A kept-alive connection may have died unnoticed. When nothing at all came back over it, the request goes out once
   * more, over a connection that is certainly new.
   */
  #mayResend(failure: Failure): boolean {
    if (this.#isResent || !this.#isReused || this.#firstByteAtMs > 0) return false;
    if (failure.errorCode === 'reset') return true;
    // Not even written: something the receiver sent after its last answer has spoiled the connection.
    return failure.errorCode === 'protocol' && this.#dial === null && this.#connection.dial?.phase === 'open';
  }

  #resend(): void {
    this.#isResent = this.#dial !== null;
    this.#isReused = false;
    this.#dial = null;
    this.#connection = this.pool.makeNew(this.request.target.origin);
    this.start();
  }

  /** The first chunk is kept as it is; only a body that comes in several pieces is copied together. */
  #keep(chunk: Buffer): void {
    if (this.#kept === null) {
      this.#kept = chunk;
      this.#keptBytes = Math.min(chunk.length, maxKeptBytes);
      return;
    }
    if (this.#keptBytes >= maxKeptBytes) return;
    if (this.#kept.length !== maxKeptBytes) {
      const joined = Buffer.allocUnsafeSlow(maxKeptBytes);
      this.#kept.copy(joined, 0, 0, this.#keptBytes);
      this.#kept = joined;
    }
    this.#keptBytes += chunk.copy(this.#kept, this.#keptBytes);
  }

  #end(failure: Failure | null, isBodyComplete: boolean): void {
    this.#isDone = true;
    this.#endedMs = performance.now();
    clearTimeout(this.#timer);
    this.resolve(this.#result(failure, isBodyComplete));
    this.#kept = null;
  }

  #result(failure: Failure | null, isBodyComplete: boolean): SendResult {
    const dial = this.#dial ?? this.#connection.dial;
    const headers = this.#headers;
    const isWhole = isBodyComplete && this.#bodyBytes === this.#keptBytes;
    const isNewConnection = dial !== null && dial.requestCount <= (this.#dial === null ? 0 : 1);
    const retryAfter = headers?.['retry-after'];
    return {
      statusCode: this.#statusCode,
      errorCode: failure === null ? null : failure.errorCode,
      error: failure === null ? null : failure.error,
      remoteAddress: dial === null ? null : dial.remoteAddress,
      startedAtMs: this.#startedAtMs,
      durationMs: this.#endedMs - this.#started,
      timings: {
        dnsMs: isNewConnection ? dial.dnsMs : null,
        connectMs: isNewConnection ? dial.connectMs : null,
        tlsMs: isNewConnection ? dial.tlsMs : null,
        firstByteMs: this.#firstByteAtMs === 0 ? null : this.#firstByteAtMs - this.#writtenMs,
      },
      responseHeaders: headers === null ? null : headersText(headers),
      responseBody: headers === null ? null : this.#bodyText(isWhole),
      truncated: headers !== null && !isWhole,
      retryAfter: (Array.isArray(retryAfter) ? retryAfter[0] : retryAfter) ?? null,
      resent: this.#isResent,
    };
  }

  #bodyText(isWhole: boolean): string {
    return this.#kept === null ? '' : bodyText(this.#kept.subarray(0, this.#keptBytes), isWhole);
  }

  #whatWasMissing(): string {
    if (this.#statusCode !== null) return `the body did not end (${this.#bodyBytes} bytes came)`;
    if (this.#dial) return 'the receiver has the connection but did not answer';
    const { dial } = this.#connection;
    return dial === null ? 'no connection was begun' : missingInPhase[dial.phase];
  }
}

const missingInPhase: Record<DialPhase, string> = {
  dns: 'the name was still being resolved',
  connect: 'the connection was still being made',
  tls: 'the TLS handshake did not end',
  open: 'the request could not be written',
};

function onDeadline(exchange: Exchange): void {
  exchange.onDeadline();
}

function describeStatus(statusCode: number, headers: ResponseHeaders | null): string {
  const words = STATUS_CODES[statusCode];
  const status = words === undefined ? String(statusCode) : `${statusCode} ${words}`;
  const location = headers?.location;
  if (statusCode < 300 || statusCode > 399 || location === undefined) return `The receiver answered ${status}.`;
  return `The receiver answered ${status}, to ${String(location).slice(0, 300)}; redirects are never followed.`;
}
