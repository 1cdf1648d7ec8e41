import { STATUS_CODES } from 'node:http';
import type { Carried, Connection } from './connection.js';
import type { ConnectionPool } from './connection-pool.js';
import type { Dial, DialPhase } from './dial.js';
import { bodyTooLarge, Failure } from './failure.js';
import { KeptBody } from './kept-body.js';
import { wholeRequest, withFields } from './request-text.js';
import type { ResponseHead } from './response-head.js';
import type { OutboundRequest, SendResult } from './send-result.js';

/** Beyond this an answer is not read on. */
const maxBodyBytes = 256 * 1024;

/**
 * One request and its answer: what its connection calls back, in one object. It ends exactly once, by the answer, a
 * failure or the deadline, whichever comes first.
 */
export class Exchange implements Carried {
  readonly #startedAtMs = Date.now();
  readonly #started = performance.now();
  readonly #timer: NodeJS.Timeout;
  /** The head of the request, without the length of its body. */
  #requestHead = '';
  #connection: Connection | null = null;
  /** The dial this request went out over; null until it was written. */
  #dial: Dial | null = null;
  #isResent = false;
  #isDone = false;
  #writtenMs = 0;
  #firstByteAtMs = 0;
  #endedMs = 0;
  #head: ResponseHead | null = null;
  #body: KeptBody | null = null;

  constructor(
    private readonly request: OutboundRequest,
    private readonly pool: ConnectionPool,
    private readonly resolve: (result: SendResult) => void,
  ) {
    this.#timer = setTimeout(onDeadline, request.timeoutMs, this);
  }

  /** `userAgent`: a header line that goes out before the request's own, or nothing. */
  start(userAgent: string): void {
    const { target, headers } = this.request;
    const requestHead = withFields(target.requestStart + userAgent, headers);
    if (requestHead instanceof Failure) return this.#end(requestHead, false);
    this.#requestHead = requestHead;
    this.#goOver(this.pool.take(target, this.#started));
  }

  takeRequest(dial: Dial): string | Buffer {
    this.#dial = dial;
    this.#writtenMs = performance.now();
    return wholeRequest(this.#requestHead, this.request.body);
  }

  onBytes(): void {
    if (this.#firstByteAtMs === 0) this.#firstByteAtMs = performance.now();
  }

  onHead(head: ResponseHead): void {
    this.#head = head;
  }

  onBody(bytes: Buffer, start: number, end: number): void {
    // A piece may hold many chunks, of which one was the last straw.
    if (this.#isDone) return;
    this.#body ??= new KeptBody();
    this.#body.add(bytes, start, end);
    if (this.#body.length <= maxBodyBytes) return;
    this.#end(this.#statusOr(bodyTooLarge), false);
    this.#connection?.discard();
  }

  onEnd(mayGoOn: boolean): void {
    if (this.#isDone) return;
    this.#end(this.#statusOr(null), true);
    if (this.#connection === null) return;
    if (mayGoOn) this.pool.giveBack(this.#connection, this.#endedMs, this.#head?.keptAliveMs ?? null);
    else this.#connection.discard();
  }

  onFailure(failure: Failure): void {
    if (this.#isDone) return;
    this.#connection?.discard();
    if (this.#mayResend(failure)) this.#resend();
    else this.#end(this.#statusOr(failure), false);
  }

  onDeadline(): void {
    if (this.#isDone) return;
    const error = `There was no complete answer within ${this.request.timeoutMs / 1_000} s: ${this.#whatWasMissing()}.`;
    this.#end(this.#statusOr(new Failure('timeout', error)), false);
    this.#connection?.discard();
  }

  /** A status outside 2xx is the failure, whatever befell its body afterwards. */
  #statusOr(failure: Failure | null): Failure | null {
    const head = this.#head;
    if (head === null || (head.statusCode >= 200 && head.statusCode < 300)) return failure;
    return new Failure('status', describeStatus(head));
  }

  /**
   * A kept-alive connection may have died unnoticed. When nothing at all came back over it, the request goes out once
   * more, over a connection that is certainly new (RFC 9112 section 9.3.1 leaves that to whoever knows that it does no
   * harm: a delivery may arrive twice).
   */
  #mayResend(failure: Failure): boolean {
    const wasUsedBefore = this.#dial !== null && this.#dial.requestCount > 1;
    return failure.errorCode === 'reset' && wasUsedBefore && !this.#isResent && this.#firstByteAtMs === 0;
  }

  #resend(): void {
    this.#isResent = true;
    this.#dial = null;
    this.#goOver(this.pool.makeNew(this.request.target));
  }

  #goOver(connection: Connection): void {
    this.#connection = connection;
    connection.carry(this);
  }

  #end(failure: Failure | null, isComplete: boolean): void {
    this.#isDone = true;
    this.#endedMs = performance.now();
    clearTimeout(this.#timer);
    this.resolve(this.#result(failure, isComplete));
    this.#body = null;
  }

  #result(failure: Failure | null, isComplete: boolean): SendResult {
    const dial = this.#dial ?? this.#connection?.dial ?? null;
    const head = this.#head;
    const body = this.#body;
    const isNewConnection = dial !== null && dial.requestCount <= 1;
    return {
      statusCode: head === null ? null : head.statusCode,
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
      responseHeaders: head === null ? null : head.headersText,
      responseBody: head === null ? null : body === null ? '' : body.text(isComplete),
      truncated: head !== null && !(isComplete && (body === null || body.isWhole)),
      retryAfter: head === null ? null : head.first('retry-after'),
      resent: this.#isResent,
      ...(this.request.wantsCertificate ? { certificateEndsAt: dial?.certificateEndsAt() ?? null } : {}),
    };
  }

  #whatWasMissing(): string {
    if (this.#head !== null) return `the body did not end (${this.#body?.length ?? 0} bytes came)`;
    if (this.#dial !== null) return 'the receiver has the connection but did not answer';
    if (this.#connection === null) return 'no connection was begun';
    const { phase, isTunnelling } = this.#connection.dial;
    return isTunnelling ? 'the egress proxy had not opened a tunnel yet' : missingInPhase[phase];
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

function describeStatus(head: ResponseHead): string {
  const words = STATUS_CODES[head.statusCode];
  const status = words === undefined ? String(head.statusCode) : `${head.statusCode} ${words}`;
  const location = head.first('location');
  if (head.statusCode < 300 || head.statusCode > 399 || location === null) {
    return `The receiver answered ${status}.`;
  }
  return `The receiver answered ${status}, to ${location.slice(0, 300)}; redirects are never followed.`;
}
