const END_OF_HEAD = '\r\n\r\n';
const NOTHING = Buffer.alloc(0);

/** Cuts what comes over one connection into requests with a content-length, the only kind that Posthorn sends. */
export class RequestReader {
  private pending: Buffer = NOTHING;

  /** `onRequest` gets the head of each request that has come to its last byte; see {@link headerOf}. */
  constructor(private readonly onRequest: (head: string) => void) {}

  read(chunk: Buffer): void {
    const bytes = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    let at = 0;
    while (at < bytes.length) {
      const headEnd = bytes.indexOf(END_OF_HEAD, at, 'latin1');
      if (headEnd < 0) break;
      const head = bytes.toString('latin1', at, headEnd + 2);
      const end = headEnd + END_OF_HEAD.length + Number(headerOf(head, 'content-length') ?? 0);
      if (end > bytes.length) break;
      at = end;
      this.onRequest(head);
    }
    this.pending = at === bytes.length ? NOTHING : bytes.subarray(at);
  }
}

/** `head` with its last line's end. Names are looked for as Posthorn writes them, in lower case. */
export function headerOf(head: string, name: string): string | null {
  const start = head.indexOf(`\r\n${name}:`);
  if (start < 0) return null;
  const valueStart = start + name.length + 3;
  return head.slice(valueStart, head.indexOf('\r\n', valueStart)).trim();
}
