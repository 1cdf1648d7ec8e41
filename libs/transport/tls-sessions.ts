import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

const maxSessionsKept = 1_000;

/** TLS sessions of verified peers, so that a new connection to one of them skips half of the handshake. */
export class TlsSessions {
  readonly #sessions = new Map<string, Buffer>();
  #context: SecureContext | null = null;

  get(key: string): Buffer | undefined {
    return this.#sessions.get(key);
  }

  set(key: string, session: Buffer): void {
    this.#sessions.delete(key);
    if (this.#sessions.size >= maxSessionsKept) {
      const [oldest] = this.#sessions.keys();
      if (oldest !== undefined) this.#sessions.delete(oldest);
    }
    this.#sessions.set(key, session);
  }

  /** One context for all connections: making one parses every root certificate again. */
  contextFor(ca: readonly string[]): SecureContext {
    this.#context ??= createSecureContext({ ca: [...rootCertificates, ...ca] });
    return this.#context;
  }
}
