import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '#database';
import { ApiClient } from '../support/api-client.js';
import { startProcess } from '../support/processes.js';
import { Receiver } from '../support/receiver.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { missing, publishMany } from '../support/traffic.js';
import { waitFor } from '../support/wait-for.js';

const ADMIN_KEY = 'an-admin-key-for-tests';
const EVENTS = 600;
const RATE = 100;

describe('a bulk replay, in processes of its own', () => {
  let database: TestDatabase;
  let db: Database;
  let receiver: Receiver;
  let env: Record<string, string>;

  beforeAll(async () => {
    [database, receiver] = await Promise.all([createTestDatabase(), Receiver.start()]);
    db = await Database.connect({ url: database.url, poolSize: 1, applicationName: 'posthorn-test' });
    env = {
      DATABASE_URL: database.url,
      POSTHORN_ADMIN_KEY: ADMIN_KEY,
      POSTHORN_ALLOW_HTTP: 'true',
      POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
      POSTHORN_ENCRYPTION_KEYS: `test:${randomBytes(32).toString('base64')}`,
    };
  });
  afterAll(async () => {
    await receiver.close();
    await db.close();
    await database.drop();
  });

  it('goes on at its rate and makes nothing twice when workers are killed in the middle', async () => {
    const [api, killed] = await Promise.all([startProcess({ app: 'api', env }), startProcess({ app: 'worker', env })]);
    const client = new ApiClient(api.url, ADMIN_KEY);
    const { body: tenant } = await client.post('/v1/tenants', { name: 'Acme' });
    const endpoints = `/v1/tenants/${tenant['id']}/endpoints`;
    const { body: endpoint } = await client.post(endpoints, { url: receiver.url, eventTypes: ['*'] });
    await client.post(`${endpoints}/${endpoint['id']}/disable`, {});
    const events = await publishMany(client, tenant['id'] as string, EVENTS);
    const { body: enabled } = await client.post(`${endpoints}/${endpoint['id']}/enable`, {});
    const { path, body } = (enabled['missed'] as { replay: { path: string; body: object } }).replay;

    const startedMs = performance.now();
    const { body: replay } = await client.post(path, { ...body, ratePerSecond: RATE }, { expect: 201 });
    expect(replay).toMatchObject({ matched: EVENTS, matchedExact: true });
    await receiver.received(EVENTS / 4);
    await killed.kill();
    expect(missing(receiver, events).length).toBeGreaterThan(EVENTS / 4);
    const worker = await startProcess({ app: 'worker', env });

    const made = async () => (await client.get(`/v1/replays/${replay['id']}`)).body;
    await waitFor(async () => expect(await made()).toMatchObject({ replayed: EVENTS, skipped: 0 }), {
      timeoutMs: 30_000,
      intervalMs: 100,
    });
    // The last ones are made a second before they are due.
    expect(performance.now() - startedMs).toBeGreaterThan((EVENTS / RATE - 1) * 1_000 - 100);
    // What it held would fall due at the end of its leases, a minute and a half later.
    await db.query(`UPDATE open_deliveries SET due_at = clock_timestamp() WHERE waiting_for = 'sending'`);
    await waitFor(
      async () => expect(await made()).toMatchObject({ state: 'finished', succeeded: EVENTS, failed: 0, pending: 0 }),
      { intervalMs: 250 },
    );
    expect(missing(receiver, events)).toEqual([]);
    const [count] = await db.query(
      `SELECT count(*)::int AS deliveries, count(DISTINCT event_id)::int AS events FROM deliveries WHERE replay_id IS NOT NULL`,
    );
    expect(count).toEqual({ deliveries: EVENTS, events: EVENTS });
    expect(await Promise.all([api.stop(), worker.stop()])).toEqual([0, 0]);
  }, 300_000);
});
