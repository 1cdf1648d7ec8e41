import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '#database';
import { ApiClient } from '../support/api-client.js';
import { anEventInLine, OrderedReceiver } from '../support/ordered-receiver.js';
import { startProcess } from '../support/processes.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';

const ADMIN_KEY = 'an-admin-key-for-tests';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('order, in processes of its own', () => {
  let database: TestDatabase;
  let db: Database;
  let server: OrderedReceiver;
  let env: Record<string, string>;

  beforeAll(async () => {
    [database, server] = await Promise.all([createTestDatabase(), OrderedReceiver.start(() => 200, 5)]);
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
    await server.receiver.close();
    await db.close();
    await database.drop();
  });

  it('outlives a worker that is killed and one that is stopped in the middle', async () => {
    const [lines, places] = [20, 50];
    const [api, killed] = await Promise.all([startProcess({ app: 'api', env }), startProcess({ app: 'worker', env })]);
    const client = new ApiClient(api.url, ADMIN_KEY);
    const { body: tenant } = await client.post('/v1/tenants', { name: 'Acme' });
    const endpoint = { url: server.receiver.url, eventTypes: ['*'], ordering: 'fifo' };
    await client.post(`/v1/tenants/${tenant['id']}/endpoints`, endpoint);
    for (const place of upTo(places)) {
      const events = upTo(lines).map((line) => anEventInLine(tenant['id'] as string, `k${line}`, place));
      await client.post('/v1/events/batch', { events }, { expect: 202 });
    }

    await server.receiver.received(200);
    await killed.kill();
    expect(server.requestCount).toBeLessThan(lines * places);
    // What it held would fall due at the end of its leases, a minute and a half later.
    await db.query(`UPDATE open_deliveries SET due_at = clock_timestamp() WHERE waiting_for = 'sending'`);

    const stopped = await startProcess({ app: 'worker', env });
    const before = server.requestCount;
    await server.receiver.received(before + 200);
    const last = startProcess({ app: 'worker', env });
    expect(await stopped.stop()).toBe(0);
    await last;
    await waitFor(
      () => expect(upTo(lines).map((line) => server.of(`k${line}`).length)).toEqual(upTo(lines).map(() => places)),
      {
        timeoutMs: 300_000,
        intervalMs: 100,
      },
    );
    for (const line of upTo(lines)) expect(server.of(`k${line}`)).toEqual(upTo(places));
    expect(await Promise.all([(await last).stop(), api.stop()])).toEqual([0, 0]);
  }, 500_000);
});
