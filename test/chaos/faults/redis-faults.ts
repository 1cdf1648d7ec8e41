import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisServer } from '../../support/redis-server.js';
import { type Fault, NOTHING_UNUSUAL, type Scene } from './fault.js';

/** With Redis nothing is lost but speed, so nothing unusual may be seen. */
const ON_REDIS = { queues: ['redis'], outlastsLease: false, allows: NOTHING_UNUSUAL } as const;

export const REDIS_EMPTIED: Fault = {
  ...ON_REDIS,
  name: 'redis-emptied',
  async play(scene) {
    const redis = redisOf(scene);
    const keys = await keysIn(redis);
    await redis.kill();
    forgetSnapshot(redis);
    await redis.restart();
    return `killed with ${keys} keys, restarted empty`;
  },
};

/** While the workers stand still a backlog gathers and is saved; it is done with when the server that dies brings it back. */
export const REDIS_SNAPSHOT: Fault = {
  ...ON_REDIS,
  name: 'redis-snapshot',
  async play(scene) {
    const redis = redisOf(scene);
    const { workers } = scene.servers;
    for (const worker of workers) worker.freeze();
    await sleep(1_500);
    await redis.ask('SAVE');
    const keys = await keysIn(redis);
    for (const worker of workers) worker.thaw();
    await sleep(scene.isShort ? 2_500 : scene.random.between(2_500, 20_000));
    await redis.restart();
    forgetSnapshot(redis);
    return `killed, back with ${keys} keys of a snapshot`;
  },
};

export const REDIS_FLUSHED: Fault = {
  ...ON_REDIS,
  name: 'redis-flushed',
  async play(scene) {
    const redis = redisOf(scene);
    const keys = await keysIn(redis);
    await redis.ask('FLUSHALL');
    return `FLUSHALL of ${keys} keys`;
  },
};

export const REDIS_AWAY: Fault = {
  ...ON_REDIS,
  name: 'redis-away',
  async play(scene) {
    const redis = redisOf(scene);
    const awayMs = scene.isShort ? 4_000 : 30_000;
    await redis.kill();
    await sleep(awayMs);
    await redis.restart();
    return `away for ${awayMs / 1_000} s`;
  },
};

/** It keeps its connections and says nothing, as behind a network that has been cut. */
export const REDIS_SILENT: Fault = {
  ...ON_REDIS,
  name: 'redis-silent',
  async play(scene) {
    const redis = redisOf(scene);
    const silentMs = scene.isShort ? 4_000 : 20_000;
    redis.freeze();
    await sleep(silentMs);
    redis.thaw();
    return `SIGSTOP for ${silentMs / 1_000} s`;
  },
};

function redisOf({ servers: { redis } }: Scene): RedisServer {
  if (redis === null) throw new Error('The queue is not on Redis');
  return redis;
}

async function keysIn(redis: RedisServer): Promise<number> {
  return Number((await redis.ask('DBSIZE')).slice(1));
}

function forgetSnapshot({ dir }: RedisServer): void {
  rmSync(join(dir, 'dump.rdb'), { force: true });
}
