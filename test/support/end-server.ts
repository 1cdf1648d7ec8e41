import { readFileSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Ends the server that wrote this pid file, if it still runs: at once, with no thought for its data, and without
 * awaiting, so that an exit handler can do it. On Linux a pid that belongs to another program by now is left alone: our
 * servers all work in the folder of their pid file, or one below.
 */
export function endServer(pidFile: string): void {
  try {
    const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
    if (process.platform === 'linux' && !readlinkSync(`/proc/${pid}/cwd`).startsWith(dirname(pidFile))) return;
    process.kill(pid, 'SIGQUIT');
    process.kill(pid, 'SIGCONT'); // one that stands still takes its signal only when it goes on
  } catch {
    // No file, no such process, or not ours.
  }
}
