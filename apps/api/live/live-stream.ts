import type { ServerResponse } from 'node:http';
import type { Uuid } from '#kernel';

/** More than this unread, and whoever reads is too slow: they come again, and begin with what is then. */
const MOST_UNREAD_BYTES = 64 * 1024;

/** What a reader does when the connection is lost: come again after this. */
const RETRY_MS = 2_000;

/** One reader of notices, over a response that goes on. */
export class LiveStream {
  constructor(
    private readonly response: ServerResponse,
    /** Whose notices it gets; null: everybody's. */
    readonly tenantIds: readonly Uuid[] | null,
    /** Which key or session reads. */
    readonly reader: string,
    /** Whether its reader may still read: a key may be revoked, a session may end. */
    readonly isAllowed: () => Promise<boolean>,
  ) {}

  begin(headers: Record<string, string | string[] | number | undefined>): void {
    this.response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // A proxy that collects answers would keep notices for itself.
      'x-accel-buffering': 'no',
    });
    this.write(`retry: ${RETRY_MS}\n\n`);
  }

  sees(tenantId: Uuid): boolean {
    return this.tenantIds === null || this.tenantIds.includes(tenantId);
  }

  send(id: string, notice: { readonly kind: string }): void {
    this.write(`id: ${id}\nevent: ${notice.kind}\ndata: ${JSON.stringify(notice)}\n\n`);
  }

  beat(): void {
    this.write(': here\n\n');
  }

  end(): void {
    this.response.end();
  }

  onGone(listener: () => void): void {
    this.response.once('close', listener);
  }

  private write(text: string): void {
    if (this.response.writableEnded || this.response.destroyed) return;
    if (this.response.writableLength > MOST_UNREAD_BYTES) this.response.destroy();
    else this.response.write(text);
  }
}
