import type { OnReadOpts, Socket } from 'node:net';
import { Dial, type DialTools } from './dial.js';
import type { DialError } from './dial-error.js';
import { brokenConnection, failedDial } from './failure.js';
import { ResponseParser, type ResponseReader } from './response-parser.js';
import type { SendTarget } from './target.js';

/** What travels over a connection: one request and the reader of its answer. */
export interface Carried extends ResponseReader {
  /** The connection is open, and what this answers goes out over it now; text has one byte for each character. */
  takeRequest(dial: Dial): string | Buffer;
  /** Bytes have come. */
  onBytes(): void;
}

/**
 * What plain connections read into, all of them: bytes are parsed, and copied if they are to be kept, before the next
 * read. It saves a Buffer and the machinery of streams for every read.
 */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * One HTTP/1.1 connection to one origin, from the dial on, carrying one request at a time. Its listeners are set once. When it
 * breaks, or the receiver says something unasked, while it carries nothing, then `onLost` is told.
 */
export class Connection {
  /** The making of this connection; not begun before the first request. */
  readonly dial: Dial;
  /** Until when it may stay idle; monotonic milliseconds. Kept here by the pool. */
  idleUntilMs = 0;
  #socket: Socket | null = null;
  #carried: Carried | null = null;
  #hasAnswerBegun = false;
  readonly #parser = new ResponseParser();

  constructor(
    readonly target: SendTarget,
    tools: DialTools,
    private readonly onLost: (connection: Connection) => void,
  ) {
    const onread: OnReadOpts = { buffer: readBuffer, callback: (length) => this.#onBytes(readBuffer, length) };
    this.dial = new Dial(target, tools, onread, (error, socket) => this.#onDialed(error, socket));
  }

  /** Sends what is to be carried as soon as the connection is open: at once if it has been used before. */
  carry(carried: Carried): void {
    this.#carried = carried;
    if (this.#socket === null) this.dial.start();
    else this.#send(this.#socket, carried);
  }

  /** The answer is complete, and the connection carries nothing any more. */
  release(): void {
    this.#carried = null;
  }

  /** Whether another request may go over it: open, not too old, and nothing of the last request still unsent. */
  isReusable(now: number, maxAgeMs: number): boolean {
    const socket = this.#socket;
    if (socket === null || socket.destroyed || !socket.writable) return false;
    return socket.writableLength === 0 && now - this.dial.openedAtMs < maxAgeMs;
  }

  /** Cuts it off at once, whatever it was doing; nobody hears of it any more. */
  discard(): void {
    this.#carried = null;
    this.dial.abort();
  }

  #onDialed(error: DialError | null, socket: Socket | null): void {
    const carried = this.#carried;
    if (carried === null) return;
    if (error !== null) return carried.onFailure(failedDial(error));
    if (socket === null) return;
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#onBytes(chunk, chunk.length));
    socket.on('end', () => this.#onEnd());
    socket.on('error', (broken) => this.#onError(broken));
    socket.on('close', () => this.#onEnd());
    this.#send(socket, carried);
  }

  #send(socket: Socket, carried: Carried): void {
    this.#hasAnswerBegun = false;
    this.#parser.begin(carried);
    this.dial.requestCount++;
    socket.write(carried.takeRequest(this.dial), 'latin1');
  }

  #onBytes(bytes: Buffer, length: number): boolean {
    if (this.#carried === null) this.onLost(this);
    else {
      this.#hasAnswerBegun = true;
      this.#carried.onBytes();
      this.#parser.read(bytes, length);
    }
    return true;
  }

  #onEnd(): void {
    if (this.#carried === null) this.onLost(this);
    else this.#parser.finish();
  }

  #onError(error: NodeJS.ErrnoException): void {
    if (this.#carried === null) this.onLost(this);
    else
      this.#carried.onFailure(
        brokenConnection(error, this.#hasAnswerBegun, this.target.identity?.hasCertificate === true),
      );
  }
}
