import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { findFreePort } from '#database';
import { endServer } from './end-server.js';
import { waitFor } from './wait-for.js';

export interface ProcessOptions {
  app: 'api' | 'worker' | 'standalone';
  /** Its whole configuration: nothing of this process's environment goes along but PATH and the like. */
  env: Record<string, string>;
  /** How long it may take to say that it is ready. */
  readyWithinMs?: number;
}

export interface RunningProcess {
  /** Where its HTTP is: `http://127.0.0.1:<PORT>`. */
  url: string;
  pid: number;
  /** All it has printed so far, both streams. */
  logs(): string;
  /** SIGTERM, then waits for the end; answers the exit code (143 for a process that ended by the signal). */
  stop(): Promise<number>;
  /** SIGKILL: no chance to clean up. */
  kill(): Promise<void>;
}

/** The line on which a process says that it is ready to work, e.g. "worker ready"; not the name of a route. */
const READY = /(?<!\/)\bready\b/i;
const STOP_WITHIN_MS = 80_000;

const running = new Map<ChildProcess, ProcessOptions>();

/** Runs `node dist/apps/<app>/main.js` on a free port and resolves at its ready line. Ends with the spec file. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const port = options.env.PORT ?? String(await findFreePort());
  const child = spawn(process.execPath, [join('dist', 'apps', options.app, 'main.js')], {
    env: { ...inherited(), PORT: port, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.set(child, options);
  const logs = collectOutput(child);
  await untilReady(child, options, logs);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    logs,
    stop: () => stopChild(child, options.app, logs),
    kill: () => killChild(child),
  };
}

function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'TMPDIR'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function collectOutput(child: ChildProcess): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return () => output;
}

async function untilReady(child: ChildProcess, options: ProcessOptions, logs: () => string): Promise<void> {
  await waitFor(
    () => {
      if (isRunning(child) && !READY.test(logs()))
        throw new Error(`${options.app} is not ready. It has said:\n${logs()}`);
    },
    { timeoutMs: options.readyWithinMs ?? 120_000 },
  );
  if (isRunning(child)) return;
  running.delete(child);
  throw new Error(`${options.app} ended before it was ready (${exitCodeOf(child)}). It has said:\n${logs()}`);
}

async function stopChild(child: ChildProcess, app: string, logs: () => string): Promise<number> {
  if (isRunning(child)) child.kill('SIGTERM');
  await waitFor(
    () => {
      if (isRunning(child)) throw new Error(`${app} does not stop on SIGTERM. It has said:\n${logs()}`);
    },
    { timeoutMs: STOP_WITHIN_MS },
  );
  running.delete(child);
  return exitCodeOf(child);
}

async function killChild(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function exitCodeOf(child: ChildProcess): number {
  return child.exitCode ?? (child.signalCode === 'SIGTERM' ? 143 : 137);
}

/** Ends whatever still runs, and the embedded server that a killed standalone has left behind (as it should). */
function endAll(): void {
  for (const [child, { env }] of running) {
    if (isRunning(child)) child.kill('SIGKILL');
    if (env.POSTHORN_DATA_DIR) endEmbeddedServer(env.POSTHORN_DATA_DIR);
  }
  running.clear();
}

function endEmbeddedServer(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) endServer(join(folder, name, 'postmaster.pid'));
}

afterAll(endAll);
process.once('exit', endAll);
