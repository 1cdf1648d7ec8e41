import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Sender } from '#transport';
import { Receiver, resettingBeforeResponse } from '../../support/receiver.js';
import { waitFor } from '../../support/wait-for.js';
import { aRequest, aSender } from './setup.js';
import { IN_TIME } from '../../support/in-time.js';

let receiver: Receiver;
let sender: Sender;

beforeEach(async () => {
  receiver = await Receiver.start();
  sender = aSender({ userAgent: 'Posthorn/test' });
});

afterEach(async () => {
  await sender.close();
  await receiver.close();
});

describe(`${Sender.name}: what goes out`, () => {
  it('sends body and headers byte for byte', async () => {
    const body = Buffer.from('{"b":1.0,"a":12345678901234567890,"ü":"é"}');
    const result = await sender.send(aRequest(`${receiver.url}?a=b%20c#fragment`, { body }));
    const [request] = await receiver.received(1);
    expect(request?.method).toBe('POST');
    expect(request?.path).toBe('/hooks?a=b%20c');
    expect(request?.body).toEqual(body);
    expect(request?.headers).toMatchObject({
      host: `127.0.0.1:${receiver.port}`,
      'user-agent': 'Posthorn/test',
      'content-type': 'application/json',
      'webhook-id': 'evt_1',
      'content-length': String(body.length),
    });
    expect(result).toMatchObject({ statusCode: 200, errorCode: null, error: null, resent: false });
  });

  it('counts the bytes of a body, not its characters', async () => {
    await sender.send(aRequest(receiver.url, { body: 'äöü€' }));
    const [request] = await receiver.received(1);
    expect(request?.body.toString()).toBe('äöü€');
    expect(request?.headers['content-length']).toBe('9');
  });

  it('sends an empty body with its length', async () => {
    await sender.send(aRequest(receiver.url, { body: '' }));
    const [request] = await receiver.received(1);
    expect(request?.headers['content-length']).toBe('0');
  });

  it('turns a header that may not be sent into a result, and sends nothing', async () => {
    const result = await sender.send(aRequest(receiver.url, { headers: ['x-bad', 'line\r\nbreak'] }));
    expect(result).toMatchObject({ statusCode: null, errorCode: 'protocol' });
    expect(receiver.requests).toHaveLength(0);
  });
});

describe(`${Sender.name}: what comes back`, () => {
  it.each([200, 201, 202, 204, 299])('takes %i for success', async (status) => {
    receiver.answer(status);
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({
      statusCode: status,
      errorCode: null,
      error: null,
    });
  });

  it.each([
    [400, 'The receiver answered 400 Bad Request.'],
    [410, 'The receiver answered 410 Gone.'],
    [500, 'The receiver answered 500 Internal Server Error.'],
    [599, 'The receiver answered 599.'],
    [304, 'The receiver answered 304 Not Modified.'],
  ])('takes %i for a failure and says so', async (status, error) => {
    receiver.answer({ status, body: status === 304 ? '' : 'no' });
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({ statusCode: status, errorCode: 'status', error });
  });

  it('never follows redirects', async () => {
    const elsewhere = await Receiver.start();
    for (const status of [301, 302, 303, 307, 308]) {
      receiver.redirectTo(elsewhere.url, status);
      const result = await sender.send(aRequest(receiver.url));
      expect(result).toMatchObject({ statusCode: status, errorCode: 'status' });
      expect(result.error).toContain(`to ${elsewhere.url}; redirects are never followed`);
    }
    expect(elsewhere.requests).toHaveLength(0);
    await elsewhere.close();
  });

  it('reports headers in lower case with repeated ones joined, and Retry-After as it came', async () => {
    receiver.answer({ status: 503, headers: { 'Retry-After': '120', 'X-Twice': ['a', 'b'] }, body: 'later' });
    const result = await sender.send(aRequest(receiver.url));
    expect(JSON.parse(result.responseHeaders ?? '')).toMatchObject({ 'retry-after': '120', 'x-twice': 'a, b' });
    expect(result).toMatchObject({ retryAfter: '120', responseBody: 'later', truncated: false });
  });

  it('makes NUL and broken UTF-8 in a body harmless', async () => {
    receiver.answer({ body: Buffer.from([0x6f, 0x6b, 0x00, 0xc3, 0x28, 0xff, 0xed, 0xa0, 0x80]) });
    const result = await sender.send(aRequest(receiver.url));
    expect(result.errorCode).toBeNull();
    expect(result.responseBody).toBe('ok\uFFFD\uFFFD(\uFFFD\uFFFD\uFFFD\uFFFD');
  });

  it('does not decompress', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    receiver.answer({ headers: { 'content-encoding': 'gzip' }, body: bomb });
    const result = await sender.send(aRequest(receiver.url));
    expect(result).toMatchObject({ statusCode: 200, errorCode: null, truncated: true });
    expect(result.responseBody?.length).toBeLessThanOrEqual(16 * 1024);
  });

  it('keeps the first 16 KiB of a body and says that there was more', async () => {
    receiver.answer({ body: `${'x'.repeat(16 * 1024)}more` });
    const result = await sender.send(aRequest(receiver.url));
    expect(result).toMatchObject({ errorCode: null, truncated: true, responseBody: 'x'.repeat(16 * 1024) });
    receiver.answer({ body: 'y'.repeat(16 * 1024) });
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({
      truncated: false,
      responseBody: 'y'.repeat(16 * 1024),
    });
  });

  it('puts a body together that comes in many pieces', async () => {
    const pieces = Array.from({ length: 400 }, (_, i) => `piece ${i};`);
    receiver.answer((_request, response) => {
      const writeFrom = (index: number): void => {
        if (index === pieces.length) response.end();
        else response.write(pieces[index], () => writeFrom(index + 1));
      };
      writeFrom(0);
    });
    expect((await sender.send(aRequest(receiver.url))).responseBody).toBe(pieces.join(''));
  });

  it('measures every phase of a new connection, and none of them on a used one', async () => {
    receiver.answer(200);
    const first = await sender.send(aRequest(receiver.url));
    const second = await sender.send(aRequest(receiver.url));
    expect(first.timings).toEqual({
      dnsMs: null,
      connectMs: expect.any(Number),
      tlsMs: null,
      firstByteMs: expect.any(Number),
    });
    expect(second.timings).toEqual({ dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: expect.any(Number) });
    expect(first.remoteAddress).toBe('127.0.0.1');
    expect(second.remoteAddress).toBe('127.0.0.1');
    expect(first.durationMs).toBeGreaterThan(0);
    expect(Math.abs(first.startedAtMs - Date.now())).toBeLessThan(5_000);
  });
});

describe(`${Sender.name}: connections`, () => {
  it('uses a connection again', async () => {
    for (let i = 0; i < 5; i++) await sender.send(aRequest(receiver.url));
    expect(receiver.connectionCount).toBe(1);
  });

  it('never lets one request wait for another', IN_TIME, async () => {
    receiver.slowBody(300);
    const results = await Promise.all(Array.from({ length: 40 }, () => sender.send(aRequest(receiver.url))));
    for (const result of results) expect(result.durationMs).toBeLessThan(3_000);
    expect(receiver.connectionCount).toBe(40);
  });

  it('does not use a connection again that the receiver wants closed', async () => {
    receiver.answer({ headers: { connection: 'close' }, body: 'bye' });
    for (let i = 0; i < 3; i++) expect((await sender.send(aRequest(receiver.url))).responseBody).toBe('bye');
    expect(receiver.connectionCount).toBe(3);
  });

  it('does not use a connection again once it is too old', async () => {
    const impatient = aSender({ keepAlive: { maxAgeMs: 0 } });
    for (let i = 0; i < 3; i++) await impatient.send(aRequest(receiver.url));
    expect(receiver.connectionCount).toBe(3);
    await impatient.close();
  });

  it('keeps no more idle connections than it may', async () => {
    const frugal = aSender({ keepAlive: { maxIdleConnections: 3 } });
    receiver.slowBody(50);
    await Promise.all(Array.from({ length: 10 }, () => frugal.send(aRequest(receiver.url))));
    await waitFor(() => expect(receiver.openConnections).toBe(3));
    await frugal.close();
  });

  it('sends again at once, and only once, when a used connection resets before any byte of answer', async () => {
    receiver.answer(200, resettingBeforeResponse, { status: 200, body: 'second try' });
    await sender.send(aRequest(receiver.url));
    const result = await sender.send(aRequest(receiver.url));
    expect(result).toMatchObject({ statusCode: 200, errorCode: null, resent: true, responseBody: 'second try' });
    expect(result.timings.connectMs).not.toBeNull();
    expect(receiver.requests).toHaveLength(3);
    expect(receiver.requests[2]?.body).toEqual(receiver.requests[1]?.body);
  });

  it('does not send a third time', async () => {
    receiver.answer(200, resettingBeforeResponse);
    await sender.send(aRequest(receiver.url));
    const result = await sender.send(aRequest(receiver.url));
    expect(result).toMatchObject({ statusCode: null, errorCode: 'reset', resent: true });
    expect(receiver.requests).toHaveLength(3);
  });

  it('does not send again when a new connection resets', async () => {
    receiver.resetBeforeResponse();
    const result = await sender.send(aRequest(receiver.url));
    expect(result).toMatchObject({ statusCode: null, errorCode: 'reset', resent: false });
    expect(result.error).toBe('The receiver closed the connection before answering.');
    expect(receiver.requests).toHaveLength(1);
  });

  it('does not send again when part of an answer has come', async () => {
    receiver.answer(200);
    await sender.send(aRequest(receiver.url));
    receiver.resetMidway();
    const result = await sender.send(aRequest(receiver.url));
    expect(result).toMatchObject({ statusCode: 200, errorCode: 'reset', resent: false });
    expect(receiver.requests).toHaveLength(2);
  });

  it('connects anew when the receiver was restarted in between', async () => {
    receiver.answer(200);
    await Promise.all(Array.from({ length: 5 }, () => sender.send(aRequest(receiver.url))));
    receiver.dropConnections();
    const results = await Promise.all(Array.from({ length: 5 }, () => sender.send(aRequest(receiver.url))));
    for (const result of results) expect(result.errorCode).toBeNull();
  });

  it('lets what is in flight end before it closes, and sends nothing after that', async () => {
    receiver.slowBody(100);
    const sent = sender.send(aRequest(receiver.url));
    await receiver.received(1);
    await sender.close();
    expect(await sent).toMatchObject({ errorCode: null, responseBody: 'slow but whole' });
    await waitFor(() => expect(receiver.openConnections).toBe(0));
    await expect(sender.send(aRequest(receiver.url))).rejects.toThrow('the sender is closed');
  });
});
