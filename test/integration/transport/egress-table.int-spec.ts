import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AddressPolicy, type Sender, type SenderOptions } from '#transport';
import { BAD_ANSWERS, LITERAL_HOSTS, LOCAL_NAMES } from '../../support/egress-cases.js';
import { Receiver } from '../../support/receiver.js';
import { waitFor } from '../../support/wait-for.js';
import { aRequest, aSender, namesResolvingTo } from './setup.js';

/** What the guard refuses when it is registered is tried in test/integration/api/egress-table.int-spec.ts. */

let receiver: Receiver;
const senders: Sender[] = [];

beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(async () => {
  for (const sender of senders.splice(0)) await sender.close();
  await receiver.close();
});

function guarded(options: Partial<SenderOptions> = {}): Sender {
  const sender = aSender({ policy: new AddressPolicy(), ...options });
  senders.push(sender);
  return sender;
}

async function expectBlocked(sender: Sender, url: string, words: string): Promise<void> {
  const result = await sender.send(aRequest(url));
  expect(result).toMatchObject({ statusCode: null, errorCode: 'blocked_address', remoteAddress: null });
  expect(result.error).toMatch(/^No request was sent: .+\.$/);
  expect(result.error).toContain(words);
  expect(receiver.connectionCount).toBe(0);
}

describe('at sending, the guard', () => {
  it.each(LITERAL_HOSTS)('refuses %s: %s', (host, words) =>
    expectBlocked(guarded(), `http://${host}:${receiver.port}/`, words),
  );

  it.each(LOCAL_NAMES)('refuses %s without looking it up', (name) => {
    const lookup = () => expect.unreachable('it was looked up');
    return expectBlocked(guarded({ lookup }), `http://${name}:${receiver.port}/`, 'a name of a private network');
  });

  it.each(BAD_ANSWERS)('refuses a name that resolves to %j: %s', (addresses, words) => {
    const lookup = namesResolvingTo({ 'hooks.example.com': [...addresses] });
    return expectBlocked(guarded({ lookup }), `http://hooks.example.com:${receiver.port}/`, words);
  });
});

describe('DNS that changes its mind', () => {
  const policy = new AddressPolicy({ allow: ['127.0.0.1/32'] });

  it('between look-up and connection is not asked again: what was checked is what is connected to', async () => {
    let lookups = 0;
    const lookup: SenderOptions['lookup'] = (_name, callback) =>
      callback(null, [{ address: ++lookups === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]);
    const result = await guarded({ policy, lookup }).send(aRequest(`http://hooks.example.com:${receiver.port}/`));
    expect(result).toMatchObject({ statusCode: 200, remoteAddress: '127.0.0.1' });
    expect(lookups).toBe(1);
  });

  it('between two connections is refused with the second', async () => {
    let address = '127.0.0.1';
    const lookup: SenderOptions['lookup'] = (_name, callback) => callback(null, [{ address, family: 4 }]);
    const sender = guarded({ policy, lookup, keepAlive: { maxAgeMs: 0 } });
    const url = `http://hooks.example.com:${receiver.port}/`;
    expect(await sender.send(aRequest(url))).toMatchObject({ statusCode: 200 });
    address = '127.0.0.2';
    // Answers are kept for seconds.
    await waitFor(
      async () => expect(await sender.send(aRequest(url))).toMatchObject({ errorCode: 'blocked_address' }),
      { intervalMs: 100 },
    );
  });
});

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('of status %i are never followed, wherever they lead', async (status) => {
    const inside = await Receiver.start();
    for (const location of [inside.url, 'http://169.254.169.254/latest/', '//127.0.0.1/', 'file:///etc/passwd']) {
      receiver.redirectTo(location, status);
      const result = await aSender().send(aRequest(receiver.url));
      expect(result).toMatchObject({ statusCode: status, errorCode: 'status' });
    }
    expect(inside.connectionCount).toBe(0);
    await inside.close();
  });
});

describe('the ports of the platform itself', () => {
  const allow = ['127.0.0.0/8', '10.0.0.0/8', '::1/128'];
  const policy = (ownPorts: { listening: number[]; servers: number[] }) =>
    new AddressPolicy({ allow, ownPorts, allowHttp: true });

  it.each(['127.0.0.1', '127.0.0.9', '[::ffff:127.0.0.1]', '[64:ff9b::7f00:1]', 'receiver.test'])(
    'stay closed at %s though it is allowed',
    async (host) => {
      for (const own of [
        { listening: [receiver.port], servers: [] },
        { listening: [], servers: [receiver.port] },
      ]) {
        const lookup = namesResolvingTo({ 'receiver.test': ['127.0.0.1'] });
        const sender = guarded({ policy: policy(own), lookup });
        await expectBlocked(sender, `http://${host}:${receiver.port}/`, 'belongs to this platform itself');
      }
    },
  );

  it('are told of at registration', () => {
    const guard = policy({ listening: [80], servers: [5432] });
    const checkUrl = (url: string) => guard.checkUrl(url);
    expect(checkUrl('http://127.0.0.1:5432/')).toEqual({
      code: 'url_port',
      message: 'The URL must not lead there: 127.0.0.1:5432 belongs to this platform itself.',
    });
    expect(checkUrl('http://127.0.0.1/')?.code).toBe('url_port');
    expect(checkUrl('http://10.1.1.1:5432/')?.code).toBe('url_port');
  });

  it('are free elsewhere', () => {
    const guard = policy({ listening: [8080], servers: [5432] });
    expect(guard.checkConnection('10.1.1.1', 8080)).toBeNull();
    expect(guard.checkConnection('127.0.0.1', 8081)).toBeNull();
    expect(guard.checkConnection('8.8.8.8', 5432)).toBeNull();
  });
});
