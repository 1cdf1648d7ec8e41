import type { Cleanup } from '../../rig/cleanup.js';
import type { BenchOptions } from '../options.js';
import { type Platform, startPlatform } from './platform.js';
import { type BenchPostgres, startPostgres } from './postgres.js';
import { type BenchRedis, startRedis } from './redis.js';
import { makeTempFolder } from '../../rig/temp-folder.js';

/** Everything that is measured. */
export interface Servers {
  folder: string;
  postgres: BenchPostgres;
  /** Null where the queue is on PostgreSQL. */
  redis: BenchRedis | null;
  platform: Platform;
}

/** A PostgreSQL with fsync on, a Redis that syncs each second, an API and a worker: real ones, on ports of their own. */
export async function startServers(options: BenchOptions, cleanup: Cleanup): Promise<Servers> {
  const folder = makeTempFolder('posthorn-bench-', cleanup);
  const [postgres, redis] = await Promise.all([
    startPostgres(folder, cleanup),
    options.queue === 'redis' ? startRedis(folder, cleanup) : null,
  ]);
  const platform = await startPlatform(
    {
      folder,
      databaseUrl: postgres.url,
      queueUrl: redis?.url ?? postgres.queueUrl,
      profile: options.profile,
    },
    cleanup,
  );
  return { folder, postgres, redis, platform };
}
