import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../../rig/progress.js';
import type { Servers } from '../servers/servers.js';

/** Lets PostgreSQL and the machine forget what they hold of the database's files, as if nobody had asked for long. */
export async function forgetPages({ postgres, home }: Servers, progress: Progress): Promise<void> {
  progress.say('desk: forgetting the pages of the database');
  await postgres.rows.query('CHECKPOINT');
  await postgres.statistics.query('CREATE EXTENSION IF NOT EXISTS pg_buffercache');
  await postgres.statistics.query('SELECT pg_buffercache_evict_all()');
  const files = readdirSync(join(home, 'postgres', 'base'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of files) spawnSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none']);
}
