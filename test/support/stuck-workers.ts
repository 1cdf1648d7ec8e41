import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isAlive } from './leftovers.js';

/** What the title of a process that runs tests begins with; the pid of the run, the file and the test follow. */
export const TITLE_PREFIX = 'vitest ';

const LOOK_EVERY_MS = 15_000;

/** Longer than any test may take. */
const STUCK_AFTER_MS = 700_000;

const ASK_WITHIN_MS = 10_000;

const WHERE_IS = join(import.meta.dirname, 'where-is.mjs');

const run = promisify(execFile);

export interface StuckWorkersOptions {
  /** Milliseconds; longer than any test may take, unless given. */
  stuckAfterMs?: number;
  /** Milliseconds. */
  lookEveryMs?: number;
  /** Told what a worker was at when it was ended. Standard error unless given. */
  tell?: (text: string) => void;
}

/**
 * Ends workers of this run that stand still: whose title (`worker-title.ts`) does not change. A test that waits for ever is
 * ended by its own timeout; one that keeps its event loop busy is not, nor is a worker that waits for the runner, and the
 * run with it would never end. The runner counts an ended worker as an error. Works where there is a /proc. Answers how
 * to stop it.
 */
export function watchForStuckWorkers(options: StuckWorkersOptions = {}): () => void {
  const stopping = new AbortController();
  void watch(options, stopping.signal).catch((error: unknown) => {
    if (!stopping.signal.aborted) tellOnStderr(`Nobody watches for stuck workers any more: ${String(error)}`);
  });
  return () => stopping.abort();
}

async function watch(options: StuckWorkersOptions, signal: AbortSignal): Promise<void> {
  const { stuckAfterMs = STUCK_AFTER_MS, lookEveryMs = LOOK_EVERY_MS, tell = tellOnStderr } = options;
  const lastSigns = new Map<number, { title: string; atMs: number }>();
  for await (const _ of setInterval(lookEveryMs, undefined, { ref: false, signal })) {
    const nowMs = performance.now();
    for (const [pid, title] of workerTitles()) {
      const last = lastSigns.get(pid);
      if (last?.title !== title) lastSigns.set(pid, { title, atMs: nowMs });
      else if (nowMs - last.atMs > stuckAfterMs) tell(await end(pid, title));
    }
  }
}

function tellOnStderr(text: string): void {
  process.stderr.write(`\n${text}\n`);
}

function workerTitles(): Map<number, string> {
  const titles = new Map<number, string>();
  const prefix = `${TITLE_PREFIX}${process.pid} `;
  for (const name of process.platform === 'linux' ? readdirSync('/proc') : []) {
    const title = /^\d+$/.test(name) ? readTitle(name) : '';
    if (title.startsWith(prefix)) titles.set(Number(name), title.slice(prefix.length));
  }
  return titles;
}

function readTitle(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0+$/, '');
  } catch {
    return ''; // gone meanwhile
  }
}

async function end(pid: number, title: string): Promise<string> {
  const where = await whereIs(pid);
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  return `A worker of the test runner stood still and was ended: ${title}\n${where}`;
}

async function whereIs(pid: number): Promise<string> {
  const args = ['--experimental-websocket', '--no-warnings', WHERE_IS, String(pid)];
  try {
    const { stdout } = await run(process.execPath, args, { timeout: ASK_WITHIN_MS });
    return stdout;
  } catch (error) {
    return `It does not say where it is: ${String(error)}\n`;
  }
}
