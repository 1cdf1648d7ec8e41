import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database, isConnectionLost } from '#database';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { waitFor } from '../../support/wait-for.js';

describe('losing a connection', () => {
  let server: TestDatabase;
  let db: Database;

  beforeAll(async () => {
    server = await createTestDatabase();
    db = await Database.connect({ url: server.url, poolSize: 2, applicationName: 'posthorn-test' });
  });
  afterAll(async () => {
    await db.close();
    await server.drop();
  });

  it('rejects the transaction whose connection ends between two of its statements, and nothing else happens', async () => {
    const work = db.transaction(async (tx) => {
      const [{ pid }] = (await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
      await db.query('SELECT pg_terminate_backend($1)', [pid]);
      // Only once the server has hung up: a client without a query under way tells it as an 'error' event.
      await waitFor(async () => {
        expect(await db.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).toEqual([]);
      });
      await tx.query('SELECT 1');
    });
    await expect(work).rejects.toSatisfy(isConnectionLost);
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('does not wait for ever for a server that has fallen silent', async () => {
    const impatient = await Database.connect({
      url: server.url,
      poolSize: 1,
      applicationName: 'posthorn-test',
      statementTimeoutMs: 0,
      answerTimeoutMs: 200,
    });
    try {
      await expect(impatient.query('SELECT pg_sleep(10)')).rejects.toSatisfy(isConnectionLost);
      // The connection that did not answer is not used again.
      expect(await impatient.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await impatient.close();
    }
  });
});
