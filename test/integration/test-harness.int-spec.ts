import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { runSql } from '../support/sql.js';
import { watchForStuckWorkers } from '../support/stuck-workers.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testQueue } from '../support/redis.js';
import { waitFor } from '../support/wait-for.js';

describe('the test harness', () => {
  const databases: TestDatabase[] = [];
  afterAll(async () => {
    for (const database of databases) await database.drop();
  });

  it('gives every caller a migrated database of its own, also when several ask at once', async () => {
    databases.push(...(await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()])));

    const [first, second] = databases.map(({ url }) => url) as [string, string];
    await runSql(first, 'CREATE TABLE only_here (n int)');

    expect(await runSql(second, "SELECT to_regclass('only_here') AS elsewhere")).toEqual([{ elsewhere: null }]);
    expect(await runSql(second, "SELECT to_regclass('open_deliveries') IS NOT NULL AS migrated")).toEqual([
      { migrated: true },
    ]);
  });

  it('drops a database although somebody is connected', async () => {
    const database = await createTestDatabase();
    const name = new URL(database.url).pathname.slice(1);
    const lingering = runSql(database.url, 'SELECT pg_sleep(60)').catch((error: Error) => error.message);
    await waitFor(async () => expect(await sessionsOf(name)).toHaveLength(1));

    await database.drop();

    expect(await lingering).toMatch(/terminat/);
    expect(await sessionsOf(name)).toEqual([]);
    expect(await runSql(inject('databaseUrl'), 'SELECT 1 FROM pg_database WHERE datname = $1', [name])).toEqual([]);
  });

  it('gives every spec file a prefix of its own on a Redis that answers', async () => {
    const { url, prefix } = testQueue();
    expect(testQueue().prefix).not.toBe(prefix);
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write('PING\r\n');

    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();

    expect(answer.toString()).toBe('+PONG\r\n');
  });

  it.runIf(process.platform === 'linux')('ends a worker that stands still, and tells where it stood', async () => {
    const standStill = 'process.title = `vitest ${process.ppid} some/file.int-spec.ts > stands still`; for (;;);';
    const child = spawn(process.execPath, ['-e', `function standStill() { ${standStill} } standStill()`]);
    const told: string[] = [];
    const tell = (text: string) => void told.push(text);
    const stop = watchForStuckWorkers({ stuckAfterMs: 300, lookEveryMs: 100, tell });

    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    await waitFor(() => expect(told).toHaveLength(1));
    stop();

    expect(told[0]).toMatch(/ended: some\/file\.int-spec\.ts > stands still\nIt is busy:\n {2}at standStill /);
  });
});

function sessionsOf(database: string): Promise<object[]> {
  return runSql(inject('databaseUrl'), 'SELECT pid FROM pg_stat_activity WHERE datname = $1', [database]);
}
