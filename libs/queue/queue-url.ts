/** Where the queue lives, read from `QUEUE_URL`. */
export type QueueTarget = RedisTarget | RedisClusterTarget | RedisSentinelTarget | PostgresTarget;

export interface ServerAddress {
  host: string;
  port: number;
}

interface RedisCredentials {
  username?: string;
  password?: string;
  /** Connect over TLS (`rediss`, `rediss+sentinel`). */
  tls: boolean;
}

export interface RedisTarget extends RedisCredentials, ServerAddress {
  kind: 'redis';
  db: number;
}

export interface RedisClusterTarget extends RedisCredentials {
  kind: 'redis-cluster';
  nodes: readonly ServerAddress[];
}

export interface RedisSentinelTarget extends RedisCredentials {
  kind: 'redis-sentinel';
  sentinels: readonly ServerAddress[];
  /** The name under which the sentinels watch the master. */
  master: string;
  db: number;
}

export interface PostgresTarget {
  kind: 'postgres';
  url: string;
}

/** The queue's URL cannot be used. The message says what is wrong and never repeats a password. */
export class QueueUrlError extends Error {
  override readonly name = 'QueueUrlError';

  constructor(reason: string) {
    super(`QUEUE_URL ${reason}`);
  }
}

const FORMS =
  'redis://host:port, rediss://host:port, redis://h1:p1,h2:p2 (cluster), redis+sentinel://h1:p1,h2:p2/master, or postgres://…';
const REDIS_PORT = 6379;
const SENTINEL_PORT = 26379;

/**
 * Reads a queue URL:
 *
 * - `redis://[user:password@]host[:port][/db]`, `rediss://…` for TLS;
 * - `redis://[user:password@]h1:p1,h2:p2`: two addresses or more are a cluster;
 * - `redis+sentinel://[user:password@]h1:p1,h2:p2/master[/db]`, the credentials being those of the Redis servers;
 * - `postgres://…` or `postgresql://…`, as node-postgres reads it.
 *
 * A user or password with reserved characters is percent-encoded. Throws {@link QueueUrlError}.
 */
export function parseQueueUrl(url: string): QueueTarget {
  const scheme = /^([a-z+]+):\/\//i.exec(url)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'postgres':
    case 'postgresql':
      return parsePostgres(url);
    case 'redis':
    case 'rediss':
    case 'redis+sentinel':
    case 'rediss+sentinel':
      return parseRedis(scheme, url.slice(scheme.length + '://'.length));
    case undefined:
      throw new QueueUrlError(`is not a URL; use ${FORMS}`);
    default:
      throw new QueueUrlError(`has the unknown scheme '${scheme}'; use ${FORMS}`);
  }
}

function parsePostgres(url: string): PostgresTarget {
  // `postgres:///name?host=/socket` has no host that the URL standard knows, yet node-postgres reads it.
  if (!/^postgres(ql)?:\/\/\//i.test(url) && !URL.canParse(url)) {
    throw new QueueUrlError('is not a valid postgres:// URL; percent-encode reserved characters in the password');
  }
  return { kind: 'postgres', url };
}

function parseRedis(scheme: string, rest: string): QueueTarget {
  if (rest.includes('?') || rest.includes('#')) {
    throw new QueueUrlError('has options after ? or #, which are not supported; percent-encode these in a password');
  }
  const slash = rest.indexOf('/', Math.max(rest.lastIndexOf('@'), 0));
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? [] : rest.slice(slash + 1).split('/');
  const at = authority.lastIndexOf('@');
  const common = { ...parseCredentials(at < 0 ? '' : authority.slice(0, at)), tls: scheme.startsWith('rediss') };
  const isSentinel = scheme.endsWith('+sentinel');
  const addresses = parseAddresses(authority.slice(at + 1), isSentinel ? SENTINEL_PORT : REDIS_PORT);

  if (isSentinel) {
    const [master, db, ...more] = path;
    if (!master || more.length > 0) {
      throw new QueueUrlError('needs the name of the master: redis+sentinel://h1:p1,h2:p2/master[/db]');
    }
    return { kind: 'redis-sentinel', sentinels: addresses, master: decode(master), db: parseDb(db), ...common };
  }
  if (path.length > 1) throw new QueueUrlError('has more than a database number after the host');
  const db = parseDb(path[0]);
  const [address, ...others] = addresses;
  if (address === undefined) throw new QueueUrlError('names no host');
  if (others.length === 0) return { kind: 'redis', ...address, db, ...common };
  if (db !== 0) throw new QueueUrlError('names a database, but a Redis cluster has only database 0');
  return { kind: 'redis-cluster', nodes: addresses, ...common };
}

function parseCredentials(text: string): { username?: string; password?: string } {
  if (text === '') return {};
  const colon = text.indexOf(':');
  if (colon < 0) throw new QueueUrlError('has a user without a password; write user:password@ or :password@');
  const username = decode(text.slice(0, colon));
  const password = decode(text.slice(colon + 1));
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function parseAddresses(text: string, defaultPort: number): ServerAddress[] {
  return text.split(',').map((part) => {
    const match = /^(\[[0-9a-f:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/i.exec(part);
    const host = match?.[1];
    const port = match?.[2] === undefined ? defaultPort : Number(match[2]);
    if (host === undefined || port < 1 || port > 65_535) {
      throw new QueueUrlError(part === '' ? 'names no host' : `has '${part}' where host:port should be`);
    }
    return { host: host.replace(/^\[|\]$/g, ''), port };
  });
}

function parseDb(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (!/^\d{1,4}$/.test(text)) throw new QueueUrlError(`has '${text}' where the number of a database should be`);
  return Number(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new QueueUrlError('has a % that is not a percent-encoding; write a plain % as %25');
  }
}
