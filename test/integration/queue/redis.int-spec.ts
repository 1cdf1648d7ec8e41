import { afterEach, describe, expect, it } from 'vitest';
import {
  type DispatchConsumer,
  type DispatchQueue,
  openDispatchConsumer,
  openDispatchQueue,
  QueueUnavailableError,
  type ReceivedJob,
} from '#queue';
import { queueContract } from '../../contracts/queue.contract.js';
import { RedisServer, type RedisServerOptions } from '../../support/redis-server.js';
import { waitFor } from '../../support/wait-for.js';
import { IN_TIME } from '../../support/in-time.js';

queueContract('Redis', async () => {
  const server = await RedisServer.start();
  return {
    url: server.url,
    kill: () => server.kill(),
    restart: () => server.restart(),
    stop: () => server.stop(),
  };
});

describe('the queue on a Redis that forgets and remembers', () => {
  const servers: RedisServer[] = [];
  const open: Array<DispatchQueue | DispatchConsumer> = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((side) => side.close()));
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  async function setup(options: RedisServerOptions & { concurrency?: number; now?: () => number } = {}) {
    const { concurrency = 4, now = Date.now, ...serverOptions } = options;
    const server = await RedisServer.start(serverOptions);
    servers.push(server);
    const seen: Array<{ n: number; addedAtMs: number; connectedSince: number | null }> = [];
    const gate: { wait: Promise<void> } = { wait: Promise.resolve() };
    const queue = openDispatchQueue({ url: server.url, now });
    const consumer = openDispatchConsumer({
      url: server.url,
      concurrency,
      now,
      handler: async ({ payload, addedAtMs }) => {
        seen.push({
          n: payload.n as number,
          addedAtMs: addedAtMs ?? Number.NaN,
          connectedSince: consumer.connectedSince,
        });
        await gate.wait;
      },
    });
    open.push(queue, consumer);
    await Promise.all([queue.whenConnected(), consumer.whenConnected()]);
    return { server, queue, consumer, seen, gate };
  }

  /** What the delivering room asks before it sends without a claim. */
  const isTrusted = ({ addedAtMs, connectedSince }: { addedAtMs: number; connectedSince: number | null }) =>
    connectedSince !== null && addedAtMs >= connectedSince;

  it('works on after a kill -9 that emptied it, and hands out nothing twice', async () => {
    const { server, queue, seen } = await setup();
    await queue.add([{ n: 1 }, { n: 2 }]);
    await waitFor(() => expect(seen).toHaveLength(2));

    await server.restart();
    await waitFor(() => expect(queue.isAvailable).toBe(true));
    await queue.add([{ n: 3 }]);

    await waitFor(() => expect(seen.map(({ n }) => n)).toEqual([1, 2, 3]));
    await waitFor(async () => expect(await queue.depth()).toBe(0));
  });

  it('shows jobs that an old snapshot brought back as older than its connection', async () => {
    const { server, queue, consumer, seen, gate } = await setup({ concurrency: 2 });
    let release = () => {};
    gate.wait = new Promise((resolve) => (release = resolve));
    await queue.add(Array.from({ length: 50 }, (_, n) => ({ n })));
    await waitFor(() => expect(seen).toHaveLength(2));
    expect(await server.ask('SAVE')).toContain('OK');
    release();
    await waitFor(() => expect(seen).toHaveLength(50));
    await waitFor(async () => expect(await queue.depth()).toBe(0));
    const fresh = seen.splice(0);

    await server.restart();
    await waitFor(() => expect(seen.length).toBeGreaterThanOrEqual(48));
    await waitFor(() => expect(queue.isAvailable).toBe(true));
    await waitFor(() => expect(consumer.connectedSince).not.toBeNull());
    await new Promise((resolve) => setTimeout(resolve, 2)); // the next millisecond
    await queue.add([{ n: 1_000 }]);
    await waitFor(() => expect(seen.some(({ n }) => n === 1_000)).toBe(true));

    expect(fresh.every(isTrusted)).toBe(true);
    expect(seen.filter(({ n }) => n !== 1_000).filter(isTrusted)).toEqual([]);
    expect(seen.filter(({ n }) => n === 1_000).every(isTrusted)).toBe(true);
  });

  it('goes on after a FLUSHALL under running handlers', async () => {
    const { server, queue, seen, gate } = await setup({ concurrency: 2 });
    let release = () => {};
    gate.wait = new Promise((resolve) => (release = resolve));
    await queue.add([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
    await waitFor(() => expect(seen).toHaveLength(2));

    await server.ask('FLUSHALL');
    release();
    await queue.add([{ n: 5 }]);

    await waitFor(() => expect(seen.map(({ n }) => n)).toEqual([1, 2, 5]));
    await waitFor(async () => expect(await queue.depth()).toBe(0));
  });

  it('refuses within a second when the server hangs, and cannot say whether the job was added', IN_TIME, async () => {
    const { server, queue, seen } = await setup();
    server.freeze();

    const started = performance.now();
    await expect(queue.add([{ n: 1 }])).rejects.toMatchObject({
      name: 'QueueUnavailableError',
      mayHaveBeenAdded: true,
    });
    expect(performance.now() - started).toBeLessThan(1_300);
    expect(queue.isAvailable).toBe(false);

    server.thaw();
    await waitFor(() => expect(queue.isAvailable).toBe(true));
    await queue.add([{ n: 2 }]);
    await waitFor(() => expect(seen.some(({ n }) => n === 2)).toBe(true));
  });

  it('comes back to life after the server hung for longer than the watchdogs wait', async () => {
    const { server, queue, consumer, seen } = await setup();
    const before = consumer.connectedSince;
    server.freeze();
    await waitFor(() => expect(consumer.connectedSince).not.toBe(before));

    server.thaw();
    await waitFor(() => expect(queue.isAvailable).toBe(true));
    await queue.add([{ n: 1 }]);

    await waitFor(() => expect(seen.map(({ n }) => n)).toEqual([1]));
  });

  it('trips on a server that answers but takes no jobs, without hammering it', async () => {
    const { server, queue } = await setup();
    await server.ask('CONFIG SET maxmemory 1');
    await expect(queue.add([{ n: 1 }])).rejects.toThrow(QueueUnavailableError);
    expect(queue.isAvailable).toBe(false);

    await server.ask('CONFIG SET maxmemory 0');
    await waitFor(() => expect(queue.isAvailable).toBe(true));
    await queue.add([{ n: 2 }]);
  });

  it('leaves nothing behind: no finished job, and a short stream of events', async () => {
    const { server, queue, seen } = await setup();
    for (let round = 0; round < 40; round++) await queue.add(Array.from({ length: 25 }, (_, n) => ({ n })));
    await waitFor(() => expect(seen).toHaveLength(1_000));
    await waitFor(async () => expect(await queue.depth()).toBe(0));

    expect(await server.ask('XLEN {posthorn}:deliveries:events')).toMatch(/^:\d{1,3}\r\n$/);
    const keys = await server.ask('DBSIZE');
    expect(Number(keys.slice(1))).toBeLessThanOrEqual(6);
  });

  it('costs two commands per job when there is much to do', async () => {
    const { server, queue, consumer, seen } = await setup({ concurrency: 8 });
    await consumer.pause();
    const [jobs, before] = [500, await commandsOf(server)];
    for (let added = 0; added < jobs; added += 50) {
      await queue.add(Array.from({ length: 50 }, (_, n) => ({ n })));
    }
    await consumer.resume();
    await waitFor(() => expect(seen).toHaveLength(jobs));
    await waitFor(async () => expect(await queue.depth()).toBe(0));

    const perJob = ((await commandsOf(server)) - before) / jobs;
    expect(perJob).toBeLessThan(2.2);
  });

  it('removes what a dead worker left behind, and runs it never again', async () => {
    const { server, queue, consumer, seen, gate } = await setup({ concurrency: 1 });
    gate.wait = new Promise(() => {});
    await queue.add([{ n: 1 }]);
    await waitFor(() => expect(seen).toHaveLength(1));
    // As if its worker had died and five minutes had passed.
    await server.ask('DEL {posthorn}:deliveries:1:lock');
    await server.ask('SADD {posthorn}:deliveries:stalled 1');
    await server.ask('DEL {posthorn}:deliveries:stalled-check');
    const heir: number[] = [];
    const other = openDispatchConsumer({
      url: server.url,
      concurrency: 1,
      handler: async ({ payload }) => void heir.push(payload.n as number),
    });
    open.push(other);

    await waitFor(async () => expect(await queue.depth()).toBe(0));
    await queue.add([{ n: 2 }]);
    await waitFor(() => expect(heir).toEqual([2]));
    expect(consumer.connectedSince).not.toBeNull();
    gate.wait = Promise.resolve();
    await Promise.race([consumer.close(), new Promise((resolve) => setTimeout(resolve, 100))]);
    open.splice(open.indexOf(consumer), 1);
  });

  it('works on a cluster', async () => {
    const server = await RedisServer.start({
      settings: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
    });
    servers.push(server);
    await server.ask(`CLUSTER ADDSLOTSRANGE 0 16383`);
    await waitFor(async () => expect(await server.ask('CLUSTER INFO')).toContain('cluster_state:ok'));
    const url = `redis://127.0.0.1:${server.port},127.0.0.1:${server.port}`;
    const seen: number[] = [];
    const queue = openDispatchQueue({ url });
    const handler = async ({ payload }: ReceivedJob) => void seen.push(payload.n as number);
    const consumer = openDispatchConsumer({ url, concurrency: 2, handler });
    open.push(queue, consumer);
    await Promise.all([queue.whenConnected(), consumer.whenConnected()]);
    await queue.add([{ n: 1 }]);
    await waitFor(() => expect(seen).toEqual([1]));

    const killedAt = Date.now();
    await server.restart();
    await waitFor(() => expect(queue.isAvailable).toBe(true));
    await waitFor(
      async () => {
        await queue.add([{ n: 2 }]).catch(() => undefined);
        expect(seen).toContain(2);
      },
      { intervalMs: 200 },
    );

    expect(consumer.connectedSince).toBeGreaterThanOrEqual(killedAt);
  });

  it('finds its master through a sentinel, also after a restart', async () => {
    const { server, queue: direct } = await setup();
    await direct.close();
    const sentinel = await RedisServer.start({ watches: server.port });
    servers.push(sentinel);
    const url = `redis+sentinel://127.0.0.1:${sentinel.port}/main`;
    const seen: number[] = [];
    const queue = openDispatchQueue({ url, prefix: 'by-sentinel' });
    const handler = async ({ payload }: ReceivedJob) => void seen.push(payload.n as number);
    const consumer = openDispatchConsumer({ url, prefix: 'by-sentinel', concurrency: 1, handler });
    open.push(queue, consumer);
    await Promise.all([queue.whenConnected(), consumer.whenConnected()]);
    await queue.add([{ n: 1 }]);
    await waitFor(() => expect(seen).toEqual([1]));

    const killedAt = Date.now();
    await server.restart();
    await waitFor(() => expect(queue.isAvailable && consumer.connectedSince).toBeTruthy());
    await queue.add([{ n: 2 }]);

    await waitFor(() => expect(seen).toEqual([1, 2]));
    expect(consumer.connectedSince).toBeGreaterThanOrEqual(killedAt);
  });
});

/** Calls that came over the wire; those that scripts made are not counted by their own names here. */
async function commandsOf(server: RedisServer): Promise<number> {
  const stats = await server.ask('INFO commandstats');
  const calls = (name: string) => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  return calls('evalsha') + calls('eval') + calls('bzpopmin');
}
