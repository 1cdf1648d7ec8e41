import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { type PostgresTools, runTool, type ToolResult } from './postgres-tools.js';
import { clearStalePidFile, findRunningPostmaster, type RunningPostmaster } from './postmaster-file.js';
import type { ServerAccount } from './server-account.js';

/** The superuser of every embedded server. */
export const SUPERUSER = 'posthorn';

const START_SECONDS = 600; // recovery after a crash may have much to read
const STOP_SECONDS = 60;
const MOST_LOG_BYTES = 8 * 1024 * 1024;

/** One PostgreSQL data folder and the server on it, worked with `initdb` and `pg_ctl`. */
export class PostgresCluster {
  constructor(
    private readonly dataDir: string,
    private readonly tools: PostgresTools,
    private readonly account: ServerAccount,
  ) {}

  /**
   * Whether there is a data folder to start from.
   *
   * @throws EmbeddedPostgresError when there is one that cannot be used: another version's, or somebody else's.
   */
  exists(): boolean {
    const stats = fs.statSync(this.dataDir, { throwIfNoEntry: false });
    if (stats === undefined) return false;
    if (this.account.owner === null && stats.uid !== process.getuid?.()) {
      throw new EmbeddedPostgresError(
        `The data folder ${this.dataDir} belongs to the user with id ${stats.uid}; PostgreSQL wants to own it. Run as ` +
          'that user (or as root, if root made it), or use another folder.',
      );
    }
    if (fs.readdirSync(this.dataDir).length === 0) return false;
    this.assertVersion();
    return true;
  }

  /** Makes the data folder, whole or not at all: a process that dies half way leaves nothing that looks like one. */
  async create(password: string, durable: boolean): Promise<void> {
    const draft = `${this.dataDir}.new`;
    const passwordFile = `${this.dataDir}.initdb-password`;
    fs.rmSync(draft, { recursive: true, force: true });
    fs.mkdirSync(draft, { mode: 0o700 });
    fs.writeFileSync(passwordFile, password, { mode: 0o600 });
    try {
      for (const path of [draft, passwordFile]) this.giveToServer(path);
      // The built-in locale sorts and folds UTF-8 the same on every platform and never changes with the C library.
      const result = await runTool(this.account.runAs, this.tools.initdb, [
        `--pgdata=${draft}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        ...(durable ? [] : ['--no-sync']),
      ]);
      if (result.exitCode !== 0) throw new EmbeddedPostgresError(`initdb failed: ${result.output}`);
      if (fs.existsSync(this.dataDir)) fs.rmdirSync(this.dataDir);
      fs.renameSync(draft, this.dataDir);
    } finally {
      fs.rmSync(passwordFile, { force: true });
      fs.rmSync(draft, { recursive: true, force: true });
    }
  }

  running(): RunningPostmaster | null {
    return findRunningPostmaster(this.dataDir);
  }

  /** Whether the server that runs was started with exactly this port and these settings. */
  wasStartedWith(port: number, settings: Record<string, string>): boolean {
    const wanted = serverArguments(port, settings).map((argument) => ` "${argument}"`);
    return readText(join(this.dataDir, 'postmaster.opts')).trimEnd().endsWith(wanted.join(''));
  }

  /** Starts the server and resolves when it takes connections. On failure the result tells what the server said. */
  async start(port: number, settings: Record<string, string>): Promise<ToolResult> {
    this.takeFromRoot();
    await clearStalePidFile(this.dataDir);
    const log = join(this.dataDir, 'server.log');
    const before = this.rotateLog(log);
    const options = serverArguments(port, settings).map(quoteForShell).join(' ');
    const result = await this.pgCtl('start', '-w', '-t', String(START_SECONDS), '-l', log, '-o', options);
    if (result.exitCode === 0) return result;
    const said = Buffer.from(readText(log)).subarray(before).toString();
    return { ...result, output: `${result.output}\n${said}`.trim() };
  }

  /** Stops the server if one runs: at once for its clients, cleanly for its data. */
  async stop(): Promise<void> {
    for (const mode of ['fast', 'immediate']) {
      if (this.running() === null) return;
      await this.pgCtl('stop', '-w', '-t', String(STOP_SECONDS), '-m', mode);
    }
    const left = this.running();
    if (left !== null) throw new EmbeddedPostgresError(`PostgreSQL (process ${left.pid}) does not stop.`);
  }

  private pgCtl(action: string, ...options: string[]): Promise<ToolResult> {
    return runTool(this.account.runAs, this.tools.pgCtl, [action, '-D', this.dataDir, ...options]);
  }

  private assertVersion(): void {
    const version = readText(join(this.dataDir, 'PG_VERSION')).trim();
    if (version === String(this.tools.major)) return;
    throw new EmbeddedPostgresError(
      version === ''
        ? `${this.dataDir} holds files, but no PostgreSQL data; it is left alone. Use another folder.`
        : `${this.dataDir} was made by PostgreSQL ${version}, and this is PostgreSQL ${this.tools.major}, which cannot ` +
            'read it. Dump it with the old version and load it here, or move the folder away to begin anew.',
    );
  }

  /** Data that was copied by root still belongs to root; the server wants it to be its own. */
  private takeFromRoot(): void {
    if (this.account.owner === null || fs.statSync(this.dataDir).uid === this.account.owner.uid) return;
    const { uid, gid } = this.account.owner;
    execFileSync('chown', ['-R', `${uid}:${gid}`, this.dataDir]);
  }

  private giveToServer(path: string): void {
    if (this.account.owner !== null) fs.chownSync(path, this.account.owner.uid, this.account.owner.gid);
  }

  /** Keeps at most one old log of a few MiB. Returns the length of the log that will be written on. */
  private rotateLog(log: string): number {
    const length = fs.statSync(log, { throwIfNoEntry: false })?.size ?? 0;
    if (length <= MOST_LOG_BYTES) return length;
    fs.renameSync(log, `${log}.old`);
    return 0;
  }
}

function serverArguments(port: number, settings: Record<string, string>): string[] {
  return ['-p', String(port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
