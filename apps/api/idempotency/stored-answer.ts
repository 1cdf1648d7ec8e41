import type { FastifyReply } from '../http/request.js';

/**
 * An answer that was given before, to be given again byte for byte. Thrown past the handler and caught by the problem
 * filter, because whatever an interceptor returns would be written anew.
 */
export class StoredAnswer {
  constructor(
    readonly status: number,
    readonly headers: Readonly<Record<string, string>>,
    readonly body: string,
  ) {}

  send(reply: FastifyReply): void {
    void reply
      .status(this.status)
      .headers({ ...this.headers, 'idempotency-replayed': 'true' })
      .send(this.body === '' ? undefined : this.body);
  }
}
