import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cleanup } from '../../rig/cleanup.js';
import type { BenchOptions } from '../options.js';
import { type Platform, startPlatform } from './platform.js';
import { type BenchPostgres, startPostgres } from './postgres.js';
import { type BenchRedis, startRedis } from './redis.js';
import { makeTempFolder } from '../../rig/temp-folder.js';

/** Everything that is measured. */
export interface Servers {
  folder: string;
  /** Where the database is: `folder`, unless it is kept. */
  home: string;
  postgres: BenchPostgres;
  /** Null where the queue is on PostgreSQL. */
  redis: BenchRedis | null;
  platform: Platform;
}

/** A PostgreSQL with fsync on, a Redis that syncs each second, an API and a worker: real ones, on ports of their own. */
export async function startServers(options: BenchOptions, cleanup: Cleanup): Promise<Servers> {
  const folder = makeTempFolder('posthorn-bench-', cleanup);
  const home = options.database ?? folder;
  const [postgres, redis] = await Promise.all([
    startPostgres(home, cleanup),
    options.queue === 'redis' ? startRedis(folder, cleanup) : null,
  ]);
  const platform = await startPlatform(
    {
      folder,
      databaseUrl: postgres.url,
      queueUrl: redis?.url ?? postgres.queueUrl,
      encryptionKeys: encryptionKeysOf(home),
      profile: options.profile,
    },
    cleanup,
  );
  return { folder, home, postgres, redis, platform };
}

/** They stay with what they have encrypted. */
function encryptionKeysOf(home: string): string {
  const file = join(home, 'encryption-keys');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const keys = `bench:${randomBytes(32).toString('base64')}`;
  writeFileSync(file, keys, { mode: 0o600 });
  return keys;
}
