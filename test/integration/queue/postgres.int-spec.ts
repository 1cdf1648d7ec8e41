import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type DispatchConsumer,
  type DispatchQueue,
  migrateQueue,
  openDispatchConsumer,
  openDispatchQueue,
  queueMigrationsPending,
  type ReceivedJob,
} from '#queue';
import { queueContract } from '../../contracts/queue.contract.js';
import { PrivatePostgres } from '../../support/private-postgres.js';
import { runSql } from '../../support/sql.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { waitFor } from '../../support/wait-for.js';

queueContract('PostgreSQL', async () => {
  const server = await PrivatePostgres.start();
  await migrateQueue(server.url);
  return {
    url: server.url,
    kill: () => server.kill(),
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
});

describe('the queue on PostgreSQL', () => {
  const open: Array<DispatchQueue | DispatchConsumer> = [];
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((side) => side.close()));
  });
  afterAll(() => database.drop());

  it('migrates once, however many processes boot at the same time', async () => {
    const fresh = await createTestDatabase();
    try {
      await runSql(fresh.url, 'DROP SCHEMA IF EXISTS bullmq CASCADE');
      expect(await queueMigrationsPending(fresh.url)).toBe(true);

      await Promise.all(Array.from({ length: 4 }, () => migrateQueue(fresh.url)));

      expect(await queueMigrationsPending(fresh.url)).toBe(false);
      expect(await migrateQueue(fresh.url)).toBe(false);
    } finally {
      await fresh.drop();
    }
  });

  it('keeps payloads out of the write-ahead log', async () => {
    await migrateQueue(database.url);

    const logged = await runSql<{ relname: string }>(
      database.url,
      `SELECT relname FROM pg_class WHERE relnamespace = 'bullmq'::regnamespace AND relkind = 'r'
          AND relpersistence = 'p' AND relname IN ('job', 'event', 'job_log', 'job_dependency')`,
    );

    expect(logged).toEqual([]);
  });

  it('says what to do when its tables are missing, and works once they are there', async () => {
    const fresh = await createTestDatabase();
    try {
      await runSql(fresh.url, 'DROP SCHEMA IF EXISTS bullmq CASCADE');
      const reasons: unknown[] = [];
      const warn = (facts: object) => void reasons.push((facts as { reason?: string }).reason);
      const log = { debug: () => {}, info: () => {}, warn, error: () => {} };
      const queue = openDispatchQueue({ url: fresh.url, log });
      open.push(queue);
      await waitFor(() => expect(reasons).toEqual([expect.stringContaining('posthorn migrate up')]));

      await migrateQueue(fresh.url);
      await queue.whenConnected();

      await queue.add([{ n: 1 }]);
      await queue.close();
    } finally {
      await fresh.drop();
    }
  });

  it('leaves nothing behind: no finished job, few events, no connection', async () => {
    await migrateQueue(database.url);
    const url = `${database.url}?application_name=leftovers`;
    let received = 0;
    const queue = openDispatchQueue({ url });
    const consumer = openDispatchConsumer({ url, concurrency: 4, handler: async () => void received++ });
    open.push(queue, consumer);
    await queue.whenConnected();

    for (let round = 0; round < 10; round++) await queue.add(Array.from({ length: 50 }, (_, n) => ({ n })));
    await waitFor(() => expect(received).toBe(500));
    await waitFor(async () => expect(await queue.depth()).toBe(0));
    await Promise.all([queue.close(), consumer.close()]);

    const [left] = await runSql<{ jobs: number; events: number }>(
      database.url,
      'SELECT (SELECT count(*)::int FROM bullmq.job) AS jobs, (SELECT count(*)::int FROM bullmq.event) AS events',
    );
    expect(left?.jobs).toBe(0);
    expect(left?.events).toBeLessThan(600);
    await waitFor(async () => expect(await sessionsOf(database.url)).toEqual([]));
  });

  it('looks anew when it loses the connection over which it takes its first look', async () => {
    await migrateQueue(database.url);
    const proxy = await CuttingProxy.start(database.url, 'min_client_version');
    const received: number[] = [];
    const handler = async ({ payload }: ReceivedJob) => void received.push(payload.n as number);
    const queue = openDispatchQueue({ url: proxy.url });
    const consumer = openDispatchConsumer({ url: proxy.url, concurrency: 1, handler });
    open.push(queue, consumer);
    await waitFor(() => expect(proxy.cuts).toBeGreaterThan(3));
    expect([queue.isAvailable, consumer.connectedSince === null]).toEqual([false, true]);

    proxy.isCutting = false;
    await Promise.all([queue.whenConnected(), consumer.whenConnected()]);
    await queue.add([{ n: 1 }]);

    await waitFor(() => expect(received).toEqual([1]));
    await Promise.all([queue.close(), consumer.close()]);
    await proxy.close();
  });

  it('outlives the loss of single connections, and shows the new ones', async () => {
    await migrateQueue(database.url);
    const seen: number[] = [];
    const queue = openDispatchQueue({ url: database.url });
    const consumer = openDispatchConsumer({
      url: database.url,
      concurrency: 2,
      handler: async ({ payload }) => void seen.push(payload.n as number),
    });
    open.push(queue, consumer);
    await Promise.all([queue.whenConnected(), consumer.whenConnected()]);

    for (let round = 1; round <= 3; round++) {
      const cutAt = Date.now();
      await runSql(
        database.url,
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      await waitFor(() => expect(queue.isAvailable).toBe(true));
      await waitFor(async () => {
        await queue.add([{ n: round }]).catch(() => undefined);
        expect(seen).toContain(round);
      });
      expect(consumer.connectedSince).toBeGreaterThanOrEqual(cutAt);
    }
  });
});

/** Stands before a server, and cuts each connection over which `cue` is asked for as long as it is told to. */
class CuttingProxy {
  isCutting = true;
  cuts = 0;
  private readonly server: Server;

  private constructor(
    private readonly target: URL,
    cue: string,
  ) {
    this.server = createServer((client) => {
      const upstream = connect(Number(target.port), target.hostname);
      for (const socket of [client, upstream]) {
        socket.on('error', () => undefined).on('close', () => (client.destroy(), upstream.destroy()));
      }
      upstream.pipe(client);
      client.on('data', (bytes) => {
        if (!this.isCutting || !bytes.includes(cue)) return void upstream.write(bytes);
        this.cuts += 1;
        client.destroy();
      });
    });
  }

  static async start(url: string, cue: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(new URL(url), cue);
    await once(proxy.server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.href;
  }

  async close(): Promise<void> {
    await once(this.server.close(), 'close');
  }
}

function sessionsOf(url: string): Promise<object[]> {
  return runSql(
    url,
    'SELECT application_name, query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
}
