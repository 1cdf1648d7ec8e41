import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { waitFor } from './wait-for.js';

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Flat name, value pairs as they came over the wire. */
  rawHeaders: string[];
  body: Buffer;
  /** The name in the client's certificate, if it was asked for one. */
  client: string | null;
  receivedAt: Date;
}

export interface Answer {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

/** What the receiver does with one request that it has read whole. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

export interface ReceiverOptions {
  /** Serve HTTPS with this certificate (see certificates.ts); with `clientCa` only to clients that it has signed. */
  tls?: { key: string; cert: string; clientCa?: string };
  /** How long an idle connection is kept, in milliseconds. */
  keepAliveMs?: number;
}

/**
 * A real HTTP or HTTPS server on 127.0.0.1 that a test scripts: what it answers, and how badly it behaves. Every request
 * is recorded with its raw body. A script is a sequence; its last step repeats. Setting a script replaces the one before.
 *
 * ```ts
 * const receiver = await Receiver.start();
 * receiver.answer(500, { status: 503, headers: { 'retry-after': '7' } }, 200);
 * ```
 */
export class Receiver {
  readonly requests: ReceivedRequest[] = [];
  /** Connections accepted since the start, to see whether a sender reuses them. */
  connectionCount = 0;
  readonly #server: ReturnType<typeof createServer>;
  readonly #scheme: 'http' | 'https';
  readonly #sockets = new Set<Socket>();
  readonly #drips = new Set<NodeJS.Timeout>();
  #script: Behaviour[] = [answering(200)];

  private constructor(options: ReceiverOptions) {
    const listener = (request: IncomingMessage, response: ServerResponse) => this.#receive(request, response);
    this.#scheme = options.tls ? 'https' : 'http';
    this.#server = options.tls ? createTlsServer(toServerOptions(options.tls), listener) : createServer(listener);
    this.#server.keepAliveTimeout = options.keepAliveMs ?? 60_000;
    this.#server.on('connection', (socket: Socket) => {
      this.connectionCount++;
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('tlsClientError', () => {});
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  static async start(options: ReceiverOptions = {}): Promise<Receiver> {
    const receiver = new Receiver(options);
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`;
  }

  get url(): string {
    return `${this.origin}/hooks`;
  }

  /** Connections open at this moment. */
  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Answers in this order, the last one for ever: a status, a whole answer, or any behaviour. */
  answer(...steps: (number | Answer | Behaviour)[]): this {
    this.#script = steps.map((step) => (typeof step === 'function' ? step : answering(step)));
    return this;
  }

  /** Reads the request and never answers. */
  hang(): this {
    return this.answer(() => {});
  }

  redirectTo(url: string, status = 302): this {
    return this.answer({ status, headers: { location: url } });
  }

  /** Sends head and the first half of the body at once, the rest after `delayMs`. */
  slowBody(delayMs: number, body = 'slow but whole'): this {
    return this.answer((_request, response) => {
      const half = Math.floor(body.length / 2);
      response.writeHead(200, { 'content-length': Buffer.byteLength(body) });
      response.write(body.slice(0, half));
      const timer = setTimeout(() => {
        this.#drips.delete(timer);
        response.end(body.slice(half));
      }, delayMs);
      this.#drips.add(timer);
    });
  }

  /** One byte every `everyMs`, without end: a receiver that is never idle and never done. */
  dripBody(everyMs = 20): this {
    return this.answer((_request, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), everyMs);
      this.#drips.add(timer);
      response.on('close', () => {
        clearInterval(timer);
        this.#drips.delete(timer);
      });
    });
  }

  /** Writes as fast as the other side reads, for ever. */
  endlessBody(status = 200): this {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    return this.answer((_request, response) => {
      response.writeHead(status);
      const pour = () => {
        while (!response.destroyed && response.write(chunk)) {
          // Keep pouring until the socket's buffer is full; 'drain' calls again.
        }
      };
      response.on('drain', pour);
      pour();
    });
  }

  /** Announces a body, sends part of it, and resets the connection. */
  resetMidway(status = 200): this {
    return this.answer((request, response) => {
      response.writeHead(status, { 'content-length': 1_000 });
      response.write('the first part', () => request.socket.resetAndDestroy());
    });
  }

  /** Reads the request and resets the connection without a single byte of answer. */
  resetBeforeResponse(): this {
    return this.answer(resettingBeforeResponse);
  }

  /** Writes these very bytes as the answer, and then closes unless `keepOpen`. */
  answerRaw(bytes: string | Buffer, options: { keepOpen?: boolean } = {}): this {
    return this.answer(answeringRaw(bytes, options));
  }

  /** Waits until at least `count` requests have come, and answers with them. */
  received(count: number): Promise<ReceivedRequest[]> {
    return waitFor(
      () => {
        if (this.requests.length < count) throw new Error(`expected ${count} requests, got ${this.requests.length}`);
        return this.requests;
      },
      { intervalMs: 5 },
    );
  }

  /** Cuts every open connection, as a restart of the receiver would; it goes on listening. */
  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const timer of this.#drips) clearTimeout(timer);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.dropConnections();
    await closed;
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.requests.push({
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        rawHeaders: request.rawHeaders,
        body: Buffer.concat(chunks),
        client: clientOf(request),
        receivedAt: new Date(),
      });
      const step = this.#script.length > 1 ? this.#script.shift() : this.#script[0];
      step?.(request, response);
    });
  }
}

function toServerOptions({ key, cert, clientCa }: NonNullable<ReceiverOptions['tls']>) {
  return clientCa === undefined ? { key, cert } : { key, cert, ca: clientCa, requestCert: true };
}

function clientOf({ socket }: IncomingMessage): string | null {
  const name = socket instanceof TLSSocket ? socket.getPeerCertificate()?.subject?.CN : undefined;
  return typeof name === 'string' ? name : null;
}

function answering(answer: number | Answer): Behaviour {
  const { status = 200, headers = {}, body = '' } = typeof answer === 'number' ? { status: answer } : answer;
  return (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** A step for `answer(…)`: reset without a byte of answer. */
export const resettingBeforeResponse: Behaviour = (request) => {
  request.socket.resetAndDestroy();
};

/** A step for `answer(…)`: these very bytes, then the end of the connection unless `keepOpen`. */
export function answeringRaw(bytes: string | Buffer, options: { keepOpen?: boolean } = {}): Behaviour {
  return (request) => {
    if (options.keepOpen) request.socket.write(bytes);
    else request.socket.end(bytes);
  };
}
