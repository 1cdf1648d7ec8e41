import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { QueueTarget } from './queue-url.js';

export type RedisClient = Redis | Cluster;
export type AnyRedisTarget = Exclude<QueueTarget, { kind: 'postgres' }>;
export type RedisRole = 'producer' | 'worker' | 'blocking';

/** Makes a client for one role; it connects at once and for ever again, and never throws. */
export function createRedisClient(target: AnyRedisTarget, role: RedisRole): RedisClient {
  const options = { ...credentialsOf(target), connectTimeout: 5_000, ...ROLES[role] };
  if (target.kind === 'redis-cluster') {
    return new Cluster([...target.nodes], {
      redisOptions: options,
      enableOfflineQueue: role !== 'producer',
      clusterRetryStrategy: reconnectDelayMs,
      slotsRefreshTimeout: 2_000,
    });
  }
  const single = { ...options, enableOfflineQueue: role !== 'producer', retryStrategy: reconnectDelayMs };
  if (target.kind === 'redis') return new Redis({ ...single, host: target.host, port: target.port, db: target.db });
  return new Redis({
    ...single,
    sentinels: [...target.sentinels],
    name: target.master,
    db: target.db,
    enableTLSForSentinelMode: target.tls,
  });
}

const ROLES = {
  /** Fails fast and forgets: what was under way when a connection broke must not be added a second time after it. */
  producer: {
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    socketTimeout: 2_000,
    reconnectOnError: (error: Error) => isReadOnly(error),
  },
  /** Waits for as long as it takes (BullMQ asks for null), but notices a connection that is dead without a word. */
  worker: {
    maxRetriesPerRequest: null,
    socketTimeout: 10_000,
    reconnectOnError: (error: Error) => (isReadOnly(error) ? 2 : false),
  },
  /** Its silence is normal; BullMQ has a watchdog of its own for it. */
  blocking: { maxRetriesPerRequest: null },
} as const;

function credentialsOf({ username, password, tls }: AnyRedisTarget): RedisOptions {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
  };
}

/** A master that was demoted: the new one is found by connecting anew. */
function isReadOnly(error: Error): boolean {
  return error.message.startsWith('READONLY');
}

function reconnectDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** (attempt - 1), 1_000) + Math.random() * 100;
}

export interface RedisWatcher {
  onReady: () => void;
  onLost: (reason: string) => void;
  /** Something changed behind a cluster connection that itself stands. */
  onShaken?: () => void;
}

/** Tells of a client's connections. An error alone changes nothing; it is the reason given when the connection closes. */
export function watchRedisClient(client: RedisClient, watcher: RedisWatcher): void {
  let lastError = 'the connection was closed';
  client.on('error', (error: Error) => {
    lastError = describe(error);
    // While connecting there may be no 'close' between one failed attempt and the next (a sentinel that knows no master).
    if (client.status !== 'ready') watcher.onLost(lastError);
  });
  client.on('ready', () => {
    lastError = 'the connection was closed';
    watcher.onReady();
  });
  client.on('close', () => watcher.onLost(lastError));
  client.on('end', () => watcher.onLost(lastError));
  if (client instanceof Cluster) {
    const shaken = () => watcher.onShaken?.();
    client.on('-node', shaken);
    client.on('+node', (node: Redis) => {
      shaken();
      node.on('ready', shaken);
      node.on('close', shaken);
    });
  }
}

/** Resolves when the client is ready; rejects as soon as its current attempt to connect has failed. */
export async function whenReady(client: RedisClient): Promise<void> {
  if (client.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const settle = (error?: Error) => {
      client.off('ready', settle).off('error', settle).off('close', closed).off('end', closed);
      if (error === undefined) resolve();
      else reject(new Error(describe(error), { cause: error }));
    };
    const closed = () => settle(new Error('the connection was closed'));
    client.on('ready', settle).on('error', settle).on('close', closed).on('end', closed);
    if (client.status === 'end') closed();
  });
}

/** ioredis reports a failed connect to `localhost` (two addresses) as an AggregateError with an empty message. */
function describe(error: Error): string {
  if (error.message !== '') return error.message;
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [];
  return first?.message ?? error.name;
}

/** Says goodbye if the server listens, and hangs up otherwise. */
export async function closeRedisClient(client: RedisClient): Promise<void> {
  if (client.status === 'end') return;
  if (client.status === 'ready') {
    const goodbye = client.quit().catch(() => undefined);
    await Promise.race([goodbye, new Promise((resolve) => setTimeout(resolve, 500).unref())]);
  }
  client.disconnect();
}
