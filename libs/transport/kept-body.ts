import { bodyText, maxKeptBytes } from './response-text.js';

/** The beginning of a body, which goes on record, and how long all of it is. */
export class KeptBody {
  /** Bytes that came, kept or not. */
  length = 0;
  #bytes: Buffer | null = null;
  #keptLength = 0;

  get isWhole(): boolean {
    return this.length === this.#keptLength;
  }

  add(bytes: Buffer, start: number, end: number): void {
    this.length += end - start;
    const wanted = Math.min(end - start, maxKeptBytes - this.#keptLength);
    if (wanted > 0) bytes.copy(this.#room(wanted), this.#keptLength, start, start + wanted);
    this.#keptLength += wanted;
  }

  /** `isComplete`: nothing is missing at the end. */
  text(isComplete: boolean): string {
    return this.#bytes === null ? '' : bodyText(this.#bytes.subarray(0, this.#keptLength), isComplete && this.isWhole);
  }

  /** A first piece gets what it needs, for it mostly is the only one; a second one gets all there may be. */
  #room(wanted: number): Buffer {
    if (this.#bytes === null) this.#bytes = Buffer.allocUnsafe(wanted);
    else if (this.#keptLength + wanted > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(maxKeptBytes);
      this.#bytes.copy(larger, 0, 0, this.#keptLength);
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}
