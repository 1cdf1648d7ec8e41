import { describe, expect, it } from 'vitest';
import { parseQueueUrl, QueueUrlError } from './queue-url.js';

describe('parseQueueUrl', () => {
  it('reads a plain Redis URL and fills the defaults', () => {
    expect(parseQueueUrl('redis://localhost')).toEqual({
      kind: 'redis',
      host: 'localhost',
      port: 6379,
      db: 0,
      tls: false,
    });
    expect(parseQueueUrl('redis://10.0.0.1:6380/3')).toMatchObject({ host: '10.0.0.1', port: 6380, db: 3 });
    expect(parseQueueUrl('redis://10.0.0.1:6380/')).toMatchObject({ db: 0 });
    expect(parseQueueUrl('REDIS://[::1]:6380')).toMatchObject({ host: '::1', port: 6380 });
  });

  it('reads user, password and TLS', () => {
    expect(parseQueueUrl('rediss://default:p%40ss%2Fw%3Ard@cache.example:6390/1')).toEqual({
      kind: 'redis',
      host: 'cache.example',
      port: 6390,
      db: 1,
      tls: true,
      username: 'default',
      password: 'p@ss/w:rd',
    });
    const passwordOnly = parseQueueUrl('redis://:secret@h');
    expect(passwordOnly).toMatchObject({ password: 'secret' });
    expect(passwordOnly).not.toHaveProperty('username');
  });

  it('takes several addresses for a cluster', () => {
    expect(parseQueueUrl('redis://:pw@h1:7000,h2:7001,h3')).toEqual({
      kind: 'redis-cluster',
      nodes: [
        { host: 'h1', port: 7000 },
        { host: 'h2', port: 7001 },
        { host: 'h3', port: 6379 },
      ],
      password: 'pw',
      tls: false,
    });
  });

  it('reads sentinels, the master and its database', () => {
    expect(parseQueueUrl('redis+sentinel://u:pw@s1:26380,s2/my%20master/2')).toEqual({
      kind: 'redis-sentinel',
      sentinels: [
        { host: 's1', port: 26380 },
        { host: 's2', port: 26379 },
      ],
      master: 'my master',
      db: 2,
      username: 'u',
      password: 'pw',
      tls: false,
    });
    expect(parseQueueUrl('redis+sentinel://s1/main')).toMatchObject({ master: 'main', db: 0 });
    expect(parseQueueUrl('rediss+sentinel://s1/main')).toMatchObject({ tls: true });
  });

  it('leaves a PostgreSQL URL to node-postgres', () => {
    for (const url of ['postgres://u:p@h:5432/db?sslmode=require', 'postgresql://h/db', 'postgres:///db?host=/run']) {
      expect(parseQueueUrl(url)).toEqual({ kind: 'postgres', url });
    }
  });

  it.each([
    ['localhost:6379', /not a URL/],
    ['', /not a URL/],
    ['amqp://localhost', /unknown scheme 'amqp'/],
    ['redis://', /names no host/],
    ['redis://h1:7000,', /names no host/],
    ['redis://h:0', /'h:0'/],
    ['redis://h:99999', /'h:99999'/],
    ['redis://h:port', /'h:port'/],
    ['redis://h/x', /'x' where the number/],
    ['redis://h/1/2', /more than a database number/],
    ['redis://h1,h2/1', /only database 0/],
    ['redis://user@h', /user without a password/],
    ['redis://:50%@h', /percent-encoding/],
    ['redis://h?tls=1', /options/],
    ['redis+sentinel://s1:26379', /name of the master/],
    ['redis+sentinel://s1/m/0/x', /name of the master/],
    ['postgres://u:p@h:port/db', /valid postgres/],
  ])('refuses %j and says why', (url, reason) => {
    expect(() => parseQueueUrl(url)).toThrow(QueueUrlError);
    expect(() => parseQueueUrl(url)).toThrow(reason);
  });

  it('never repeats a password in an error', () => {
    for (const url of [
      'redis://u:hunter2@h:port',
      'redis://u:hunter2@h/x',
      'amqp://u:hunter2@h',
      'redis://u:hunter2@',
    ]) {
      expect(() => parseQueueUrl(url)).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
      );
    }
  });
});
