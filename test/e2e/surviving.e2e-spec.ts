import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../support/api-client.js';
import { startProcess } from '../support/processes.js';
import { Receiver } from '../support/receiver.js';
import { RedisServer } from '../support/redis-server.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { arrivals, missing, publishMany } from '../support/traffic.js';
import { waitFor } from '../support/wait-for.js';

const ADMIN_KEY = 'an-admin-key-for-tests';

const COMMON = {
  POSTHORN_ADMIN_KEY: ADMIN_KEY,
  POSTHORN_ALLOW_HTTP: 'true',
  POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
  POSTHORN_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
  LOG_LEVEL: 'info',
};

async function aTenant(api: ApiClient, receiver: Receiver): Promise<string> {
  const { body: tenant } = await api.post('/v1/tenants', { name: 'Acme' });
  await api.post(`/v1/tenants/${tenant['id']}/endpoints`, { url: receiver.url, eventTypes: ['*'] });
  return tenant['id'] as string;
}

/** Leases run out after 90 seconds; what a dead process held goes out soon after. */
const AFTER_LEASE_MS = 300_000;

describe('the standalone platform', () => {
  let dataDir: string;
  let receiver: Receiver;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'posthorn-survive-'));
    receiver = await Receiver.start();
  });
  afterAll(async () => {
    await receiver.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('loses nothing it has accepted to a kill -9 in the middle of 5,000 deliveries', async () => {
    const env = { ...COMMON, POSTHORN_DATA_DIR: dataDir };
    const first = await startProcess({ app: 'standalone', env });
    const api = new ApiClient(first.url, ADMIN_KEY);
    const tenant = await aTenant(api, receiver);
    const accepted = await publishMany(api, tenant, 5_000);
    await receiver.received(500);
    await first.kill();
    expect(missing(receiver, accepted).length).toBeGreaterThan(0);

    const second = await startProcess({ app: 'standalone', env });
    await waitFor(() => expect(missing(receiver, accepted)).toEqual([]), {
      timeoutMs: AFTER_LEASE_MS,
      intervalMs: 250,
    });
    expect(await second.stop()).toBe(0);
  }, 500_000);
});

describe('API and worker processes over Redis', () => {
  let database: TestDatabase;
  let redis: RedisServer;
  let receiver: Receiver;
  let env: Record<string, string>;

  beforeEach(async () => {
    [database, redis, receiver] = await Promise.all([createTestDatabase(), RedisServer.start(), Receiver.start()]);
    env = { ...COMMON, DATABASE_URL: database.url, QUEUE_URL: redis.url };
  });
  afterEach(async () => {
    await Promise.all([receiver.close(), redis.stop()]);
    await database.drop();
  });

  it('answers 202 and goes on delivering while Redis is away, and uses it again without a restart', async () => {
    const [api, worker] = await Promise.all([startProcess({ app: 'api', env }), startProcess({ app: 'worker', env })]);
    const client = new ApiClient(api.url, ADMIN_KEY);
    const tenant = await aTenant(client, receiver);
    const publish = async () =>
      (await client.post('/v1/events', { tenant, type: 'a.b', data: 1 }, { expect: 202 })).body;
    const arrives = (id: string) => waitFor(() => expect(missing(receiver, [id])).toEqual([]));
    await arrives((await publish())['id'] as string);

    await redis.kill();
    await waitFor(async () => {
      const { body } = await client.get('/health/ready', { key: null, expect: 200 });
      expect(body['degraded']).toEqual(['queue']);
    });
    await arrives((await publish())['id'] as string);

    await redis.restart();
    await waitFor(async () => expect((await client.get('/health/ready', { key: null })).body['degraded']).toEqual([]));
    await arrives((await publish())['id'] as string);
    expect([...arrivals(receiver).values()]).toEqual([1, 1, 1]);
    expect(await Promise.all([api.stop(), worker.stop()])).toEqual([0, 0]);
  });

  it('loses nothing and sends nothing twice when workers and APIs are stopped under load', async () => {
    const [api, other, worker] = await Promise.all([
      startProcess({ app: 'api', env }),
      startProcess({ app: 'api', env }),
      startProcess({ app: 'worker', env }),
    ]);
    receiver.slowBody(20);
    const tenant = await aTenant(new ApiClient(api.url, ADMIN_KEY), receiver);
    const accepted = await publishMany(new ApiClient(api.url, ADMIN_KEY), tenant, 1_000);
    const publishing = publishMany(new ApiClient(other.url, ADMIN_KEY), tenant, 1_000);
    expect(await api.stop()).toBe(0);
    const successor = startProcess({ app: 'worker', env });
    expect(await worker.stop()).toBe(0);
    accepted.push(...(await publishing));
    await successor;
    await waitFor(() => expect(missing(receiver, accepted)).toEqual([]), { intervalMs: 100 });
    expect([...arrivals(receiver).values()].filter((count) => count > 1)).toEqual([]);
  });
});
