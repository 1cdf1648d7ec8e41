// Installs a package of Debian or Ubuntu, where that can be done without asking. Node's own modules only.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findOnPath, run, say } from './setup-tools.mjs';

/** Debian asks this program before it starts a freshly installed service; 101 means "do not". */
const POLICY = '/usr/sbin/policy-rc.d';

/** Answers false where somebody else must do it: without apt, or without being root. */
export function installByApt(name) {
  if (process.getuid?.() !== 0 || !findOnPath('apt-get')) return false;
  say(`Installing ${name} (apt-get)`);
  withoutStartingServices(() => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    run('apt-get', ['update', '-qq'], { env, what: 'apt-get update' });
    run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', name], { env, what: 'apt-get install' });
  });
  return true;
}

function withoutStartingServices(install) {
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    if (ours) rmSync(POLICY, { force: true });
  }
}
