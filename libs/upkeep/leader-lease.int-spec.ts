import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '#database';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { waitFor } from '../../test/support/wait-for.js';
import { LeaderLease } from './leader-lease.js';

describe('the lease of a leader', () => {
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

  it('belongs to one at a time, who may renew it', async () => {
    const [first, second] = ['first', 'second'].map((holder) => new LeaderLease(db, 'one at a time', holder, 60));
    expect(await first!.hold()).toBe(true);
    expect(await second!.hold()).toBe(false);
    expect(await first!.hold()).toBe(true);
  });

  it('is taken over when its holder no longer renews it', async () => {
    const [dead, heir] = ['dead', 'heir'].map((holder) => new LeaderLease(db, 'taken over', holder, 1));
    expect(await dead!.hold()).toBe(true);
    await waitFor(async () => expect(await heir!.hold()).toBe(true));
    expect(await dead!.hold()).toBe(false);
  });

  it('is free at once when its holder gives it up', async () => {
    const [leaving, heir] = ['leaving', 'heir'].map((holder) => new LeaderLease(db, 'given up', holder, 60));
    expect(await leaving!.hold()).toBe(true);
    await leaving!.release();
    expect(await heir!.hold()).toBe(true);
  });
});
