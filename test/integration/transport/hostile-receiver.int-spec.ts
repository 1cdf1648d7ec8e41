import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SendResult, Sender } from '#transport';
import { Receiver } from '../../support/receiver.js';
import { waitFor } from '../../support/wait-for.js';
import { aRequest, aSender } from './setup.js';
import { IN_TIME } from '../../support/in-time.js';

let receiver: Receiver;
let sender: Sender;

beforeEach(async () => {
  receiver = await Receiver.start();
  sender = aSender();
});

afterEach(async () => {
  await sender.close();
  await receiver.close();
});

describe('a receiver that takes its time', IN_TIME, () => {
  it('is given up at the deadline when it never answers', async () => {
    receiver.hang();
    const result = await sender.send(aRequest(receiver.url, { timeoutMs: 250 }));
    expect(result).toMatchObject({ statusCode: null, errorCode: 'timeout', responseHeaders: null, responseBody: null });
    expect(result.error).toBe(
      'There was no complete answer within 0.25 s: the receiver has the connection but did not answer.',
    );
    expectEndedAt(result, 250);
    await waitFor(() => expect(receiver.openConnections).toBe(0));
  });

  it('is given up at the deadline when it drips, with the status kept', async () => {
    receiver.dripBody(20);
    const result = await sender.send(aRequest(receiver.url, { timeoutMs: 300 }));
    expect(result).toMatchObject({ statusCode: 200, errorCode: 'timeout', truncated: true });
    expect(result.responseBody).toMatch(/^\.+$/);
    expectEndedAt(result, 300);
  });

  it('succeeds when its slow body ends in time', async () => {
    receiver.slowBody(150);
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({
      errorCode: null,
      responseBody: 'slow but whole',
    });
  });

  it('is given up at the deadline while connecting', async () => {
    const full = await aFullListener();
    const result = await sender.send(aRequest(`http://127.0.0.1:${full.port}/`, { timeoutMs: 250 }));
    expect(result).toMatchObject({ statusCode: null, errorCode: 'timeout', remoteAddress: null });
    expect(result.error).toContain('the connection was still being made');
    expectEndedAt(result, 250);
    full.close();
  });

  it('is given up at the deadline in the TLS handshake', async () => {
    const silent = await listen(createServer((socket) => socket.on('error', () => {})));
    const result = await sender.send(aRequest(`https://127.0.0.1:${silent.port}/`, { timeoutMs: 250 }));
    expect(result).toMatchObject({ errorCode: 'timeout', remoteAddress: '127.0.0.1' });
    expect(result.error).toContain('the TLS handshake did not end');
    await silent.close();
  });

  it('is given up at the deadline while its name is being resolved', async () => {
    const patient = aSender({ lookup: () => {} });
    const result = await patient.send(aRequest('http://receiver.test/', { timeoutMs: 100 }));
    expect(result.errorCode).toBe('timeout');
    expect(result.error).toContain('the name was still being resolved');
    await patient.close();
  });

  it('keeps the status as the reason when a failure has a body without end', async () => {
    receiver.answer((_request, response) => response.writeHead(410).write('gone'));
    const result = await sender.send(aRequest(receiver.url, { timeoutMs: 200 }));
    expect(result).toMatchObject({ statusCode: 410, errorCode: 'status', responseBody: 'gone', truncated: true });
  });
});

describe('a receiver that says too much', () => {
  it('is cut off after 256 KiB of a body', async () => {
    receiver.endlessBody();
    const result = await sender.send(aRequest(receiver.url));
    expect(result).toMatchObject({ statusCode: 200, errorCode: 'body_too_large', truncated: true });
    expect(result.responseBody).toBe('x'.repeat(16 * 1024));
    await waitFor(() => expect(receiver.openConnections).toBe(0));
  });

  it('may say exactly 256 KiB', async () => {
    receiver.answer({ body: 'x'.repeat(256 * 1024) });
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({ errorCode: null, truncated: true });
  });

  it('fails by its status when the endless body belongs to a 500', async () => {
    receiver.endlessBody(500);
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({ statusCode: 500, errorCode: 'status' });
  });

  it('is refused with 100 KB of headers', async () => {
    receiver.answer({ headers: { 'x-large': 'h'.repeat(100_000) } });
    const result = await sender.send(aRequest(receiver.url));
    expect(result).toMatchObject({ errorCode: 'protocol', error: 'The answer has more than 64 KiB of headers.' });
  });

  it('has 40 KB of headers shortened to 16 KiB that are still JSON', async () => {
    receiver.answer({ headers: { 'x-large': 'h'.repeat(40_000), 'x-small': 'kept' } });
    const result = await sender.send(aRequest(receiver.url));
    expect(result.errorCode).toBeNull();
    expect(Buffer.byteLength(result.responseHeaders ?? '')).toBeLessThanOrEqual(16 * 1024);
    expect(JSON.parse(result.responseHeaders ?? '')).toMatchObject({ 'x-small': 'kept' });
  });

  it.each(['100 Continue', '102 Processing', '103 Early Hints'])(
    'sends "%s" 100 times before the real answer',
    async (status) => {
      const informational = `HTTP/1.1 ${status}\r\nlink: </a>\r\n\r\n`.repeat(100);
      receiver.answerRaw(`${informational}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`, { keepOpen: true });
      for (let i = 0; i < 2; i++) {
        const result = await sender.send(aRequest(receiver.url));
        expect(result).toMatchObject({ statusCode: 200, errorCode: null, responseBody: 'ok' });
      }
      expect(receiver.connectionCount).toBe(1);
    },
  );

  it('has what follows its answer ignored, and the next request unharmed', async () => {
    receiver.answerRaw('HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n', {
      keepOpen: true,
    });
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({ statusCode: 204, errorCode: null });
    receiver.answer(200);
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({ statusCode: 200, errorCode: null });
    receiver.answerRaw('HTTP/1.1 204 No Content\r\n\r\nhello there', { keepOpen: true });
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({ statusCode: 204, errorCode: null });
    receiver.answer(201);
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({ statusCode: 201, errorCode: null });
  });

  it('keeps memory flat over 1,000 endless bodies', async () => {
    receiver.endlessBody();
    await inParallel(100, 20, () => sender.send(aRequest(receiver.url)));
    const before = process.memoryUsage().rss;
    const results = await inParallel(1_000, 20, () => sender.send(aRequest(receiver.url)));
    for (const result of results) expect(result.errorCode).toBe('body_too_large');
    // The 1,000 kept parts of 16 KiB are in `results`; whole bodies of even 1 MiB each would be a gigabyte.
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    expect(sender.inFlight).toBe(0);
  });
});

describe('a receiver that does not speak HTTP properly', () => {
  it.each([
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n', 'protocol'],
    ['an invalid status line', 'HTTP/1.1 abc OK\r\n\r\n', 'protocol'],
    ['an invalid header', 'HTTP/1.1 200 OK\r\nbad header\r\n\r\n', 'protocol'],
    ['two different lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', 'protocol'],
    ['broken chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nab\r\n', 'protocol'],
    [
      'switching protocols',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      'protocol',
    ],
    ['only half a status line', 'HTTP/1.1 2', 'reset'],
    ['a body shorter than announced', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort', 'reset'],
    ['a short body and a close', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\nshort', 'protocol'],
    ['a chunked body without an end', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n', 'reset'],
    ['nothing but the end of the connection', '', 'reset'],
  ])('is a failed attempt with %s', async (_what, bytes, errorCode) => {
    receiver.answerRaw(bytes);
    const result = await sender.send(aRequest(receiver.url));
    expect(result.errorCode).toBe(errorCode);
    expect(result.error).toMatch(/^[A-Z].*\.$/);
    expect(receiver.requests).toHaveLength(1);
  });

  it('may answer in HTTP/1.0, where the end of the connection ends the body', async () => {
    receiver.answerRaw('HTTP/1.0 200 OK\r\n\r\nold but fine');
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({
      errorCode: null,
      responseBody: 'old but fine',
      truncated: false,
    });
  });

  it('may answer before it has read the request', async () => {
    const early = await listen(
      createServer((socket) => {
        socket.on('error', () => {});
        socket.end('HTTP/1.1 413 Payload Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      }),
    );
    const body = Buffer.alloc(8 * 1024 * 1024);
    const result = await sender.send(aRequest(`http://127.0.0.1:${early.port}/`, { body }));
    expect(['status', 'reset']).toContain(result.errorCode);
    await early.close();
  });

  it('resets in the middle of a body and has its status recorded', async () => {
    receiver.resetMidway();
    const result = await sender.send(aRequest(receiver.url));
    expect(result).toMatchObject({ statusCode: 200, errorCode: 'reset', truncated: true, resent: false });
    expect(result.error).toBe('The receiver closed the connection in the middle of the answer.');
  });
});

describe('a receiver that is not there', () => {
  it('refuses the connection', async () => {
    const { port } = receiver;
    await receiver.close();
    const result = await sender.send(aRequest(`http://127.0.0.1:${port}/`));
    expect(result).toMatchObject({ statusCode: null, errorCode: 'connect', remoteAddress: null });
    expect(result.error).toBe('No connection to 127.0.0.1: the connection was refused.');
    receiver = await Receiver.start();
  });
});

function expectEndedAt(result: SendResult, timeoutMs: number): void {
  expect(result.durationMs).toBeGreaterThan(timeoutMs - 20);
  expect(result.durationMs).toBeLessThan(timeoutMs + 3_000);
}

async function inParallel<T>(count: number, width: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let left = count;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (left-- > 0) results.push(await work());
    }),
  );
  return results;
}

/** A listener that accepts nobody and whose queue is full, so that the system drops every further SYN. */
async function aFullListener(): Promise<{ port: number; close: () => void }> {
  const script = `const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => process.send(server.address().port));`;
  const child = fork('-e', [script], { execArgv: ['-e', script] });
  const [port] = (await once(child, 'message')) as [number];
  child.kill('SIGSTOP');
  const fillers: Socket[] = [];
  for (;;) {
    const filler = connect(port, '127.0.0.1').on('error', () => {});
    fillers.push(filler);
    if (!(await Promise.race([once(filler, 'connect'), sleep(150, null)]))) break;
  }
  const close = () => {
    for (const filler of fillers) filler.destroy();
    child.kill('SIGKILL');
  };
  return { port, close };
}

async function listen(server: Server): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, close };
}
