import { Connection, type KeepAliveLimits } from './connection.js';
import type { GuardedConnector } from './guarded-connector.js';

/**
 * Idle connections by origin. Nobody ever waits for a connection here: when none is idle, a new one is made, and what
 * bounds their number are the worker's lanes. So one tenant cannot hold up another that sends to the same host.
 * (undici's Agent and Pool do not say which socket a request got, cannot give up one that is still connecting, and cost a
 * little more: 44 against 38 µs of CPU a request with an empty handler.)
 */
export class ConnectionPool {
  /** The one used last is used next, so the others grow old and close. */
  readonly #idleByOrigin = new Map<string, Connection[]>();
  /** In the order in which they became idle. */
  readonly #idle = new Set<Connection>();

  constructor(
    private readonly connector: GuardedConnector,
    private readonly limits: KeepAliveLimits,
  ) {}

  get idleCount(): number {
    return this.#idle.size;
  }

  /** An idle connection to the origin, or a new one. `now` is monotonic: `performance.now()`. */
  take(origin: string, now: number): Connection {
    for (;;) {
      const connection = this.#idleByOrigin.get(origin)?.at(-1);
      if (!connection) return this.makeNew(origin);
      this.#forget(connection);
      if (connection.isReusable(now, this.limits.maxAgeMs)) return connection;
      connection.discard();
    }
  }

  makeNew(origin: string): Connection {
    const connection = new Connection(origin, this.connector, this.limits);
    // Closed by the receiver or idle for too long: there is nothing left to reuse.
    connection.on('disconnect', () => {
      if (this.#forget(connection)) connection.discard();
    });
    return connection;
  }

  giveBack(connection: Connection, now: number): void {
    if (!connection.isReusable(now, this.limits.maxAgeMs)) return connection.discard();
    this.#idle.add(connection);
    const idle = this.#idleByOrigin.get(connection.origin);
    if (idle) idle.push(connection);
    else this.#idleByOrigin.set(connection.origin, [connection]);
    if (this.#idle.size > this.limits.maxIdleConnections) this.#closeLongestIdle();
  }

  closeIdle(): void {
    for (const connection of this.#idle) connection.discard();
    this.#idle.clear();
    this.#idleByOrigin.clear();
  }

  #closeLongestIdle(): void {
    const [oldest] = this.#idle;
    if (!oldest) return;
    this.#forget(oldest);
    oldest.discard();
  }

  /** Takes it out of the idle ones; false when it was not there. */
  #forget(connection: Connection): boolean {
    if (!this.#idle.delete(connection)) return false;
    const idle = this.#idleByOrigin.get(connection.origin);
    if (!idle) return true;
    if (idle.at(-1) === connection) idle.pop();
    else idle.splice(idle.indexOf(connection), 1);
    if (idle.length === 0) this.#idleByOrigin.delete(connection.origin);
    return true;
  }
}
