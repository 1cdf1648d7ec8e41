import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findFreePort } from '#database';
import { waitFor } from './wait-for.js';

/** A redis-server in memory only, with its pid in `<folder>/redis.pid`. */
export async function startSharedRedis(folder: string): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await findFreePort();
  const server = spawn(
    process.env.REDIS_SERVER ?? 'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder].concat([
      '--pidfile',
      join(folder, 'redis.pid'),
      '--maxmemory-policy',
      'noeviction',
      '--loglevel',
      'warning',
    ]),
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  await started(server);
  await waitFor(() => answersPing(port), { timeoutMs: 10_000 });
  return { url: `redis://127.0.0.1:${port}`, stop: () => stopChild(server) };
}

async function started(server: ChildProcess): Promise<void> {
  try {
    await once(server, 'spawn');
  } catch (error) {
    throw new Error(
      'These tests need a real Redis. Give one with REDIS_URL, or let "node scripts/setup.mjs --redis" put a ' +
        'redis-server on this machine (npm test does that by itself).',
      { cause: error },
    );
  }
}

async function answersPing(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write('PING\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (!answer.toString().startsWith('+PONG')) throw new Error(`Redis says ${answer.toString()}`);
  } finally {
    socket.destroy();
  }
}

async function stopChild(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGTERM');
  await exited;
}
