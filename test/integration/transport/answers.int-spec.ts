import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sender } from '#transport';
import { certificates } from '../../support/certificates.js';
import { waitFor } from '../../support/wait-for.js';
import { aRequest, aSender, namesResolvingTo } from './setup.js';
import { IN_TIME } from '../../support/in-time.js';

type Answering = (socket: Socket, request: string, number: number) => void;

/** A server that speaks in bytes: what it says to each request is up to the test. */
class RawReceiver {
  readonly requests: string[] = [];
  readonly sockets = new Set<Socket>();
  connectionCount = 0;
  /** Whether it reads nothing of what comes. */
  isDeaf = false;
  answering: Answering = () => {};
  /** Below TLS, those too whose handshake did not end. */
  readonly #wires: Socket[] = [];
  readonly #server: Server;

  constructor(readonly scheme: 'http' | 'https') {
    const onConnection = (socket: Socket) => this.#listenTo(socket);
    this.#server = scheme === 'https' ? createTlsServer(certificates.valid, onConnection) : createServer(onConnection);
    this.#server.on('connection', (socket) => this.#wires.push(socket));
  }

  async start(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }

  get url(): string {
    return `${this.scheme}://receiver.test:${(this.#server.address() as AddressInfo).port}/hooks`;
  }

  async close(): Promise<void> {
    for (const socket of this.#wires) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Says these in turn, and the last one again and again. */
  say(...answers: string[]): void {
    this.answering = (socket, _request, number) =>
      socket.write(answers[Math.min(number, answers.length) - 1] ?? '', 'latin1');
  }

  #listenTo(socket: Socket): void {
    this.connectionCount++;
    this.sockets.add(socket);
    socket.setNoDelay(true);
    if (this.isDeaf) socket.pause();
    socket.on('error', () => {});
    socket.on('close', () => this.sockets.delete(socket));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (;;) {
        const head = text.indexOf('\r\n\r\n') + 4;
        const end = head + Number(/content-length: (\d+)/.exec(text)?.[1]);
        if (head === 3 || text.length < end) return;
        const request = text.slice(0, end);
        text = text.slice(end);
        this.answering(socket, request, this.requests.push(request));
      }
    });
  }
}

const ok = 'HTTP/1.1 200 OK\r\n';
const empty = `${ok}content-length: 0\r\n\r\n`;

describe.each(['http', 'https'] as const)('answers over %s', (scheme) => {
  let receiver: RawReceiver;
  let sender: Sender;

  beforeEach(async () => {
    receiver = new RawReceiver(scheme);
    await receiver.start();
    sender = newSender();
  });

  afterEach(async () => {
    await sender.close();
    await receiver.close();
  });

  function newSender(options: Parameters<typeof aSender>[0] = {}): Sender {
    const lookup = namesResolvingTo({ 'receiver.test': ['127.0.0.1'] });
    return aSender({ lookup, ca: [certificates.valid.cert], ...options });
  }

  const send = () => sender.send(aRequest(receiver.url));

  it('sends exactly one request, and nothing that nobody asked for', async () => {
    receiver.say(empty);
    for (const body of ['{"a":1}', '{"ü":"€"}', Buffer.from('bytes')]) {
      await sender.send(aRequest(receiver.url, { body, headers: ['Webhook-Id', 'evt_1', 'x-latin1', '\xfc'] }));
      const bytes = Buffer.from(body as string);
      expect(receiver.requests.at(-1)).toBe(
        `POST /hooks HTTP/1.1\r\nhost: ${new URL(receiver.url).host}\r\nWebhook-Id: evt_1\r\nx-latin1: \xfc\r\n` +
          `content-length: ${bytes.length}\r\n\r\n${bytes.toString('latin1')}`,
      );
    }
    expect(receiver.connectionCount).toBe(1);
  });

  it('puts an answer together that comes byte by byte', async () => {
    const answer = `HTTP/1.1 100 Continue\r\n\r\n${ok}x-a: b\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`;
    receiver.answering = (socket) => {
      const sayFrom = (index: number): void => {
        if (index < answer.length) socket.write(answer.charAt(index), () => setImmediate(sayFrom, index + 1));
      };
      sayFrom(0);
    };
    for (let i = 0; i < 3; i++) {
      const result = await send();
      expect(result).toMatchObject({ statusCode: 200, errorCode: null, responseBody: 'abcde', truncated: false });
      expect(JSON.parse(result.responseHeaders ?? '')).toMatchObject({ 'x-a': 'b' });
    }
    expect(receiver.connectionCount).toBe(1);
  });

  it('never mixes the answers of connections that are read at the same time', async () => {
    receiver.answering = (socket, request) => {
      const id = /webhook-id: (\w+)/.exec(request)?.[1] ?? '';
      const body = `${id};`.repeat(1_500);
      socket.write(`${ok}x-id: ${id}\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 5_000)}`);
      setImmediate(() => socket.write(body.slice(5_000)));
    };
    const sendSome = async (lane: number) => {
      for (let i = 0; i < 20; i++) {
        const id = `evt_${lane}_${i}`;
        const result = await sender.send(aRequest(receiver.url, { headers: ['webhook-id', id] }));
        expect(result.responseBody).toBe(`${id};`.repeat(1_500));
        expect(JSON.parse(result.responseHeaders ?? '')).toMatchObject({ 'x-id': id });
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, lane) => sendSome(lane)));
  });

  it('makes no more connections than there are requests at a time', async () => {
    receiver.say(empty);
    const sendSome = async () => {
      for (let i = 0; i < 40; i++) expect(await send()).toMatchObject({ statusCode: 200, errorCode: null });
    };
    await Promise.all(Array.from({ length: 50 }, sendSome));
    expect(receiver.requests).toHaveLength(2_000);
    expect(receiver.connectionCount).toBeLessThanOrEqual(50);
  });

  it('records the headers of each answer, not those of the one before', async () => {
    receiver.say(
      `${ok}x-a: one\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n`,
      `${ok}x-a: one\r\ncontent-length: 2\r\n\r\nok`,
      `HTTP/1.1 503 Busy\r\nx-a: one\r\ncontent-length: 0\r\n\r\n`,
      `${ok}x-a: two\r\ncontent-length: 0\r\n\r\n`,
    );
    const results = [await send(), await send(), await send(), await send(), await send()];
    expect(receiver.connectionCount).toBe(1);
    expect(results.map(({ statusCode }) => statusCode)).toEqual([200, 200, 503, 200, 200]);
    expect(results.map(({ retryAfter }) => retryAfter)).toEqual(['7', null, null, null, null]);
    expect(results.map(({ responseBody }) => responseBody)).toEqual(['', 'ok', '', '', '']);
    expect(results.map(({ responseHeaders }) => JSON.parse(responseHeaders ?? '')['x-a'])).toEqual([
      'one',
      'one',
      'one',
      'two',
      'two',
    ]);
  });

  it('uses a connection to an HTTP/1.0 receiver again only when that wants it', async () => {
    receiver.say('HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok');
    for (let i = 0; i < 3; i++) expect(await send()).toMatchObject({ errorCode: null, responseBody: 'ok' });
    expect(receiver.connectionCount).toBe(1);
    receiver.say('HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok');
    for (let i = 0; i < 3; i++) expect(await send()).toMatchObject({ errorCode: null, responseBody: 'ok' });
    expect(receiver.connectionCount).toBe(3);
  });

  it('ends a flood of informational answers', async () => {
    const flood = `HTTP/1.1 103 Early Hints\r\nlink: </${'a'.repeat(1_000)}>\r\n\r\n`.repeat(10);
    receiver.answering = (socket) => {
      const pour = (): void => {
        if (!socket.destroyed) socket.write(flood, () => setImmediate(pour));
      };
      pour();
    };
    expect(await send()).toMatchObject({ statusCode: null, errorCode: 'protocol' });
    await waitFor(() => expect(receiver.sockets.size).toBe(0));
  });

  it('drops an idle connection on which something comes unasked, and sends the next request over another', async () => {
    receiver.say(empty);
    await send();
    const [socket] = receiver.sockets;
    socket?.write('HTTP/1.1 500 Unasked\r\ncontent-length: 0\r\n\r\n');
    await waitFor(() => expect(receiver.sockets.size).toBe(0));
    expect(await send()).toMatchObject({ statusCode: 200, errorCode: null, resent: false });
    expect(receiver.connectionCount).toBe(2);
  });

  it('drops an idle connection that the receiver half-closes', async () => {
    receiver.say(empty);
    await send();
    const [socket] = receiver.sockets;
    socket?.end();
    await waitFor(() => expect(receiver.sockets.size).toBe(0));
    expect(await send()).toMatchObject({ statusCode: 200, resent: false });
  });

  it('sends again when a used connection is half-closed instead of answering', async () => {
    receiver.answering = (socket, _request, number) => (number === 2 ? socket.end() : socket.write(empty));
    await send();
    expect(await send()).toMatchObject({ statusCode: 200, errorCode: null, resent: true });
    expect(receiver.requests).toHaveLength(3);
    expect(receiver.requests[2]).toBe(receiver.requests[1]);
  });

  it('does not send again when a used connection is closed after an informational answer', async () => {
    receiver.answering = (socket, _request, number) =>
      number === 2 ? socket.end('HTTP/1.1 102 Processing\r\n\r\n') : socket.write(empty);
    await send();
    expect(await send()).toMatchObject({ statusCode: null, errorCode: 'reset', resent: false });
    expect(receiver.requests).toHaveLength(2);
  });

  it('lets go of an idle connection before the receiver said that it would', async () => {
    receiver.say(`${ok}keep-alive: timeout=2\r\ncontent-length: 0\r\n\r\n`);
    for (let i = 0; i < 2; i++) await send();
    expect(receiver.connectionCount).toBe(2);
    receiver.say(`${ok}keep-alive: timeout=60\r\ncontent-length: 0\r\n\r\n`);
    for (let i = 0; i < 2; i++) await send();
    expect(receiver.connectionCount).toBe(3);
  });

  it('closes a connection that has been idle for long enough', async () => {
    const impatient = newSender({ keepAlive: { idleMs: 50 } });
    receiver.say(empty);
    await impatient.send(aRequest(receiver.url));
    expect(receiver.sockets.size).toBe(1);
    await waitFor(() => expect(receiver.sockets.size).toBe(0));
    await impatient.close();
  });

  it(
    'is given up at the deadline when the receiver reads nothing, and keeps nothing of the request',
    IN_TIME,
    async () => {
      receiver.answering = () => expect.unreachable('the request came whole');
      const body = 'x'.repeat(32 * 1024 * 1024);
      receiver.isDeaf = true;
      const result = await sender.send(aRequest(receiver.url, { body, timeoutMs: 3_000 }));
      expect(result).toMatchObject({ statusCode: null, errorCode: 'timeout', resent: false });
      expect(receiver.connectionCount).toBe(1);
      for (const socket of receiver.sockets) socket.resume();
      await waitFor(() => expect(receiver.sockets.size).toBe(0));
    },
  );

  it('does not use a connection again over which part of the last request is still unsent', async () => {
    receiver.answering = () => {};
    const body = 'x'.repeat(32 * 1024 * 1024);
    const sending = sender.send(aRequest(receiver.url, { body }));
    await waitFor(() => expect(receiver.sockets.size).toBe(1));
    const [socket] = receiver.sockets;
    socket?.pause();
    socket?.write(`HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n`);
    expect(await sending).toMatchObject({ statusCode: 413, errorCode: 'status' });
    receiver.say(empty);
    expect(await send()).toMatchObject({ statusCode: 200, errorCode: null });
    expect(receiver.connectionCount).toBe(2);
  });
});
