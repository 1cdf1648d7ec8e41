import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateDatabase } from '#database';
import { ApiClient } from '../support/api-client.js';
import { PrivatePostgres } from '../support/private-postgres.js';
import { type ProcessOptions, startProcess } from '../support/processes.js';
import { Receiver } from '../support/receiver.js';
import { RedisServer } from '../support/redis-server.js';
import { missing } from '../support/traffic.js';
import { waitFor } from '../support/wait-for.js';

const ADMIN_KEY = 'an-admin-key-for-tests';

/** Leases run out after 90 seconds. */
const AFTER_LEASE_MS = 300_000;

describe('a PostgreSQL that is killed and comes back', () => {
  let postgres: PrivatePostgres;
  let redis: RedisServer;
  let receiver: Receiver;

  beforeAll(async () => {
    [postgres, redis, receiver] = await Promise.all([
      PrivatePostgres.start({ durable: true }),
      RedisServer.start(),
      Receiver.start(),
    ]);
    await migrateDatabase(postgres.url);
  });
  afterAll(() => Promise.all([receiver.close(), redis.stop(), postgres.stop()]));

  it('costs nothing that was accepted, under load, and no process has to be started again', async () => {
    const env = {
      DATABASE_URL: postgres.url,
      QUEUE_URL: redis.url,
      POSTHORN_ADMIN_KEY: ADMIN_KEY,
      POSTHORN_ALLOW_HTTP: 'true',
      POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
      POSTHORN_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
    };
    const start = (app: ProcessOptions['app']) => startProcess({ app, env });
    const [api, worker] = await Promise.all([start('api'), start('worker')]);
    const client = new ApiClient(api.url, ADMIN_KEY);
    const { body: tenant } = await client.post('/v1/tenants', { name: 'Acme' });
    await client.post(`/v1/tenants/${tenant['id']}/endpoints`, { url: receiver.url, eventTypes: ['*'] });

    const accepted: string[] = [];
    const load = new AbortController();
    const publisher = async (): Promise<void> => {
      const events = Array.from({ length: 20 }, () => ({ tenant: tenant['id'], type: 'a.b', data: 1 }));
      while (!load.signal.aborted) {
        const answer = await client
          .post<{ results: { id?: string }[] }>('/v1/events/batch', { events })
          .catch(() => null);
        accepted.push(...(answer?.body.results ?? []).flatMap(({ id }) => (id === undefined ? [] : [id])));
      }
    };
    const publishers = [publisher(), publisher(), publisher(), publisher()];
    // Configuration is being changed too: its transactions are of several statements.
    const changer = (async () => {
      while (!load.signal.aborted)
        await client.patch(`/v1/tenants/${tenant['id']}`, { name: 'Acme' }).catch(() => null);
    })();

    for (let restarts = 1; restarts <= 2; restarts++) {
      const before = accepted.length;
      await waitFor(() => expect(accepted.length).toBeGreaterThan(before + 1_000));
      await postgres.kill();
      await postgres.restart();
    }
    const before = accepted.length;
    await waitFor(() => expect(accepted.length).toBeGreaterThan(before + 1_000));
    load.abort();
    await Promise.all([...publishers, changer]);

    await waitFor(() => expect(missing(receiver, accepted)).toEqual([]), {
      timeoutMs: AFTER_LEASE_MS,
      intervalMs: 250,
    });
    expect(await Promise.all([api.stop(), worker.stop()])).toEqual([0, 0]);
  }, 500_000);
});
