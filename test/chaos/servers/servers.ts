import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { migrateDatabase } from '#database';
import { migrateQueue } from '#queue';
import type { Cleanup } from '../../rig/cleanup.js';
import { makeTempFolder } from '../../rig/temp-folder.js';
import { PrivatePostgres } from '../../support/private-postgres.js';
import { RedisServer } from '../../support/redis-server.js';
import type { QueueKind } from '../options.js';
import { PlatformProcess } from './platform-process.js';
import { findQuietPort } from './quiet-port.js';

/** Everything that can be broken: real servers and real processes, on ports of their own. */
export interface Servers {
  folder: string;
  postgres: PrivatePostgres;
  /** Null where the queue is on PostgreSQL. */
  redis: RedisServer | null;
  apis: PlatformProcess[];
  workers: PlatformProcess[];
  adminKey: string;
}

/** Two of each, so that one can be missing. */
const PROCESSES = 2;

/** Attempts follow one another soon enough for a run of minutes, and there are more of them than an outage can use up. */
const RETRY_SCHEDULE = '1,2,3,5,5,5,10,10,10,20,20,20,30,30,30';

export async function startServers(queue: QueueKind, cleanup: Cleanup): Promise<Servers> {
  const folder = makeTempFolder('posthorn-chaos-', cleanup);
  const [postgres, redis] = await Promise.all([startPostgres(folder), queue === 'redis' ? startRedis(folder) : null]);
  cleanup.add(() => postgres.stop());
  cleanup.atOnce(() => postgres.thaw()); // what stands still does not stop
  if (redis !== null) cleanup.add(() => redis.stop());
  await migrateDatabase(postgres.url);
  await migrateQueue(postgres.url);

  const adminKey = randomBytes(32).toString('base64url');
  const env = {
    DATABASE_URL: postgres.url,
    QUEUE_URL: redis?.url ?? postgres.url,
    POSTHORN_ADMIN_KEY: adminKey,
    POSTHORN_ENCRYPTION_KEYS: `chaos:${randomBytes(32).toString('base64')}`,
    POSTHORN_ALLOW_HTTP: 'on',
    POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
    POSTHORN_RETRY_SCHEDULE: RETRY_SCHEDULE,
  };
  const apis: PlatformProcess[] = [];
  const workers: PlatformProcess[] = [];
  for (let n = 1; n <= PROCESSES; n++) {
    const [port, metricsPort] = [await findQuietPort(), await findQuietPort()];
    const apiEnv = { ...env, PORT: String(port) };
    const workerEnv = { ...env, METRICS_PORT: String(metricsPort) };
    apis.push(new PlatformProcess({ app: 'api', name: `api ${n}`, folder, env: apiEnv, healthPort: port }, cleanup));
    workers.push(
      new PlatformProcess(
        { app: 'worker', name: `worker ${n}`, folder, env: workerEnv, healthPort: metricsPort },
        cleanup,
      ),
    );
  }
  await Promise.all([...apis, ...workers].map((process) => process.start()));
  return { folder, postgres, redis, apis, workers, adminKey };
}

async function startPostgres(folder: string): Promise<PrivatePostgres> {
  return PrivatePostgres.start({ durable: true, folder, port: await findQuietPort() });
}

/** It writes no file unless told to, so that what it comes back with is what a fault has arranged. */
async function startRedis(folder: string): Promise<RedisServer> {
  const dir = join(folder, 'redis');
  mkdirSync(dir);
  const settings = ['--maxmemory-policy', 'noeviction', '--pidfile', join(folder, 'redis.pid')];
  return RedisServer.start({ dir, port: await findQuietPort(), settings });
}
