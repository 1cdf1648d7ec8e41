import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database, Listener } from '#database';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { waitFor } from '../../support/wait-for.js';

describe('listening', () => {
  let server: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    server = await createTestDatabase();
    db = await Database.connect({ url: server.url, poolSize: 1, applicationName: 'posthorn-test' });
  });
  afterAll(async () => {
    await db.close();
    await server.drop();
  });

  it('hears again after its connection was lost', async () => {
    const heard: string[] = [];
    const losses: Error[] = [];
    const listener = new Listener({
      url: server.url,
      applicationName: 'posthorn-ear',
      onLost: (error) => losses.push(error),
    });
    listener.on('posthorn_test', (payload) => heard.push(payload));
    listener.start();
    const hears = (word: string) =>
      waitFor(async () => {
        await db.query(`SELECT pg_notify('posthorn_test', $1)`, [word]);
        expect(heard).toContain(word);
      });
    try {
      await hears('before');
      await db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'posthorn-ear'`);
      await waitFor(() => expect(losses).toHaveLength(1));
      await hears('after');
    } finally {
      await listener.close();
    }
  });
});
