const LINE_EVERY_MS = 5_000;

/** Tells on standard error how far the program is: one line that changes, or where nobody watches one now and then. */
export class Progress {
  private readonly isTerminal = process.stderr.isTTY;
  private lastLineMs = Number.NEGATIVE_INFINITY;

  /** A new part begins. */
  say(text: string): void {
    this.clear();
    process.stderr.write(`${text}\n`);
    this.lastLineMs = performance.now();
  }

  /** How things are at the moment; may be called as often as one likes. */
  tick(text: string): void {
    if (this.isTerminal) process.stderr.write(`\r\u001b[K${text}`);
    else if (performance.now() - this.lastLineMs >= LINE_EVERY_MS) this.say(text);
  }

  clear(): void {
    if (this.isTerminal) process.stderr.write('\r\u001b[K');
  }
}
