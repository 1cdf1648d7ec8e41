import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Folders of temporary files carry a prefix and the pid of the run that made them. One whose run is gone was left by a
 * `kill -9`: `clear` ends what still runs there and removes it. What belongs to another user is not ours to clear.
 */
export function clearLeftovers(prefix: string, clear: (folder: string) => void): void {
  if (process.platform !== 'linux') return; // where a pid cannot be checked, it had better be left alone
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (!(pid > 0) || isAlive(pid)) continue;
    try {
      clear(join(tmpdir(), name));
    } catch (error) {
      if (!isNotOurs(error)) throw error;
    }
  }
}

/** Whether there is a process of this pid, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isNotOurs(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
}
