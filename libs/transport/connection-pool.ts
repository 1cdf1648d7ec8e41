import { Connection } from './connection.js';
import type { DialTools } from './dial.js';
import type { SendTarget } from './target.js';

export interface KeepAliveLimits {
  /** How long an idle connection is kept when the receiver gives no hint, in milliseconds. */
  idleMs: number;
  /** The longest that a receiver's `Keep-Alive: timeout=` hint may make it, in milliseconds. */
  maxIdleMs: number;
  /** After this long a connection is not used again, so that changes in DNS are followed. */
  maxAgeMs: number;
  /** Idle connections kept in all; beyond it the one idle longest is closed. */
  maxIdleConnections: number;
}

/** A request that sets out as the receiver's time runs out would be lost: so we are the first to let go. */
const hintMarginMs = 2_000;

const sweepEveryMs = 1_000;

/**
 * Idle connections by origin, and apart for each endpoint that has TLS credentials of its own. Nobody ever waits for a connection here: when none is idle, a new one is made, and what
 * bounds their number are the worker's lanes. So one tenant cannot hold up another that sends to the same host.
 */
export class ConnectionPool {
  /** The one used last is used next, so the others grow old and close. */
  readonly #idleByKey = new Map<string, Connection[]>();
  /** In the order in which they became idle. */
  readonly #idle = new Set<Connection>();
  /** Closes what was idle for too long. One for all of them: a timer each would cost something with every request. */
  #sweep: NodeJS.Timeout | null = null;

  constructor(
    private readonly tools: DialTools,
    private readonly limits: KeepAliveLimits,
  ) {}

  get idleCount(): number {
    return this.#idle.size;
  }

  /** An idle connection that the target may use, or a new one. `now` is monotonic: `performance.now()`. */
  take(target: SendTarget, now: number): Connection {
    for (;;) {
      const connection = this.#idleByKey.get(target.connectionKey)?.at(-1);
      if (!connection) return this.makeNew(target);
      this.#forget(connection);
      if (now < connection.idleUntilMs && connection.isReusable(now, this.limits.maxAgeMs)) return connection;
      connection.discard();
    }
  }

  makeNew(target: SendTarget): Connection {
    return new Connection(target, this.tools, this.#onLost);
  }

  /** `keptAliveMs`: how long the receiver keeps an idle connection, if it said so. */
  giveBack(connection: Connection, now: number, keptAliveMs: number | null): void {
    connection.release();
    const idleMs =
      keptAliveMs === null ? this.limits.idleMs : Math.min(keptAliveMs - hintMarginMs, this.limits.maxIdleMs);
    if (idleMs <= 0 || !connection.isReusable(now, this.limits.maxAgeMs)) return connection.discard();
    connection.idleUntilMs = now + idleMs;
    this.#idle.add(connection);
    const idle = this.#idleByKey.get(connection.target.connectionKey);
    if (idle) idle.push(connection);
    else this.#idleByKey.set(connection.target.connectionKey, [connection]);
    if (this.#idle.size > this.limits.maxIdleConnections) this.#closeLongestIdle();
    this.#sweep ??= setInterval(() => this.#closeExpired(), sweepEveryMs).unref();
  }

  closeIdle(): void {
    for (const connection of this.#idle) connection.discard();
    this.#idle.clear();
    this.#idleByKey.clear();
    this.#stopSweeping();
  }

  /** Closed by the receiver, or spoiled by something that it said unasked: there is nothing left to reuse. */
  readonly #onLost = (connection: Connection): void => {
    this.#forget(connection);
    connection.discard();
  };

  #closeExpired(): void {
    const now = performance.now();
    for (const connection of this.#idle) {
      if (now < connection.idleUntilMs) continue;
      this.#forget(connection);
      connection.discard();
    }
    if (this.#idle.size === 0) this.#stopSweeping();
  }

  #stopSweeping(): void {
    if (this.#sweep) clearInterval(this.#sweep);
    this.#sweep = null;
  }

  #closeLongestIdle(): void {
    const [oldest] = this.#idle;
    if (!oldest) return;
    this.#forget(oldest);
    oldest.discard();
  }

  /** Takes it out of the idle ones, if it is there. */
  #forget(connection: Connection): void {
    if (!this.#idle.delete(connection)) return;
    const { connectionKey } = connection.target;
    const idle = this.#idleByKey.get(connectionKey);
    if (!idle) return;
    if (idle.at(-1) === connection) idle.pop();
    else idle.splice(idle.indexOf(connection), 1);
    if (idle.length === 0) this.#idleByKey.delete(connectionKey);
  }
}
