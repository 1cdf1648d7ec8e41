import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '#config';
import { createLogger } from '#telemetry';
import { startPlatform } from '../platform.js';
import type { KeptLog } from './kept-log.js';

/** The platform of the demo, with a data folder of its own that goes when it stops. */
export interface DemoPlatform {
  readonly url: string;
  readonly adminKey: string;
  /** False when `DATABASE_URL` was given: then the demo takes away what it put there. */
  readonly ownsDatabase: boolean;
  readonly queue: 'Redis' | 'PostgreSQL';
  stop(): Promise<void>;
}

/** What is taken from outside, so that the demo runs on another database and either queue. All else is its own. */
const HONOURED = ['DATABASE_URL', 'DATABASE_DIRECT_URL', 'QUEUE_URL', 'POSTHORN_ENCRYPTION_KEYS'].flatMap((name) => [
  name,
  `${name}_FILE`,
]);

/** Seconds between attempts: short enough to watch. */
const RETRY_SCHEDULE = '1,2,4';

/** Starts the whole platform on free ports, allowed to deliver to this machine, and to nothing else that is private. */
export async function startDemoPlatform(outside: Environment, log: KeptLog): Promise<DemoPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-demo-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const lastResort = () => endAbruptly(folder);
  process.once('exit', lastResort);
  try {
    const env = environmentOf(outside, folder);
    const logger = createLogger({ level: 'warn', process: 'demo', destination: log });
    const platform = await startPlatform(env, logger, {
      queuePrefix: `posthorn-demo-${randomBytes(4).toString('hex')}`,
    });
    return {
      url: platform.url,
      adminKey: env.POSTHORN_ADMIN_KEY,
      ownsDatabase: !outside['DATABASE_URL'] && !outside['DATABASE_URL_FILE'],
      queue: platform.config.queue.url.startsWith('redis') ? 'Redis' : 'PostgreSQL',
      stop: async () => {
        await platform.stop();
        removeFolder();
        process.off('exit', lastResort);
      },
    };
  } catch (error) {
    removeFolder();
    process.off('exit', lastResort);
    throw error;
  }
}

function environmentOf(outside: Environment, folder: string) {
  const honoured = Object.fromEntries(HONOURED.flatMap((name) => (outside[name] ? [[name, outside[name]]] : [])));
  return {
    POSTHORN_ENCRYPTION_KEYS: honoured['POSTHORN_ENCRYPTION_KEYS_FILE']
      ? undefined
      : `demo:${randomBytes(32).toString('base64')}`,
    ...honoured,
    PORT: '0',
    POSTHORN_ADMIN_KEY: `phk_demo${randomBytes(2).toString('hex')}_${randomBytes(32).toString('base64url')}`,
    POSTHORN_DATA_DIR: folder,
    POSTHORN_ALLOW_HTTP: 'on',
    POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
    POSTHORN_RETRY_SCHEDULE: RETRY_SCHEDULE,
  };
}

/**
 * For an end that leaves no time to drain (a second Ctrl-C, a crash). Exit handlers cannot wait, so PostgreSQL is told
 * to quit at once: its data goes as well, and a server whose folder is gone ends by itself.
 */
function endAbruptly(folder: string): void {
  try {
    const [pid] = readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGQUIT');
  } catch {
    // It does not run.
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
