import { type Failure, invalidAnswer } from './failure.js';

/** Takes in a body piece by piece. The bytes are lent: what is wanted of them has to be copied before returning. */
export interface BodyReader {
  onBody(bytes: Buffer, start: number, end: number): void;
}

/** Extensions and trailers together. The RFC asks for a limit (section 7.1.1), and hardly anybody sends any. */
const maxIgnoredBytes = 64 * 1024;

/** Reading a chunk costs the same however little is in it: a body of 256 KiB in single bytes would keep us busy for 100 ms. */
const maxChunks = 16 * 1024;

/** Some servers pad the size with spaces; what follows a semicolon are extensions. */
const sizeLine = /^([0-9a-fA-F]+)[ \t]*(?:;.*)?$/;

const lineFeed = 0x0a;

/**
 * One body in chunks, as it comes in (RFC 9112 section 7.1). Extensions and trailers are ignored (sections 7.1.1 and
 * 7.1.2). Lines end in CRLF and nothing else: laxness about chunks is how requests get smuggled.
 */
export class ChunkedBody {
  isDone = false;
  failure: Failure | null = null;
  #next: 'size' | 'data' | 'end of data' | 'trailer' = 'size';
  /** The line at hand, as far as it has come. */
  #line = '';
  /** What is left of the chunk at hand. */
  #bytesLeft = 0;
  #ignoredBytes = 0;
  #chunkCount = 0;

  constructor(private readonly reader: BodyReader) {}

  /** Reads from `start`, at most up to `end`. Answers where it stopped: before `end` when the body is done, or invalid. */
  read(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && !this.isDone && this.failure === null) {
      at = this.#next === 'data' ? this.#readData(bytes, at, end) : this.#readLine(bytes, at, end);
    }
    return at;
  }

  #readData(bytes: Buffer, start: number, end: number): number {
    const stop = Math.min(end, start + this.#bytesLeft);
    this.reader.onBody(bytes, start, stop);
    this.#bytesLeft -= stop - start;
    if (this.#bytesLeft === 0) this.#next = 'end of data';
    return stop;
  }

  #readLine(bytes: Buffer, start: number, end: number): number {
    const found = bytes.indexOf(lineFeed, start);
    const isWhole = found !== -1 && found < end;
    const stop = isWhole ? found + 1 : end;
    this.#line += bytes.toString('latin1', start, stop);
    if (isWhole) this.#endLine();
    else if (!this.#mayGoOn()) this.failure = invalidAnswer('a line between its chunks is invalid');
    return stop;
  }

  /** Whether the line at hand may still become a valid one. What is wrong already should not have to wait for the deadline. */
  #mayGoOn(): boolean {
    if (this.#line.length > maxIgnoredBytes) return false;
    if (this.#next === 'size') return /^[0-9a-fA-F]/.test(this.#line);
    return this.#next === 'trailer' || this.#line === '\r';
  }

  #endLine(): void {
    const line = this.#line.slice(0, -2);
    const isCrlf = this.#line.endsWith('\r\n') && !line.includes('\r');
    this.#line = '';
    if (!isCrlf) this.failure = invalidAnswer('a line between its chunks does not end in CRLF');
    else if (this.#next === 'size') this.#beginChunk(line);
    else if (this.#next === 'trailer') this.#endTrailer(line);
    else if (line === '') this.#next = 'size';
    else this.failure = invalidAnswer('a chunk is longer than its size');
  }

  #beginChunk(line: string): void {
    const [, digits] = sizeLine.exec(line) ?? [];
    const size = digits === undefined ? Number.NaN : Number.parseInt(digits, 16);
    if (++this.#chunkCount > maxChunks) this.failure = invalidAnswer('it has more than 16,384 chunks');
    else if (Number.isSafeInteger(size)) {
      this.#bytesLeft = size;
      this.#next = size === 0 ? 'trailer' : 'data';
      this.#ignore(line.length - (digits?.length ?? 0));
    } else this.failure = invalidAnswer('a chunk has no valid size');
  }

  #endTrailer(line: string): void {
    this.isDone = line === '';
    this.#ignore(line.length);
  }

  #ignore(byteCount: number): void {
    this.#ignoredBytes += byteCount;
    if (this.#ignoredBytes > maxIgnoredBytes) this.failure = invalidAnswer('it has too many extensions or trailers');
  }
}
