import type { BenchRedis } from '../servers/redis.js';

/**
 * What BullMQ's Lua scripts call. Redis counts a command that a script calls like one that came over the wire, in every
 * statistic it has, so these are left out: BullMQ sends them from Node only when it starts. What remains are the commands
 * that travel: the scripts' own calls (EVALSHA), MULTI and EXEC around batches, the blocking pop, hellos and questions.
 */
const CALLED_BY_SCRIPTS = new Set(
  `del exists get hdel hexists hget hgetall hincrby hlen hmget hmset hset incr incrby lindex llen lpop lpos lpush lrange
   lrem lset ltrim persist pexpire pexpireat pttl rename rpop rpoplpush rpush sadd scard set sismember smembers srem time
   type unlink xadd xdel xlen xrange xread xtrim zadd zcard zcount zlexcount zpopmin zrange zrangebylex zrangebyscore zrem
   zremrangebyrank zremrangebyscore zrevrange zrevrangebyscore zscore`.split(/\s+/),
);

/** Commands sent to Redis by its clients since it started. */
export async function countCommands(redis: BenchRedis): Promise<number> {
  const reply = await redis.ask('INFO commandstats');
  let sent = 0;
  for (const [, name, calls] of reply.matchAll(/^cmdstat_([^:|]+)[^:]*:calls=(\d+)/gm)) {
    if (!CALLED_BY_SCRIPTS.has(name!)) sent += Number(calls);
  }
  return sent;
}
