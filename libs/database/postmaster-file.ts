import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { processIdentity } from './process-identity.js';

/** A PostgreSQL server that runs on a data folder. `ready` is false while it starts, recovers or stops. */
export interface RunningPostmaster {
  pid: number;
  port: number;
  ready: boolean;
}

const ORPHANS_LEAVE_WITHIN_MS = 20_000;

/**
 * The server that runs on this data folder now, by its `postmaster.pid` (layout: PostgreSQL's pidfile.h, one fact a
 * line: pid, folder, start time, port, socket folder, address, shared memory, status). A file left by a crash is none.
 */
export function findRunningPostmaster(dataDir: string): RunningPostmaster | null {
  const lines = readLines(pidFile(dataDir));
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || processIdentity(pid) === null || !isPostmasterOf(pid, dataDir)) return null;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/**
 * Removes the `postmaster.pid` that a crash has left behind. PostgreSQL takes care of most such files by itself, but
 * refuses to start, for good, when the pid is some other program of the same user by now, or a zombie that nobody reaps
 * (usual in containers).
 *
 * That file is also PostgreSQL's guard against starting while backends of the dead server still write: so we wait for
 * them ourselves. They leave as soon as they notice that their postmaster is gone.
 */
export async function clearStalePidFile(dataDir: string): Promise<void> {
  if (!existsSync(pidFile(dataDir)) || findRunningPostmaster(dataDir) !== null) return;
  const patience = Date.now() + ORPHANS_LEAVE_WITHIN_MS;
  for (let orphans = processesIn(dataDir); orphans.length > 0; orphans = processesIn(dataDir)) {
    if (Date.now() > patience) {
      throw new EmbeddedPostgresError(
        `PostgreSQL was killed, and processes of it still work on ${dataDir}: ${orphans.join(', ')}. End them first.`,
      );
    }
    await sleep(50);
  }
  rmSync(pidFile(dataDir), { force: true });
}

function pidFile(dataDir: string): string {
  return join(dataDir, 'postmaster.pid');
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** A postmaster's working folder is its data folder. Where that cannot be seen, its command line must do. */
function isPostmasterOf(pid: number, dataDir: string): boolean {
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDir);
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes('postgres');
  } catch (error) {
    // Not ours to look at: then it is safer to believe the file than to start a second server on the same data.
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/** Processes whose working folder is the data folder: a PostgreSQL server's all are. Known on Linux only. */
function processesIn(dataDir: string): number[] {
  if (process.platform !== 'linux') return [];
  const folder = realpathSync(dataDir);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && workingFolder(pid) === folder);
}

function workingFolder(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}
