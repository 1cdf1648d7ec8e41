// Makes sure that the tests find a redis-server. Node's own modules only.
import { getByApt } from './apt.mjs';
import { findOnPath, SetupError } from './setup-tools.mjs';

export function ensureRedis() {
  if (process.env.REDIS_URL || process.env.REDIS_SERVER || findOnPath('redis-server')) return;
  if (!getByApt('redis-server', 'usr/bin/redis-server') || !findOnPath('redis-server'))
    throw new SetupError(howToGetRedis());
}

function howToGetRedis() {
  return [
    'The tests need a real Redis, and there is no redis-server on this machine. Do one of these and try again:',
    '  Debian, Ubuntu   sudo apt-get install redis-server',
    '  macOS            brew install redis',
    '  elsewhere        start any Redis 6.2 or newer and set REDIS_URL=redis://host:port',
  ].join('\n');
}
