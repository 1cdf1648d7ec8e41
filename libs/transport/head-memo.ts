import type { ResponseHead } from './response-head.js';

/** Longer heads are not kept: every connection has a memo. */
const maxBytes = 4 * 1024;

/**
 * The last head that came over a connection, with its bytes. Receivers say the same again and again (a date changes once a
 * second), so most answers are known after one comparison. What a head means depends on its bytes alone, up to the
 * empty line with which they end: bytes that begin with them begin with the same head.
 */
export class HeadMemo {
  #bytes: Buffer | null = null;
  #length = 0;
  #head: ResponseHead | null = null;

  /** How many bytes {@link head} has; 0 when there is none. */
  get length(): number {
    return this.#length;
  }

  /** The head, if that is what stands at `start`. */
  headAt(bytes: Buffer, start: number, end: number): ResponseHead | null {
    if (this.#bytes === null || this.#length === 0 || end - start < this.#length) return null;
    const isSame = bytes.compare(this.#bytes, 0, this.#length, start, start + this.#length) === 0;
    return isSame ? this.#head : null;
  }

  keep(head: ResponseHead, text: string): void {
    if (text.length > maxBytes) return;
    if (this.#bytes === null || this.#bytes.length < text.length) this.#bytes = Buffer.allocUnsafeSlow(text.length);
    this.#length = this.#bytes.write(text, 0, 'latin1');
    this.#head = head;
  }
}
