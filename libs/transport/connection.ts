import { Client } from 'undici';
import type { Dial } from './dial.js';
import type { GuardedConnector } from './guarded-connector.js';

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

const maxHeaderBytes = 64 * 1024;

/**
 * One HTTP/1.1 connection to one origin, carrying one request at a time: an undici client whose dial can be looked at.
 * undici connects when the first request comes, and again if the socket has gone away in between.
 */
export class Connection extends Client {
  /** The connection being made or in use; null before the first request. */
  dial: Dial | null = null;

  constructor(
    readonly origin: string,
    connector: GuardedConnector,
    limits: KeepAliveLimits,
  ) {
    super(origin, {
      connect: (parameters, callback) => {
        this.dial = connector.dial(parameters, callback);
        this.dial.start();
      },
      pipelining: 1,
      keepAliveTimeout: limits.idleMs,
      keepAliveMaxTimeout: limits.maxIdleMs,
      maxHeaderSize: maxHeaderBytes,
      // An exchange has one deadline for everything; undici's own timers would only cost.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
    });
  }

  /** Whether another request may go over it: open, not too old, and nothing of the last request still unsent. */
  isReusable(now: number, maxAgeMs: number): boolean {
    const { dial } = this;
    const socket = dial?.socket;
    if (!dial || !socket || socket.destroyed || this.destroyed) return false;
    return socket.writableLength === 0 && now - dial.openedAtMs < maxAgeMs;
  }

  /** Cuts it off at once, whatever it was doing. */
  discard(): void {
    this.dial?.abort();
    this.destroy(null, ignore);
  }
}

function ignore(): void {}
