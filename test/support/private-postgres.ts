import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#database';
import { waitFor } from './wait-for.js';

/** A PostgreSQL for one spec file that wants to kill it; the others share the one of the global set-up. */
export class PrivatePostgres {
  private constructor(
    private readonly folder: string,
    private readonly durable: boolean,
    private server: EmbeddedPostgres,
  ) {}

  /** `durable`: what was committed is still there after {@link kill}. */
  static async start({ durable = false } = {}): Promise<PrivatePostgres> {
    const folder = mkdtempSync(join(tmpdir(), `posthorn-test-${process.pid}-`));
    chmodSync(folder, 0o755); // PostgreSQL runs as another user when this runs as root
    return new PrivatePostgres(folder, durable, await launch(folder, durable));
  }

  get url(): string {
    return this.server.url;
  }

  /** kill -9 of the postmaster; its children follow as they notice. */
  async kill(): Promise<void> {
    const pid = Number.parseInt(readFileSync(join(this.folder, 'postgres', 'postmaster.pid'), 'utf8'), 10);
    if (!isAlive(pid)) return;
    process.kill(pid, 'SIGKILL');
    await waitFor(() => {
      if (isAlive(pid)) throw new Error('the postmaster still runs');
    });
    await this.server.stop().catch(() => undefined); // lets go of the folder
  }

  /** Back on the same port, after crash recovery. */
  async restart(): Promise<void> {
    this.server = await waitFor(() => launch(this.folder, this.durable), { timeoutMs: 20_000, intervalMs: 200 });
  }

  async stop(): Promise<void> {
    await this.server.stop().catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function launch(folder: string, durable: boolean): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), durable });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
