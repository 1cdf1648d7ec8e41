import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { embeddedDatabaseUrl, type EmbeddedPostgres, EmbeddedPostgresError, startEmbeddedPostgres } from '#database';
import { endServer } from '../../support/end-server.js';
import { runSql } from '../../support/sql.js';

/** A process of its own that starts the server from the built code and then does nothing, so that it can be killed. */
const OWNER = `
  const { startEmbeddedPostgres } = await import(process.argv[1]);
  const server = await startEmbeddedPostgres({ dataDir: process.argv[2], durable: process.argv[3] === 'durable' });
  console.log(JSON.stringify(server));
  setInterval(() => {}, 1000);
`;

describe('startEmbeddedPostgres', () => {
  let folder: string;
  let dataDir: string;
  let started: EmbeddedPostgres[];
  let owners: ChildProcess[];

  beforeEach(() => {
    // Mode 0700, as mktemp makes them: the user that the server runs as cannot enter it without help.
    folder = mkdtempSync(join(tmpdir(), 'posthorn-embedded-'));
    dataDir = join(folder, 'data', 'postgres');
    started = [];
    owners = [];
  });

  afterEach(async () => {
    for (const owner of owners) owner.kill('SIGKILL');
    for (const server of started) await server.stop();
    endServer(join(dataDir, 'postmaster.pid'));
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (
    options: { port?: number; settings?: Record<string, string>; log?: (line: string) => void } = {},
  ) => {
    const server = await startEmbeddedPostgres({ dataDir, durable: false, ...options });
    started.push(server);
    return server;
  };

  const startInAnotherProcess = async (durability: 'durable' | 'fast' = 'fast') => {
    const code = pathToFileURL(join(process.cwd(), 'dist/libs/database/embedded-postgres.js')).href;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', OWNER, code, dataDir, durability], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    owners.push(owner);
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const server = JSON.parse(line.toString()) as { url: string; port: number };
    const die = async () => {
      owner.kill('SIGKILL');
      await once(owner, 'exit');
    };
    return { ...server, die };
  };

  it('starts, stops, and starts again on the same port with the same password and data', async () => {
    const first = await start();
    await runSql(first.url, 'CREATE TABLE kept (n int)');
    await runSql(first.url, 'INSERT INTO kept VALUES (7)');
    await first.stop();
    await expect(runSql(first.url, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);

    const second = await start();

    expect(second.url).toBe(first.url);
    // By which the command line finds it.
    expect(embeddedDatabaseUrl(dataDir)).toBe(second.url);
    expect(embeddedDatabaseUrl(join(folder, 'nothing'))).toBeNull();
    expect(second.adopted).toBe(false);
    expect(await runSql(second.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  });

  it('listens on 127.0.0.1 only, asks for a password, and keeps the password to its owner', async () => {
    const { url } = await start();

    const withoutPassword = new URL(url);
    withoutPassword.password = 'wrong';
    await expect(runSql(withoutPassword.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    expect(await runSql(url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await runSql(url, 'SHOW unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
    expect(statSync(`${dataDir}.password`).mode & 0o777).toBe(0o600);
  });

  it('takes settings, and sorts by code point in UTF-8', async () => {
    const { url } = await start({ settings: { max_connections: '33', 'posthorn.motto': "it's fine" } });

    expect(await runSql(url, 'SHOW max_connections')).toEqual([{ max_connections: '33' }]);
    expect(await runSql(url, 'SHOW posthorn.motto')).toEqual([{ 'posthorn.motto': "it's fine" }]);
    const rows = await runSql(
      url,
      "SELECT upper('ü') AS up, 'Z' < 'a' AS by_code_point, getdatabaseencoding() AS encoding",
    );
    expect(rows).toEqual([{ up: 'Ü', by_code_point: true, encoding: 'UTF8' }]);
  });

  it('refuses a second start on the same folder while the first one lives', async () => {
    const first = await startInAnotherProcess();

    await expect(start()).rejects.toThrow(/in use by process \d+/);

    expect(await runSql(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('frees the folder when a start fails', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };

    await expect(start({ port })).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
    blocker.close();

    expect((await start({ port })).port).toBe(port);
  });

  it('adopts the server of a process that was killed', async () => {
    const killed = await startInAnotherProcess();
    await runSql(killed.url, 'CREATE TABLE kept (n int)');
    const pidFile = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8');
    await killed.die();

    const server = await start();

    expect(server).toMatchObject({ adopted: true, url: killed.url });
    expect(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8')).toBe(pidFile);
    expect(await runSql(server.url, 'SELECT * FROM kept')).toEqual([]);
    await server.stop();
    expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(false);
  });

  it('restarts a server left running with other settings', async () => {
    const killed = await startInAnotherProcess();
    await killed.die();

    const server = await start({ settings: { max_connections: '44' } });

    expect(server.adopted).toBe(false);
    expect(await runSql(server.url, 'SHOW max_connections')).toEqual([{ max_connections: '44' }]);
  });

  it('recovers what was committed after server and owner were both killed', async () => {
    const killed = await startInAnotherProcess('durable');
    await runSql(killed.url, 'CREATE TABLE kept (n int)');
    await runSql(killed.url, 'INSERT INTO kept VALUES (1)');
    process.kill(postmasterPid(dataDir), 'SIGKILL');
    await killed.die();

    const server = await start();

    expect(server.adopted).toBe(false);
    expect(await runSql(server.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  it('is not fooled by a pid file whose pid belongs to another program now', async () => {
    const first = await start();
    await first.stop();
    const lines = [process.pid, dataDir, 0, first.port, '', '127.0.0.1', '', 'ready'];
    writeFileSync(join(dataDir, 'postmaster.pid'), `${lines.join('\n')}\n`);

    const second = await start();

    expect(second.adopted).toBe(false);
    expect(await runSql(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is not fooled by a lock whose pid belongs to another process now', async () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(`${dataDir}.lock`, `${process.pid} another-boot/123\n`);

    await expect(start()).resolves.toMatchObject({ adopted: false });
  });

  it('moves to another port when its old one is taken', async () => {
    const first = await start();
    await first.stop();
    const blocker = createServer().listen(first.port, '127.0.0.1');
    await once(blocker, 'listening');

    const second = await start();
    blocker.close();

    expect(second.port).not.toBe(first.port);
    expect(await runSql(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('refuses data of another major version, and a folder that is no data at all, in words', async () => {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, 'holiday.jpg'), '');
    await expect(start()).rejects.toThrow(/no PostgreSQL data; it is left alone/);
    writeFileSync(join(dataDir, 'PG_VERSION'), '15\n');

    const refusal = start();

    await expect(refusal).rejects.toThrow(EmbeddedPostgresError);
    await expect(refusal).rejects.toThrow(/was made by PostgreSQL 15, and this is PostgreSQL 18/);
  });
});

function postmasterPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
}
