import { randomBytes } from 'node:crypto';
import { findFreePort } from '#database';
import type { Cleanup } from '../../rig/cleanup.js';
import { startPlatformProcess } from './platform-process.js';

export interface Platform {
  url: string;
  adminKey: string;
  apiPid: number;
  workerPid: number;
}

export interface PlatformOptions {
  folder: string;
  databaseUrl: string;
  queueUrl: string;
  encryptionKeys: string;
  profile: string | null;
}

/** One API and one worker, configured as in production but for what makes this machine reachable at all. */
export async function startPlatform(options: PlatformOptions, cleanup: Cleanup): Promise<Platform> {
  const { folder, databaseUrl, queueUrl, encryptionKeys, profile } = options;
  const adminKey = randomBytes(32).toString('base64url');
  const port = await findFreePort();
  const metricsPort = await findFreePort();
  const env = {
    DATABASE_URL: databaseUrl,
    QUEUE_URL: queueUrl,
    PORT: String(port),
    POSTHORN_ADMIN_KEY: adminKey,
    POSTHORN_ENCRYPTION_KEYS: encryptionKeys,
    POSTHORN_ALLOW_HTTP: 'on',
    POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
    POSTHORN_SHUTDOWN_SECONDS: '5',
  };
  const api = { app: 'api', env, healthPort: port, folder, profile } as const;
  const worker = {
    app: 'worker',
    env: { ...env, METRICS_PORT: String(metricsPort) },
    healthPort: metricsPort,
    folder,
    profile,
  } as const;
  const [apiPid, workerPid] = await Promise.all([
    startPlatformProcess(api, cleanup),
    startPlatformProcess(worker, cleanup),
  ]);
  return { url: `http://127.0.0.1:${port}`, adminKey, apiPid, workerPid };
}
