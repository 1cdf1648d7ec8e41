import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { certificates } from './certificates.js';

/** One way to be a bad receiver, and what an attempt at it has to come to. */
export interface HostileKind {
  readonly name: string;
  /** The certificate to serve TLS with; without one it is plain HTTP, or whatever `serve` makes of the bytes. */
  readonly certificate?: { readonly key: string; readonly cert: string };
  /** https, though nobody speaks TLS there. */
  readonly isSecure?: boolean;
  /** Another address than 127.0.0.1 to be reached at. */
  readonly host?: string;
  /** Called for each connection, before anything was read. */
  readonly serve: (socket: Socket) => void;
  readonly statusCode: number | null;
  /** Null: the answer counts. */
  readonly errorCode: string | null;
  /** It ends by the deadline and not before. */
  readonly isTimedOut?: boolean;
  /** It reads nothing, and so does not see its connections end either. */
  readonly isDeaf?: boolean;
  /** Characters of the body it is sent. */
  readonly requestChars?: number;
}

const ok = 'HTTP/1.1 200 OK\r\n';
const piece = Buffer.alloc(64 * 1024, 'x');

export const HOSTILE_KINDS: readonly HostileKind[] = [
  // bodies
  kind('a body without end', onRequest(pouring(ok + '\r\n', piece)), 200, 'body_too_large'),
  kind(
    'chunks without end',
    onRequest(pouring(chunkedHead(), Buffer.from(`10000\r\n${piece.toString()}\r\n`))),
    200,
    'body_too_large',
  ),
  kind(
    'chunks of one byte without end',
    onRequest(pouring(chunkedHead(), Buffer.from('1\r\nx\r\n'.repeat(10_000)))),
    200,
    'protocol',
  ),
  kind('a failure with a body without end', onRequest(pouring('HTTP/1.1 500 Oops\r\n\r\n', piece)), 500, 'status'),
  kind(
    'a gzip bomb',
    onRequest(
      saying(Buffer.concat([Buffer.from(`${ok}content-encoding: gzip\r\n\r\n`), gzipSync(Buffer.alloc(10_000_000))])),
    ),
    200,
    null,
  ),
  kind(
    'NUL and invalid UTF-8 in the body',
    onRequest(saying(Buffer.from(`${ok}\r\na\0b\xff\xfe\xc3(`, 'latin1'))),
    200,
    null,
  ),
  kind(
    'a reset in the middle of the body',
    onRequest(resetting(`${ok}content-length: 1000\r\n\r\npart`)),
    200,
    'reset',
  ),
  kind('a body shorter than announced', onRequest(saying(`${ok}content-length: 10\r\n\r\nshort`)), 200, 'reset'),
  kind('a body longer than announced', onRequest(saying(`${ok}content-length: 2\r\n\r\nlong`)), 200, null),
  kind('204 with a body', onRequest(saying('HTTP/1.1 204 No Content\r\ncontent-length: 4\r\n\r\nbody')), 204, null),
  // one byte at a time
  { ...kind('a body byte by byte', onRequest(dripping(`${ok}\r\n`)), 200, 'timeout'), isTimedOut: true },
  { ...kind('a head byte by byte', onRequest(dripping(`${ok}x-slow: `)), null, 'timeout'), isTimedOut: true },
  {
    ...kind('trailers byte by byte', onRequest(dripping(`${chunkedHead()}0\r\nx-slow: `)), 200, 'timeout'),
    isTimedOut: true,
  },
  // heads
  kind(
    '100 KB of headers',
    onRequest(saying(`${ok}${'x-a: bcdefghijklmnopqr\r\n'.repeat(5_000)}\r\n`)),
    null,
    'protocol',
  ),
  kind('a header line without end', onRequest(pouring(`${ok}x-a: `, piece)), null, 'protocol'),
  kind('a NUL in a header', onRequest(saying(`${ok}x-a: b\0c\r\n\r\n`)), null, 'protocol'),
  kind('a header without a name', onRequest(saying(`${ok}: b\r\n\r\n`)), null, 'protocol'),
  kind('an invalid status line', onRequest(saying('HTTP/1.1 abc OK\r\n\r\n')), null, 'protocol'),
  kind('another protocol', onRequest(saying('SSH-2.0-OpenSSH_9.6\r\n')), null, 'protocol'),
  kind('HTTP/2', onRequest(saying(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]))), null, 'protocol'),
  kind('HTTP/1.0', onRequest(saying('HTTP/1.0 200 OK\r\n\r\nold but fine')), 200, null),
  kind('two lengths', onRequest(saying(`${ok}content-length: 1\r\ncontent-length: 2\r\n\r\nab`)), null, 'protocol'),
  kind('a length that is none', onRequest(saying(`${ok}content-length: -1\r\n\r\n`)), null, 'protocol'),
  kind('101 Switching Protocols', onRequest(saying('HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n')), null, 'protocol'),
  kind(
    '100 informational answers',
    onRequest(saying(`${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100)}${ok}content-length: 0\r\n\r\n`)),
    200,
    null,
  ),
  kind(
    'informational answers without end',
    onRequest(pouring('', Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000)))),
    null,
    'protocol',
  ),
  // chunks
  kind('a chunk without a size', onRequest(saying(`${chunkedHead()}zz\r\nab\r\n`)), 200, 'protocol'),
  kind('a chunk longer than its size', onRequest(saying(`${chunkedHead()}2\r\nabc\r\n0\r\n\r\n`)), 200, 'protocol'),
  kind('a chunk of astronomical size', onRequest(saying(`${chunkedHead()}fffffffffffffffff\r\nab`)), 200, 'protocol'),
  kind('chunks that break off', onRequest(saying(`${chunkedHead()}2\r\nab\r\n`)), 200, 'reset'),
  kind(
    'trailers without end',
    onRequest(pouring(`${chunkedHead()}0\r\n`, Buffer.from('x-a: b\r\n'.repeat(1_000)))),
    200,
    'protocol',
  ),
  // connections
  kind(
    'a close before the answer',
    onRequest((socket) => socket.end()),
    null,
    'reset',
  ),
  kind(
    'a reset before the answer',
    onRequest((socket) => socket.resetAndDestroy()),
    null,
    'reset',
  ),
  kind('a close in the middle of the head', onRequest(saying('HTTP/1.1 20')), null, 'reset'),
  {
    ...kind(
      'no answer at all',
      onRequest(() => {}),
      null,
      'timeout',
    ),
    isTimedOut: true,
  },
  {
    ...kind('a connection that nobody reads', (socket) => socket.pause(), null, 'timeout'),
    isDeaf: true,
    isTimedOut: true,
    requestChars: 900_000,
  },
  {
    ...kind(
      'an answer before the request is whole',
      (socket) => socket.end('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n'),
      413,
      'status',
    ),
  },
  kind(
    'a redirect to itself',
    onRequest(saying('HTTP/1.1 307 Again\r\nlocation: /\r\ncontent-length: 0\r\n\r\n')),
    307,
    'status',
  ),
  // TLS
  { ...kind('a certificate that has expired', () => {}, null, 'tls'), certificate: certificates.expired },
  { ...kind('a self-signed certificate', () => {}, null, 'tls'), certificate: certificates.valid },
  {
    ...kind('a certificate of another name', () => {}, null, 'tls'),
    certificate: certificates.valid,
    host: '127.0.0.3',
  },
  {
    ...kind('a TLS handshake that stalls', (socket) => socket.resume(), null, 'timeout'),
    isSecure: true,
    isTimedOut: true,
  },
  {
    ...kind(
      'a TLS handshake that is cut off',
      onRequest((socket) => socket.end()),
      null,
      'tls',
    ),
    isSecure: true,
  },
  {
    ...kind('plain HTTP where TLS is expected', onRequest(saying('HTTP/1.1 400 Bad Request\r\n\r\n')), null, 'tls'),
    isSecure: true,
  },
];

/** A server that behaves so, on a port of its own. */
export class HostileReceiver {
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly kind: HostileKind,
    private readonly server: Server,
  ) {}

  static async start(kind: HostileKind): Promise<HostileReceiver> {
    const server = kind.certificate ? createTlsServer(kind.certificate) : createServer({ noDelay: true });
    const receiver = new HostileReceiver(kind, server);
    server.on('connection', (socket: Socket) => {
      receiver.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => receiver.#sockets.delete(socket));
      if (!kind.certificate) kind.serve(socket);
    });
    server.on('tlsClientError', () => {});
    await once(server.listen(0, kind.host ?? '127.0.0.1'), 'listening');
    return receiver;
  }

  get url(): string {
    const scheme = this.kind.certificate || this.kind.isSecure ? 'https' : 'http';
    return `${scheme}://${this.kind.host ?? '127.0.0.1'}:${(this.server.address() as AddressInfo).port}/`;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  /** Lets go of the connections that it does not read and so never sees ended: each holds what it was sent. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function kind(
  name: string,
  serve: HostileKind['serve'],
  statusCode: HostileKind['statusCode'],
  errorCode: HostileKind['errorCode'],
): HostileKind {
  return { name, serve, statusCode, errorCode };
}

function chunkedHead(): string {
  return `${ok}transfer-encoding: chunked\r\n\r\n`;
}

/** When a request has begun to come. */
function onRequest(answer: (socket: Socket) => void): HostileKind['serve'] {
  return (socket) => {
    socket.once('data', () => answer(socket));
    socket.resume();
  };
}

function saying(bytes: string | Buffer): (socket: Socket) => void {
  return (socket) => socket.end(bytes);
}

/** As fast as the other side reads. */
function pouring(head: string, bytes: Buffer): (socket: Socket) => void {
  return (socket) => {
    socket.write(head);
    const pour = (): void => {
      while (!socket.destroyed && socket.write(bytes)) {
        // Until the socket's buffer is full; 'drain' calls again.
      }
    };
    socket.on('drain', pour);
    pour();
  };
}

function dripping(head: string): (socket: Socket) => void {
  return (socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write('.'), 20);
    socket.on('close', () => clearInterval(timer));
  };
}

function resetting(head: string): (socket: Socket) => void {
  return (socket) => socket.write(head, () => setTimeout(() => socket.resetAndDestroy(), 5));
}
