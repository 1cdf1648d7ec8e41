import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AddressPolicy, Sender } from '#transport';
import { certificates } from '../../support/certificates.js';
import { Receiver } from '../../support/receiver.js';
import { aRequest, aSender, namesResolvingTo } from './setup.js';

let receiver: Receiver;
const senders: Sender[] = [];

beforeEach(async () => {
  receiver = await Receiver.start();
});

afterEach(async () => {
  for (const sender of senders.splice(0)) await sender.close();
  await receiver.close();
});

function guarded(...options: Parameters<typeof aSender>): Sender {
  const sender = aSender(...options);
  senders.push(sender);
  return sender;
}

describe('the address guard', () => {
  it.each(['127.0.0.1', '127.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', 'localhost', 'app.localhost'])(
    'refuses %s in the URL by default, before anything is sent',
    async (host) => {
      const sender = guarded({ policy: new AddressPolicy() });
      const result = await sender.send(aRequest(`http://${host}:${receiver.port}/`));
      expect(result).toMatchObject({ statusCode: null, errorCode: 'blocked_address', remoteAddress: null });
      expect(result.error).toMatch(/^No request was sent: .*\.$/);
      expect(receiver.connectionCount).toBe(0);
    },
  );

  it('refuses a name when one of its addresses is not public', async () => {
    const lookup = namesResolvingTo({ 'hooks.example.com': ['8.8.8.8', '127.0.0.1'] });
    const sender = guarded({ policy: new AddressPolicy(), lookup });
    const result = await sender.send(aRequest(`http://hooks.example.com:${receiver.port}/`));
    expect(result).toMatchObject({ errorCode: 'blocked_address' });
    expect(result.error).toBe(
      'No request was sent: hooks.example.com resolves to 127.0.0.1, and 127.0.0.1 is a loopback address.',
    );
    expect(receiver.connectionCount).toBe(0);
  });

  it.each(['::1', '::ffff:127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', 'fd00::1', '169.254.169.254'])(
    'refuses a name that resolves to %s',
    async (address) => {
      const lookup = namesResolvingTo({ 'hooks.example.com': [address] });
      const sender = guarded({ policy: new AddressPolicy(), lookup });
      expect(await sender.send(aRequest(`http://hooks.example.com:${receiver.port}/`))).toMatchObject({
        errorCode: 'blocked_address',
      });
    },
  );

  it('looks at where the socket really leads, whatever was looked up before', async () => {
    class Rebound extends AddressPolicy {
      #checks = 0;
      override checkAddress(ip: string): string | null {
        return ++this.#checks === 1 ? null : `${ip} is a loopback address`;
      }
    }
    const lookup = namesResolvingTo({ 'hooks.example.com': ['127.0.0.1'] });
    const sender = guarded({ policy: new Rebound(), lookup });
    const result = await sender.send(aRequest(`http://hooks.example.com:${receiver.port}/`));
    expect(result.errorCode).toBe('blocked_address');
    expect(result.error).toContain('the connection led to 127.0.0.1');
    expect(receiver.requests).toHaveLength(0);
  });

  it('refuses denied host names without looking them up', async () => {
    const policy = new AddressPolicy({ allow: ['127.0.0.0/8'], deny: ['*.denied.example'] });
    const lookup = () => expect.unreachable('a denied name was looked up');
    const sender = guarded({ policy, lookup });
    expect(await sender.send(aRequest('https://a.denied.example/'))).toMatchObject({ errorCode: 'blocked_address' });
  });

  it('goes where the operator allowed, by name too', async () => {
    const sender = guarded({ lookup: namesResolvingTo({ 'receiver.test': ['127.0.0.1'] }) });
    const result = await sender.send(aRequest(`http://receiver.test:${receiver.port}/`));
    expect(result).toMatchObject({ statusCode: 200, errorCode: null, remoteAddress: '127.0.0.1' });
    expect(result.timings.dnsMs).toEqual(expect.any(Number));
    expect(receiver.requests[0]?.headers.host).toBe(`receiver.test:${receiver.port}`);
  });

  it('tries the other addresses of a name when the first does not answer', async () => {
    const sender = guarded({ lookup: namesResolvingTo({ 'receiver.test': ['127.0.0.2', '127.0.0.1'] }) });
    expect(await sender.send(aRequest(`http://receiver.test:${receiver.port}/`))).toMatchObject({
      errorCode: null,
      remoteAddress: '127.0.0.1',
    });
  });

  it('says that a name does not exist', async () => {
    const sender = guarded({ lookup: namesResolvingTo({ empty: [] }) });
    const result = await sender.send(aRequest('https://nowhere.example/'));
    expect(result).toMatchObject({
      errorCode: 'dns',
      error: 'The name nowhere.example could not be resolved (ENOTFOUND).',
    });
    expect(await sender.send(aRequest('https://empty/'))).toMatchObject({ errorCode: 'dns' });
  });

  it('looks a name up once for many connections at a time', async () => {
    let lookups = 0;
    const answer = namesResolvingTo({ 'receiver.test': ['127.0.0.1'] });
    const sender = guarded({
      lookup: (hostname, callback) => {
        lookups++;
        answer(hostname, callback);
      },
    });
    await Promise.all(
      Array.from({ length: 50 }, () => sender.send(aRequest(`http://receiver.test:${receiver.port}/`))),
    );
    expect(receiver.requests).toHaveLength(50);
    expect(lookups).toBe(1);
  });
});

describe('TLS', () => {
  const lookup = namesResolvingTo({ 'receiver.test': ['127.0.0.1'], 'other.test': ['127.0.0.1'] });

  it('sends to a receiver whose certificate is trusted, and resumes the session on the next connection', async () => {
    const secure = await Receiver.start({ tls: certificates.valid });
    const sender = guarded({ lookup, ca: [certificates.valid.cert], keepAlive: { maxAgeMs: 0 } });
    const resumed: boolean[] = [];
    secure.answer((request, response) => {
      resumed.push((request.socket as unknown as { isSessionReused(): boolean }).isSessionReused());
      response.end('ok');
    });
    const first = await sender.send(aRequest(`https://receiver.test:${secure.port}/`));
    expect(first).toMatchObject({ statusCode: 200, errorCode: null, remoteAddress: '127.0.0.1' });
    expect(first.timings.tlsMs).toEqual(expect.any(Number));
    await sender.send(aRequest(`https://receiver.test:${secure.port}/`));
    expect(resumed).toEqual([false, true]);
    await secure.close();
  });

  it.each([
    ['self-signed', certificates.valid, undefined, 'receiver.test', 'the certificate is self-signed'],
    ['expired', certificates.expired, certificates.expired.cert, 'receiver.test', 'the certificate has expired'],
    [
      'for another name',
      certificates.valid,
      certificates.valid.cert,
      'other.test',
      "does not match certificate's altnames",
    ],
  ])('refuses a certificate that is %s', async (_what, certificate, ca, host, words) => {
    const secure = await Receiver.start({ tls: certificate });
    const sender = guarded({ lookup, ...(ca === undefined ? {} : { ca: [ca] }) });
    const result = await sender.send(aRequest(`https://${host}:${secure.port}/`));
    expect(result).toMatchObject({ statusCode: null, errorCode: 'tls', remoteAddress: '127.0.0.1' });
    expect(result.error).toContain(words);
    expect(secure.requests).toHaveLength(0);
    await secure.close();
  });

  it('says that a plain HTTP server does not speak TLS', async () => {
    const result = await guarded().send(aRequest(`https://127.0.0.1:${receiver.port}/`));
    expect(result).toMatchObject({ errorCode: 'tls' });
  });
});

describe('an egress proxy', () => {
  let proxy: Server;
  let tunnels: { authority: string | undefined; authorization: string | undefined }[];

  beforeEach(async () => {
    tunnels = [];
    proxy = createServer().on('connect', (request, client, head) => {
      tunnels.push({ authority: request.url, authorization: request.headers['proxy-authorization'] });
      const [host, port] = (request.url ?? '').split(':');
      const upstream = connect(Number(port), host);
      upstream.on('connect', () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.write(head);
        client.pipe(upstream).pipe(client);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });

  const proxyUrl = () => `http://user:secret@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const lookup = namesResolvingTo({ 'receiver.test': ['127.0.0.1'], 'inside.test': ['10.0.0.1'] });

  it('carries http and https through tunnels to the very address that was checked', async () => {
    const secure = await Receiver.start({ tls: certificates.valid });
    const sender = guarded({ lookup, ca: [certificates.valid.cert], proxy: proxyUrl() });
    for (const url of [`http://receiver.test:${receiver.port}/`, `https://receiver.test:${secure.port}/`]) {
      expect(await sender.send(aRequest(url))).toMatchObject({ statusCode: 200, remoteAddress: '127.0.0.1' });
    }
    const authorization = `Basic ${Buffer.from('user:secret').toString('base64')}`;
    expect(tunnels).toEqual([
      { authority: `127.0.0.1:${receiver.port}`, authorization },
      { authority: `127.0.0.1:${secure.port}`, authorization },
    ]);
    expect(receiver.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    await sender.close();
    await secure.close();
  });

  it('is not asked for what the guard refuses', async () => {
    const sender = guarded({ lookup, proxy: proxyUrl() });
    for (const host of ['inside.test', '10.0.0.1', '[::1]']) {
      expect(await sender.send(aRequest(`https://${host}/`))).toMatchObject({ errorCode: 'blocked_address' });
    }
    expect(tunnels).toHaveLength(0);
  });

  it('fails the attempt with its own code when it refuses or is away', async () => {
    const refusing = createServer().on('connect', (_request, client) => client.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const { port } = refusing.address() as AddressInfo;
    const sender = guarded({ lookup, proxy: `http://127.0.0.1:${port}` });
    const refused = await sender.send(aRequest(receiver.url));
    expect(refused).toMatchObject({ statusCode: null, errorCode: 'proxy' });
    expect(refused.error).toContain('with 403');
    await new Promise((resolve) => refusing.close(resolve));
    expect(await sender.send(aRequest(receiver.url))).toMatchObject({ errorCode: 'proxy' });
  });

  it.each<[string, string, string]>([
    ['asks for a password', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', 'with 407'],
    ['speaks no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'cannot be used'],
    ['has headers without end', `HTTP/1.1 200 OK\r\nx-a: ${'b'.repeat(100_000)}`, 'cannot be used'],
    ['hangs up', '', 'cannot be used'],
  ])('fails the attempt with its own code when it %s, and keeps its password to itself', async (_, bytes, words) => {
    const rude = createTcpServer((client) => {
      client.on('error', () => {});
      client.once('data', () => client.end(bytes));
    });
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    const { port } = rude.address() as AddressInfo;
    const result = await guarded({ lookup, proxy: `http://user:secret@127.0.0.1:${port}` }).send(
      aRequest(receiver.url),
    );
    expect(result).toMatchObject({ statusCode: null, errorCode: 'proxy' });
    expect(result.error).toContain(words);
    expect(result.error).not.toContain('secret');
    await new Promise((resolve) => rude.close(resolve));
  });

  it('is named at the deadline when it does not answer', async () => {
    const silent = createTcpServer((client) => client.on('error', () => {}).resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const sender = guarded({ lookup, proxy: `http://127.0.0.1:${port}` });
    const result = await sender.send(aRequest(receiver.url, { timeoutMs: 200 }));
    expect(result).toMatchObject({ statusCode: null, errorCode: 'timeout' });
    expect(result.error).toContain('the egress proxy had not opened a tunnel yet');
    await new Promise((resolve) => silent.close(resolve));
  });

  it('must be an http or https URL, and its password stays out of the refusal', () => {
    expect(() => new Sender({ policy: new AddressPolicy(), proxy: 'socks5://user:secret@proxy:1080' })).toThrow(
      /^the egress proxy must be an http:\/\/ or https:\/\/ URL$/,
    );
  });
});
