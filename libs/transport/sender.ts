import type { AddressPolicy } from './address-policy.js';
import { ConnectionPool, type KeepAliveLimits } from './connection-pool.js';
import type { DialTools } from './dial.js';
import { Exchange } from './exchange.js';
import { Failure } from './failure.js';
import { type LookupAll, NameLookup } from './name-lookup.js';
import { parseProxy } from './proxy-tunnel.js';
import { withFields } from './request-text.js';
import type { OutboundRequest, SendResult } from './send-result.js';
import { TlsSessions } from './tls-sessions.js';

export interface SenderOptions {
  policy: AddressPolicy;
  /** Sent with every request; then `OutboundRequest.headers` must not hold one. */
  userAgent?: string;
  /** URL of an HTTP proxy that every request is tunnelled through (CONNECT). It is not subject to the policy. */
  proxy?: string;
  /** Certificate authorities (PEM) trusted besides Node's own. */
  ca?: string[];
  /** In place of the operating system's name look-up. */
  lookup?: LookupAll;
  keepAlive?: Partial<KeepAliveLimits>;
}

const defaultKeepAlive: KeepAliveLimits = {
  idleMs: 10_000,
  maxIdleMs: 30_000,
  maxAgeMs: 120_000,
  maxIdleConnections: 1_024,
};

/**
 * Sends requests to receivers nobody trusts. Only public addresses are reached (see AddressPolicy), redirects are never
 * followed, nothing is decompressed, at most 256 KiB of an answer are read, and everything ends by the request's deadline.
 */
export class Sender {
  readonly #pool: ConnectionPool;
  /** The field line of the user agent, or nothing. */
  readonly #userAgent: string;
  #inFlight = 0;
  #onIdle: (() => void) | null = null;
  #isClosed = false;

  /** Throws when `proxy` is not an http(s) URL, or `userAgent` may not stand in a header. */
  constructor(options: SenderOptions) {
    const tools: DialTools = {
      policy: options.policy,
      names: new NameLookup(options.lookup),
      sessions: new TlsSessions(),
      proxy: options.proxy === undefined ? null : parseProxy(options.proxy),
      ca: options.ca,
    };
    this.#pool = new ConnectionPool(tools, { ...defaultKeepAlive, ...options.keepAlive });
    const userAgent = withFields('', options.userAgent === undefined ? [] : ['user-agent', options.userAgent]);
    if (userAgent instanceof Failure) throw new TypeError(userAgent.error);
    this.#userAgent = userAgent;
  }

  /** Requests that have no result yet. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Never rejects for anything that a receiver, a network or a name server does; only after `close`, which is a bug. */
  send(request: OutboundRequest): Promise<SendResult> {
    if (this.#isClosed) return Promise.reject(new Error('the sender is closed'));
    this.#inFlight++;
    return new Promise((resolve) => {
      const exchange = new Exchange(request, this.#pool, (result) => {
        this.#inFlight--;
        resolve(result);
        if (this.#inFlight === 0) this.#onIdle?.();
      });
      exchange.start(this.#userAgent);
    });
  }

  /** Takes no more requests, waits for those in flight (each ends by its deadline), and closes every connection. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
    this.#pool.closeIdle();
  }
}
