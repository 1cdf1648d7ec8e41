import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../support/wait-for.js';
import type { Cleanup } from '../../rig/cleanup.js';
import { writePidFile } from '../../rig/temp-folder.js';

export interface PlatformProcessOptions {
  app: 'api' | 'worker';
  folder: string;
  env: Record<string, string>;
  /** Where `/health/ready` is. */
  healthPort: number;
  /** Folder for a CPU profile. */
  profile: string | null;
}

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 20_000;
const SHOWN_LOG_CHARACTERS = 4_000;

/** Runs `dist/apps/<app>/main.js` as it would be in production; resolves with its pid when it is ready, queue included. */
export async function startPlatformProcess(options: PlatformProcessOptions, cleanup: Cleanup): Promise<number> {
  const { app, folder, env } = options;
  const cwd = join(folder, app);
  mkdirSync(cwd);
  const log = join(folder, `${app}.log`);
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, [...profiling(options), programOf(app)], {
    cwd,
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', ...env },
    stdio: ['ignore', output, output],
    detached: true, // Ctrl-C in our terminal is for us: the platform is stopped in its turn
  });
  closeSync(output);
  writePidFile(folder, app, child.pid!);
  cleanup.add(() => stop(child));
  child.once('exit', (code, signal) => {
    if (!cleanup.isUnderWay) cleanup.fail(new Error(`The ${app} ended (${signal ?? code}):\n${tail(log)}`));
  });
  await untilReady(options, log, cleanup);
  return child.pid!;
}

function programOf(app: string): string {
  return fileURLToPath(new URL(`../../../apps/${app}/main.js`, import.meta.url));
}

function profiling({ profile, app }: PlatformProcessOptions): string[] {
  return profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${app}.cpuprofile`];
}

async function untilReady({ app, healthPort }: PlatformProcessOptions, log: string, cleanup: Cleanup): Promise<void> {
  const ready = async (): Promise<void> => {
    if (cleanup.isUnderWay) return;
    const answer = await fetch(`http://127.0.0.1:${healthPort}/health/ready`);
    const { degraded } = (await answer.json()) as { degraded?: string[] };
    if (!answer.ok || (degraded?.length ?? 0) > 0) throw new Error(`degraded: ${String(degraded)}`);
  };
  await waitFor(ready, { timeoutMs: READY_WITHIN_MS, intervalMs: 50 }).catch((cause: unknown) => {
    throw new Error(`The ${app} does not become ready:\n${tail(log)}`, { cause });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await exited;
  clearTimeout(late);
}

function tail(log: string): string {
  return readFileSync(log, 'utf8').slice(-SHOWN_LOG_CHARACTERS);
}
