import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#database';
import { isAlive } from './leftovers.js';
import { waitFor } from './wait-for.js';

export interface PrivatePostgresOptions {
  /** Whether what was committed is still there after {@link PrivatePostgres.kill}. False unless given. */
  durable?: boolean;
  /** Where its files are; a temporary folder that goes with the server unless given. */
  folder?: string;
  /** A free one unless given; kept over restarts. */
  port?: number;
}

/** A PostgreSQL for one spec file that wants to kill it; the others share the one of the global set-up. */
export class PrivatePostgres {
  private constructor(
    private readonly folder: string,
    private readonly options: PrivatePostgresOptions,
    private server: EmbeddedPostgres,
  ) {}

  static async start(options: PrivatePostgresOptions = {}): Promise<PrivatePostgres> {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), `posthorn-test-${process.pid}-`));
    chmodSync(folder, 0o755); // PostgreSQL runs as another user when this runs as root
    return new PrivatePostgres(folder, options, await launch(folder, options));
  }

  get url(): string {
    return this.server.url;
  }

  /** kill -9 of the postmaster; its children follow as they notice. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** What `pg_ctl stop -m immediate` does: all its processes end at once, without a checkpoint. */
  crash(): Promise<void> {
    return this.end('SIGQUIT');
  }

  /** It keeps its connections, takes new ones, and says nothing any more: the server and all of its processes stand still. */
  freeze(): void {
    signal(this.pid, 'SIGSTOP'); // first, so that it makes no more of them
    for (const pid of childrenOf(this.pid)) signal(pid, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of childrenOf(this.pid)) signal(pid, 'SIGCONT');
    signal(this.pid, 'SIGCONT');
  }

  /** NaN while it is not running. */
  private get pid(): number {
    const file = join(this.folder, 'postgres', 'postmaster.pid');
    return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
  }

  private async end(how: NodeJS.Signals): Promise<void> {
    const { pid } = this;
    if (!isAlive(pid)) return;
    process.kill(pid, how);
    await waitFor(() => {
      if (isAlive(pid)) throw new Error('the postmaster still runs');
    });
    await this.server.stop().catch(() => undefined); // lets go of the folder
  }

  /** Back on the same port, after crash recovery. */
  async restart(): Promise<void> {
    this.server = await waitFor(() => launch(this.folder, this.options), { intervalMs: 200 });
  }

  async stop(): Promise<void> {
    await this.server.stop().catch(() => undefined);
    if (this.options.folder === undefined) rmSync(this.folder, { recursive: true, force: true });
  }
}

function launch(folder: string, { durable = false, port }: PrivatePostgresOptions): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), durable, ...(port !== undefined && { port }) });
}

function signal(pid: number, name: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, name);
}

function childrenOf(parent: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = lines.map((line) => line.trim().split(/ +/).map(Number) as [number, number]);
  return pairs.filter(([, ppid]) => ppid === parent).map(([pid]) => pid);
}
