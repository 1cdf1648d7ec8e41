import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RedisServer } from '../../support/redis-server.js';
import type { Cleanup } from '../../rig/cleanup.js';

export interface BenchRedis {
  url: string;
  pid: number;
  /** Sends one command and answers with the raw reply. */
  ask(command: string): Promise<string>;
}

export async function startRedis(folder: string, cleanup: Cleanup): Promise<BenchRedis> {
  const dir = join(folder, 'redis');
  const pidFile = join(folder, 'redis.pid');
  mkdirSync(dir);
  const server = await RedisServer.start({
    dir,
    appendonly: true,
    settings: ['--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction', '--pidfile', pidFile],
  });
  cleanup.add(() => server.stop());
  return {
    url: server.url,
    pid: Number.parseInt(readFileSync(pidFile, 'utf8'), 10),
    ask: (command) => server.ask(command),
  };
}
