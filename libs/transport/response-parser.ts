import { type BodyReader, ChunkedBody } from './chunked-body.js';
import { cutOff, Failure, headersTooLarge, invalidAnswer, lengthMismatch, protocolSwitch } from './failure.js';
import { HeadCollector } from './head-collector.js';
import { HeadMemo } from './head-memo.js';
import { parseResponseHead, type ResponseHead } from './response-head.js';

/** What an answer says, in this order: the head, the body piece by piece, and then either its end or a failure. */
export interface ResponseReader extends BodyReader {
  /** Not for informational answers (1xx): they are skipped. */
  onHead(head: ResponseHead): void;
  /** `mayGoOn`: another request may follow on the same connection. */
  onEnd(mayGoOn: boolean): void;
  onFailure(failure: Failure): void;
}

/** Of an answer, those of its informational ones included, so that a flood of them ends too. */
const maxHeadBytes = 64 * 1024;

const protocolName = 'HTTP/1.';
const otherProtocol = invalidAnswer('the status line is invalid');

/**
 * Reads the answers that come over one connection, one at a time: HTTP/1.1 as in RFC 9112, to requests that are never
 * HEAD or CONNECT. Knows no sockets: bytes go in, calls to the reader come out.
 */
export class ResponseParser {
  readonly #memo = new HeadMemo();
  readonly #collector = new HeadCollector();
  #reader: ResponseReader | null = null;
  #headBytes = 0;
  #head: ResponseHead | null = null;
  /** Of a body that has a length. */
  #bytesLeft = 0;
  #chunks: ChunkedBody | null = null;

  /** A request was sent: whatever comes now is the answer to it. */
  begin(reader: ResponseReader): void {
    this.#reader = reader;
    this.#head = null;
    this.#headBytes = 0;
    this.#collector.clear();
  }

  /** Takes in the first `length` bytes; nothing of `bytes` is needed afterwards. */
  read(bytes: Buffer, length: number): void {
    let at = 0;
    while (this.#reader !== null && this.#head === null && at < length)
      at = this.#readHead(this.#reader, bytes, at, length);
    if (this.#reader !== null && this.#head !== null) this.#readBody(this.#reader, this.#head, bytes, at, length);
  }

  /** The receiver will say no more. */
  finish(): void {
    const head = this.#head;
    if (head === null) this.#fail(cutOff(this.#headBytes > 0));
    else if (head.framing.end === 'close') this.#end(false);
    // One that announces the end and keeps to it has miscounted; any other has broken off.
    else this.#fail(head.framing.end === 'length' && !head.isKeptAlive ? lengthMismatch : cutOff(true));
  }

  #readHead(reader: ResponseReader, bytes: Buffer, start: number, end: number): number {
    const lengthBefore = this.#collector.text.length;
    const known = lengthBefore === 0 ? this.#memo.headAt(bytes, start, end) : null;
    if (known !== null) {
      this.#beginBody(reader, known);
      return start + this.#memo.length;
    }
    const found = this.#collector.take(bytes, start, end);
    const stop = found === -1 ? end : found;
    this.#headBytes += stop - start;
    if (this.#headBytes > maxHeadBytes) this.#fail(headersTooLarge);
    else if (lengthBefore < protocolName.length && !isHttp(this.#collector.text)) this.#fail(otherProtocol);
    else if (found !== -1) this.#endHead(reader);
    return stop;
  }

  #endHead(reader: ResponseReader): void {
    const { text } = this.#collector;
    this.#collector.clear();
    const head = parseResponseHead(text);
    if (head instanceof Failure) this.#fail(head);
    else if (head.statusCode === 101) this.#fail(protocolSwitch);
    else if (head.statusCode >= 200) {
      this.#memo.keep(head, text);
      this.#beginBody(reader, head);
    }
  }

  #beginBody(reader: ResponseReader, head: ResponseHead): void {
    this.#head = head;
    this.#bytesLeft = head.framing.length;
    this.#chunks = head.framing.end === 'chunked' ? new ChunkedBody(reader) : null;
    reader.onHead(head);
  }

  #readBody(reader: ResponseReader, head: ResponseHead, bytes: Buffer, start: number, end: number): void {
    switch (head.framing.end) {
      case 'none':
        return this.#end(head.isKeptAlive && start === end);
      case 'length':
        return this.#readLength(reader, head, bytes, start, end);
      case 'chunked':
        return this.#readChunks(head, bytes, start, end);
      case 'close':
        if (start < end) reader.onBody(bytes, start, end);
    }
  }

  #readLength(reader: ResponseReader, head: ResponseHead, bytes: Buffer, start: number, end: number): void {
    const stop = Math.min(end, start + this.#bytesLeft);
    if (start < stop) reader.onBody(bytes, start, stop);
    this.#bytesLeft -= stop - start;
    if (this.#bytesLeft === 0) this.#end(head.isKeptAlive && stop === end);
  }

  #readChunks(head: ResponseHead, bytes: Buffer, start: number, end: number): void {
    const chunks = this.#chunks;
    if (chunks === null) return;
    const stop = chunks.read(bytes, start, end);
    if (chunks.failure !== null) this.#fail(chunks.failure);
    else if (chunks.isDone) this.#end(head.isKeptAlive && stop === end);
  }

  #end(mayGoOn: boolean): void {
    this.#letGo()?.onEnd(mayGoOn);
  }

  #fail(failure: Failure): void {
    this.#letGo()?.onFailure(failure);
  }

  /** An idle connection must hold nothing of the request that it carried last. */
  #letGo(): ResponseReader | null {
    const reader = this.#reader;
    this.#reader = null;
    this.#chunks = null;
    return reader;
  }
}

/** As far as it has come: a server that speaks first, and another protocol, and then waits, is found out at once. */
function isHttp(text: string): boolean {
  return text.length < protocolName.length ? protocolName.startsWith(text) : text.startsWith(protocolName);
}
