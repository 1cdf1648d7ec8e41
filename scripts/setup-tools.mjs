// What the scripts here share. Node's own modules only: they run before there is a node_modules.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top folder of the project. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Programs that the set-up has put into this project, since it may not install them: test/support/own-programs.ts. */
export const OWN_PROGRAMS = join(ROOT, '.posthorn', 'programs');

/** Something the person at the keyboard must mend; the message says how. */
export class SetupError extends Error {}

export function say(line) {
  process.stderr.write(`posthorn: ${line}\n`);
}

/** Runs a command to its end with its output shown. Standard input is closed: nothing here may ask questions. */
export function run(command, args, { what, ...options }) {
  const { status, signal, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (status !== 0) throw new SetupError(`${what} failed (${error?.message ?? signal ?? `exit code ${status}`}).`);
}

/** Prints what must be mended, and nothing else; a bug keeps its stack trace. */
export async function runScript(script) {
  try {
    await script();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}

export function findOnPath(program) {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/local/bin',
    '/usr/bin',
    '/usr/sbin',
    OWN_PROGRAMS,
  ];
  return folders.map((folder) => join(folder, program)).find(isExecutable) ?? null;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Runs `work` while no other process does so in this project; waits for one that does. */
export function withLock(work) {
  const file = join(ROOT, '.posthorn', 'setup.lock');
  mkdirSync(dirname(file), { recursive: true });
  for (let waiting = false; !takeLock(file); waiting = true) {
    if (!waiting) say(`Another set-up is at work (process ${readHolder(file)}); waiting for it`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    return work();
  } finally {
    rmSync(file, { force: true });
  }
}

function takeLock(file) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const holder = readHolder(file);
    if (holder > 0 && !isAlive(holder)) rmSync(file, { force: true });
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readHolder(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
