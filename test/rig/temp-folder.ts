import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endServer } from '../support/end-server.js';
import { clearLeftovers } from '../support/leftovers.js';
import type { Cleanup } from './cleanup.js';

/**
 * A folder that goes with this program, whose own `prefix` begins its name; our pid comes next. Each process of ours works
 * in it or below and has a pid file there: so the next run can end and remove what a killed one left behind.
 */
export function makeTempFolder(prefix: string, cleanup: Cleanup): string {
  clearLeftovers(prefix, clear);
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  chmodSync(folder, 0o755); // PostgreSQL runs as another user when this runs as root
  cleanup.atOnce(() => clear(folder));
  return folder;
}

export function writePidFile(folder: string, name: string, pid: number): void {
  writeFileSync(join(folder, `${name}.pid`), String(pid));
}

/** Where PostgreSQL writes its pid. */
export function postmasterPidFile(folder: string): string {
  return join(folder, 'postgres', 'postmaster.pid');
}

function clear(folder: string): void {
  endServer(postmasterPidFile(folder));
  for (const name of readdirSync(folder)) if (name.endsWith('.pid')) endServer(join(folder, name));
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
