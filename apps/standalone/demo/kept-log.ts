import type { DestinationStream } from 'pino';

const MOST_KEPT = 30;

/** The platform's last warnings and errors: of no interest while all goes well, and the first thing to read if not. */
export class KeptLog implements DestinationStream {
  private readonly kept: string[] = [];

  write(line: string): void {
    this.kept.push(line.trimEnd());
    if (this.kept.length > MOST_KEPT) this.kept.shift();
  }

  get lines(): readonly string[] {
    return this.kept;
  }
}
