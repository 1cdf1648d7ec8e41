const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Finds where a head ends, and puts one together that comes in several reads. */
export class HeadCollector {
  #text = '';
  /** Whether the line at hand has been empty so far. */
  #isLineEmpty = true;

  /** What of the head has come, one character a byte. */
  get text(): string {
    return this.#text;
  }

  clear(): void {
    this.#text = '';
    this.#isLineEmpty = true;
  }

  /**
   * Takes what belongs to the head from between `start` and `end`, and answers the position after it; -1 when the
   * head goes on.
   */
  take(bytes: Buffer, start: number, end: number): number {
    const stop = this.#endOfHead(bytes, start, end);
    this.#text += bytes.toString('latin1', start, stop === -1 ? end : stop);
    return stop;
  }

  #endOfHead(bytes: Buffer, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      if (byte === lineFeed) {
        if (this.#isLineEmpty) return at + 1;
        this.#isLineEmpty = true;
      } else if (byte !== carriageReturn) this.#isLineEmpty = false;
    }
    return -1;
  }
}
