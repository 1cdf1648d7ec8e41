import type { LookupAddress } from 'node:dns';
import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, TLSSocket, type PeerCertificate } from 'node:tls';
import type { AddressPolicy } from './address-policy.js';
import { BlockedAddressError, DialError } from './dial-error.js';
import { refusedCertificate } from './failure.js';
import type { NameLookup } from './name-lookup.js';
import { openTunnel, type ProxyTarget } from './proxy-tunnel.js';
import type { SendTarget } from './target.js';
import { certificateAlert } from './tls-alerts.js';
import type { TlsSessions } from './tls-sessions.js';

export type DialPhase = 'dns' | 'connect' | 'tls' | 'open';
export type DialCallback = (error: DialError | null, socket: Socket | null) => void;

export interface DialTools {
  policy: AddressPolicy;
  names: NameLookup;
  sessions: TlsSessions;
  proxy: ProxyTarget | null;
  /** Certificate authorities besides the built-in ones, PEM. */
  ca: string[] | undefined;
}

/**
 * One connection being made, and after that the facts about it. The guard stands at three places: an address in the URL,
 * every answer of the name look-up (one bad answer refuses all of them), and the other end of the connected socket.
 * There is no time-out in here: the exchange that waits for the connection has a deadline and aborts it.
 */
export class Dial {
  phase: DialPhase = 'dns';
  socket: Socket | null = null;
  remoteAddress: string | null = null;
  dnsMs: number | null = null;
  connectMs: number | null = null;
  tlsMs: number | null = null;
  openedAtMs = 0;
  /** Requests that were sent over this connection so far. */
  requestCount = 0;
  #phaseStartedMs = performance.now();
  #isOver = false;
  #stopTunnel: (() => void) | null = null;

  constructor(
    private readonly target: SendTarget,
    private readonly tools: DialTools,
    /** Where a plain connection puts what it reads. TLS and tunnels have 'data' events instead. */
    private readonly onread: OnReadOpts,
    private readonly callback: DialCallback,
  ) {}

  /** Whether it is up to the proxy now. */
  get isTunnelling(): boolean {
    return this.#stopTunnel !== null;
  }

  start(): void {
    const { hostname, port } = this.target;
    const { policy, names } = this.tools;
    const family = isIP(hostname);
    const reason = family === 0 ? policy.checkHost(hostname) : policy.checkConnection(hostname, port);
    if (reason !== null) return this.#fail(new BlockedAddressError(reason));
    if (family !== 0) return this.#connect([{ address: hostname, family }]);
    names.lookup(hostname, (error, addresses) => this.#onAddresses(error, addresses));
  }

  /** Until when the receiver's certificate is valid; null without TLS, or when the connection is gone. */
  certificateEndsAt(): Date | null {
    if (!(this.socket instanceof TLSSocket) || this.socket.destroyed) return null;
    const { valid_to: end } = this.socket.getPeerCertificate() as Partial<PeerCertificate>;
    return end === undefined ? null : new Date(end);
  }

  /** Gives up without calling back. */
  abort(): void {
    this.#isOver = true;
    this.#stopTunnel?.();
    this.socket?.destroy();
  }

  #onAddresses(error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]): void {
    if (this.#isOver) return;
    const { hostname, port } = this.target;
    this.dnsMs = this.#endPhase('connect');
    if (error) {
      return this.#fail(
        new DialError('dns', `The name ${hostname} could not be resolved (${error.code}).`, { cause: error }),
      );
    }
    if (addresses.length === 0) return this.#fail(new DialError('dns', `The name ${hostname} has no addresses.`));
    for (const { address } of addresses) {
      const reason = this.tools.policy.checkConnection(address, port);
      if (reason !== null)
        return this.#fail(new BlockedAddressError(`${hostname} resolves to ${address}, and ${reason}`));
    }
    this.#connect(addresses);
  }

  #connect(addresses: readonly LookupAddress[]): void {
    this.phase = 'connect';
    if (this.tools.proxy) return this.#connectThroughProxy(this.tools.proxy, addresses);
    const { hostname, port } = this.target;
    const [only] = addresses;
    const options = { port, noDelay: true, ...(this.target.secure ? {} : { onread: this.onread }) };
    const socket =
      addresses.length === 1 && only
        ? connectTcp({ host: only.address, ...options })
        : // With several addresses Node tries them in turn (RFC 8305); the look-up hands it those the guard has seen.
          connectTcp({
            host: hostname,
            ...options,
            lookup: (_host, _options, callback) => callback(null, [...addresses]),
          });
    this.socket = socket;
    socket.once('error', this.#onError);
    socket.once('connect', () => this.#onConnected(socket));
  }

  #connectThroughProxy(proxy: ProxyTarget, addresses: readonly LookupAddress[]): void {
    const [first] = addresses;
    if (!first) return;
    // The checked address goes to the proxy, not the name: whatever the proxy's own DNS says cannot lead elsewhere.
    this.#stopTunnel = openTunnel(proxy, first.address, this.target.port, (error, socket) => {
      this.#stopTunnel = null;
      if (this.#isOver) socket?.destroy();
      else if (socket) {
        this.socket = socket;
        socket.once('error', this.#onError);
        this.remoteAddress = first.address;
        this.#onOpenTcp(socket);
      } else this.#fail(error ?? new DialError('proxy', 'The egress proxy gave no connection.'));
    });
  }

  #onConnected(socket: Socket): void {
    if (this.#isOver) return;
    const remoteAddress = socket.remoteAddress ?? '';
    const reason = this.tools.policy.checkConnection(remoteAddress, this.target.port);
    if (reason !== null) {
      socket.destroy();
      return this.#fail(new BlockedAddressError(`the connection led to ${remoteAddress}, and ${reason}`));
    }
    this.remoteAddress = remoteAddress;
    this.#onOpenTcp(socket);
  }

  #onOpenTcp(socket: Socket): void {
    this.connectMs = this.#endPhase('tls');
    if (!this.target.secure) return this.#open(socket);
    const { hostname, connectionKey } = this.target;
    const { sessions } = this.tools;
    const secureContext = this.#secureContext();
    if (secureContext instanceof DialError) return this.#fail(secureContext);
    const servername = isIP(hostname) ? '' : hostname.replace(/\.$/, '');
    const secured: TLSSocket = connectTls({
      socket,
      host: hostname,
      servername,
      session: sessions.get(connectionKey),
      ALPNProtocols: ['http/1.1'],
      ...(secureContext ? { secureContext } : {}),
    });
    this.socket = secured;
    secured.on('session', (session: Buffer) => {
      if (secured.authorized) sessions.set(connectionKey, session);
    });
    secured.once('error', this.#onError);
    secured.once('secureConnect', () => {
      if (this.#isOver) return;
      const session = secured.getSession();
      if (session) sessions.set(connectionKey, session);
      this.tlsMs = this.#endPhase('open');
      this.#open(secured);
    });
  }

  /** Undefined for the one that Node makes by itself. */
  #secureContext(): SecureContext | DialError | undefined {
    const { sessions, ca } = this.tools;
    const { identity } = this.target;
    if (identity === null) return ca && sessions.contextFor(ca);
    try {
      return identity.context(ca);
    } catch (cause) {
      const words = (cause as Error).message;
      return new DialError('auth', `The endpoint's TLS credentials cannot be used: ${words}.`, { cause });
    }
  }

  #open(socket: Socket): void {
    this.phase = 'open';
    this.openedAtMs = performance.now();
    this.#isOver = true;
    socket.setKeepAlive(true, 30_000);
    this.callback(null, socket);
    // Only now, so that there is never a moment without a listener for 'error'.
    socket.off('error', this.#onError);
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    const where = this.remoteAddress ?? this.target.hostname;
    this.#fail(
      this.phase === 'tls'
        ? this.#toTlsError(error, where)
        : new DialError('connect', `No connection to ${where}: ${describeConnectError(error)}.`, { cause: error }),
    );
  };

  #toTlsError(cause: NodeJS.ErrnoException, where: string): DialError {
    const alert = certificateAlert(cause);
    if (alert !== null) {
      const { errorCode, error } = refusedCertificate(alert, this.target.identity?.hasCertificate === true);
      return new DialError(errorCode, error, { cause });
    }
    return new DialError('tls', `The TLS handshake with ${where} failed: ${describeTlsError(cause)}.`, { cause });
  }

  #fail(error: DialError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.socket?.destroy();
    this.callback(error, null);
  }

  #endPhase(next: DialPhase): number {
    const now = performance.now();
    const tookMs = now - this.#phaseStartedMs;
    this.#phaseStartedMs = now;
    this.phase = next;
    return tookMs;
  }
}

function describeConnectError(error: NodeJS.ErrnoException): string {
  const first: NodeJS.ErrnoException = error instanceof AggregateError ? error.errors[0] : error;
  switch (first.code ?? '') {
    case 'ECONNREFUSED':
      return 'the connection was refused';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no route to it';
    case 'ETIMEDOUT':
      return 'it did not answer';
    case 'ECONNRESET':
      return 'the connection was reset';
    default:
      return first.message;
  }
}

function describeTlsError(error: NodeJS.ErrnoException): string {
  switch (error.code ?? '') {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return 'the certificate is self-signed';
    case 'CERT_HAS_EXPIRED':
      return 'the certificate has expired';
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'the certificate chain is incomplete or its issuer unknown';
    case 'ECONNRESET':
      return 'the connection was closed during the handshake';
    default:
      return error.message.replace(/\.$/, '');
  }
}
