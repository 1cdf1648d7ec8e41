import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseTarget, type Sender, TlsIdentity, type TlsMaterial } from '#transport';
import { certificates } from '../../support/certificates.js';
import { Receiver } from '../../support/receiver.js';
import { aRequest, aSender, namesResolvingTo } from './setup.js';

const { client, otherClient, clientAuthority, valid } = certificates;
const one: TlsMaterial = { certificate: client.cert, privateKey: client.key };
const two: TlsMaterial = { certificate: otherClient.cert, privateKey: otherClient.key };

let receiver: Receiver;
let sender: Sender;

beforeEach(async () => {
  receiver = await Receiver.start({ tls: { ...valid, clientCa: clientAuthority.cert } });
  sender = trusting([valid.cert]);
});

afterEach(async () => {
  await sender.close();
  await receiver.close();
});

function trusting(ca: string[]): Sender {
  return aSender({ ca, lookup: namesResolvingTo({ 'receiver.test': ['127.0.0.1'] }) });
}

function send(material: TlsMaterial | null, owner = 'ep_1') {
  const identity = material && new TlsIdentity(owner, material);
  const target = parseTarget(`https://receiver.test:${receiver.port}/hooks`, identity);
  return sender.send({ ...aRequest(receiver.url), target });
}

const clients = () => receiver.requests.map((request) => request.client);

describe('a client certificate', () => {
  it('is shown to the receiver, with a key that may be encrypted', async () => {
    expect(await send(one)).toMatchObject({ statusCode: 200, errorCode: null });
    const encrypted = { certificate: client.cert, privateKey: client.encryptedKey, passphrase: 'opensesame' };
    expect(await send(encrypted)).toMatchObject({ statusCode: 200, errorCode: null });
    expect(clients()).toEqual(['posthorn-one', 'posthorn-one']);
  });

  it('is asked for in words when there is none', async () => {
    const result = await send(null);
    expect(result).toMatchObject({ statusCode: null, errorCode: 'tls' });
    expect(result.error).toContain('wants a client certificate: certificate required');
    expect(receiver.requests).toHaveLength(0);
  });

  it.each([
    [42, 'bad certificate'],
    [43, 'unsupported certificate'],
    [44, 'certificate revoked'],
    [45, 'certificate expired'],
    [46, 'certificate unknown'],
    [48, 'unknown CA'],
    [49, 'access denied'],
  ])('that the receiver refuses with alert %i ends the attempt as auth', async (alert, words) => {
    const refusing = createServer((socket) => {
      socket.on('error', () => {});
      // A record of its own kind (RFC 8446 section 5.1): alert, fatal.
      socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, alert])));
    });
    await once(refusing.listen(0, '127.0.0.1'), 'listening');
    const { port } = refusing.address() as AddressInfo;
    const target = parseTarget(`https://receiver.test:${port}/`, new TlsIdentity('ep_1', one));
    expect(await sender.send({ ...aRequest(receiver.url), target })).toMatchObject({
      statusCode: null,
      errorCode: 'auth',
      error: `The receiver refused the client certificate: ${words}.`,
    });
    refusing.close();
  });

  it('that OpenSSL cannot use ends the attempt as auth, before anything is sent', async () => {
    const result = await send({ certificate: client.cert, privateKey: otherClient.key });
    expect(result).toMatchObject({ statusCode: null, errorCode: 'auth' });
    expect(result.error).toContain("The endpoint's TLS credentials cannot be used");
    expect(receiver.requests).toHaveLength(0);
  });

  it('keeps its connection for the requests of its owner', async () => {
    for (let i = 0; i < 3; i++) await send(one);
    expect(receiver.connectionCount).toBe(1);
  });

  it('is never used for another owner, nor its connection or session, whatever they bring', async () => {
    await send(one, 'ep_1');
    await send(two, 'ep_2');
    await send(one, 'ep_3');
    expect(clients()).toEqual(['posthorn-one', 'posthorn-two', 'posthorn-one']);
    expect(receiver.connectionCount).toBe(3);
    expect(await send(null)).toMatchObject({ errorCode: 'tls' });
  });

  it('is never used again once its owner has another one', async () => {
    await send(one);
    await send(two);
    expect(clients()).toEqual(['posthorn-one', 'posthorn-two']);
  });
});

describe('authorities of an endpoint’s own', () => {
  beforeEach(async () => {
    await receiver.close();
    receiver = await Receiver.start({ tls: valid });
    sender = trusting([]);
  });

  it('let its certificate pass', async () => {
    expect(await send(null)).toMatchObject({ errorCode: 'tls' });
    expect(await send({ ca: valid.cert })).toMatchObject({ statusCode: 200, errorCode: null });
    expect(await send(null)).toMatchObject({ errorCode: 'tls' });
  });

  it('are the only ones that count', async () => {
    await sender.close();
    sender = trusting([valid.cert]);
    expect(await send({ ca: clientAuthority.cert })).toMatchObject({ statusCode: null, errorCode: 'tls' });
  });

  it('do not stand in for the name of the host', async () => {
    const elsewhere = aSender({ lookup: namesResolvingTo({ 'elsewhere.test': ['127.0.0.1'] }) });
    const identity = new TlsIdentity('ep_1', { ca: valid.cert });
    const target = parseTarget(`https://elsewhere.test:${receiver.port}/`, identity);
    expect(await elsewhere.send({ ...aRequest(receiver.url), target })).toMatchObject({ errorCode: 'tls' });
    await elsewhere.close();
  });
});
