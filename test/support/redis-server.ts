import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findFreePort } from '#database';
import { waitFor } from './wait-for.js';
import { OWN_PROGRAMS } from './own-programs.js';

export interface RedisServerOptions {
  /** A free one unless given. */
  port?: number;
  /** Where its files are; a temporary folder that goes with the server unless given. */
  dir?: string;
  /** Whether it writes an append-only file. False unless given. */
  appendonly?: boolean;
  /** When it writes snapshots ("1 1" = each second with a change); never unless given. */
  save?: string;
  /** Further settings as on the command line: `['--cluster-enabled', 'yes']`. */
  settings?: readonly string[];
  /** Makes it a sentinel that watches the server on this port, under the name `main`. */
  watches?: number;
}

/** A redis-server for one test that wants to kill it; the others share the one of the global set-up. */
export class RedisServer {
  private constructor(
    readonly port: number,
    readonly dir: string,
    private readonly options: RedisServerOptions,
    private child: ChildProcess,
  ) {}

  /** Resolves when the server answers (and has loaded what it found in its folder). */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const port = options.port ?? (await findFreePort());
    const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'posthorn-redis-'));
    return new RedisServer(port, dir, options, await launch(port, dir, options));
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** kill -9: no last snapshot, no goodbye. */
  async kill(): Promise<void> {
    await end(this.child, 'SIGKILL');
  }

  /** Starts it again, on the same port and with what lies in its folder. */
  async restart(): Promise<void> {
    await this.kill();
    this.child = await launch(this.port, this.dir, this.options);
  }

  /** It keeps its connections and says nothing any more. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** Sends one inline command ("FLUSHALL") and answers with the raw reply. */
  ask(command: string): Promise<string> {
    return ask(this.port, command);
  }

  /** Stops it and removes its folder, if that was a temporary one. */
  async stop(): Promise<void> {
    this.thaw();
    await end(this.child, 'SIGKILL');
    if (this.options.dir === undefined) rmSync(this.dir, { recursive: true, force: true });
  }
}

async function launch(port: number, dir: string, options: RedisServerOptions): Promise<ChildProcess> {
  const { appendonly = false, save = '', settings = [] } = options;
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--loglevel', 'warning'];
  const persistence = ['--appendonly', appendonly ? 'yes' : 'no', '--save', save];
  const args =
    options.watches === undefined
      ? [...own, ...persistence, ...settings]
      : [sentinelFile(dir, options.watches), ...own, ...settings, '--sentinel'];
  const env = { ...process.env, PATH: [process.env.PATH, OWN_PROGRAMS].join(delimiter) };
  const child = spawn(process.env.REDIS_SERVER ?? 'redis-server', args, { stdio: 'ignore', env });
  await once(child, 'spawn');
  const killAtExit = () => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  await waitFor(async () => {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
    if (!(await ask(port, 'PING')).startsWith('+PONG')) throw new Error('redis-server is not ready');
  });
  return child;
}

/** A sentinel keeps its memory in its configuration file, so it has to have one. */
function sentinelFile(dir: string, watchedPort: number): string {
  const file = join(dir, 'sentinel.conf');
  writeFileSync(
    file,
    `sentinel monitor main 127.0.0.1 ${watchedPort} 1\nsentinel down-after-milliseconds main 60000\n`,
  );
  return file;
}

async function ask(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(`${command}\r\n`);
    let reply = '';
    for (;;) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      reply += chunk.toString();
      const length = /^\$(\d+)\r\n/.exec(reply);
      if (length === null ? reply.endsWith('\r\n') : reply.length >= Number(length[1]) + length[0].length) return reply;
    }
  } finally {
    socket.destroy();
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
