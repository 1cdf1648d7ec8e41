// Makes sure that the tests find a redis-server. Node's own modules only.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findOnPath, run, say, SetupError } from './setup-tools.mjs';

/** Debian asks this program before it starts a freshly installed service; 101 means "do not". */
const POLICY = '/usr/sbin/policy-rc.d';

export function ensureRedis() {
  if (process.env.REDIS_URL || process.env.REDIS_SERVER || findOnPath('redis-server')) return;
  if (process.getuid?.() !== 0 || !findOnPath('apt-get')) throw new SetupError(howToGetRedis());
  say('Installing redis-server (apt-get)');
  withoutStartingServices(() => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    run('apt-get', ['update', '-qq'], { env, what: 'apt-get update' });
    run('apt-get', ['install', '-qq', '-y', '--no-install-recommends', 'redis-server'], {
      env,
      what: 'apt-get install',
    });
  });
  if (!findOnPath('redis-server')) throw new SetupError(howToGetRedis());
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

function howToGetRedis() {
  return [
    'The tests need a real Redis, and there is no redis-server on this machine. Do one of these and try again:',
    '  Debian, Ubuntu   sudo apt-get install redis-server',
    '  macOS            brew install redis',
    '  elsewhere        start any Redis 6.2 or newer and set REDIS_URL=redis://host:port',
  ].join('\n');
}
