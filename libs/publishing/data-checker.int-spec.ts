import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Executor } from '#database';
import type { EventDraft } from '#events';
import type { Uuid } from '#kernel';
import { aPublisher, countingIn, draftOf, EVERYTHING, subscribe } from '../../test/support/publishers.js';
import { openStoreBench, type StoreBench } from '../../test/support/stores.js';

describe('a publisher that checks what events carry', () => {
  let bench: StoreBench;
  let endpoint: { tenantId: Uuid; endpointId: Uuid };

  beforeAll(async () => {
    bench = await openStoreBench();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.db.query(`DELETE FROM event_types`);
    endpoint = await bench.anEndpoint();
    await subscribe(bench, endpoint);
  });

  const aDraft = (over?: Partial<EventDraft>): EventDraft => draftOf(endpoint.tenantId, over);

  it('holds events against the schemas of the moment, whoever has changed them', async () => {
    const { publisher } = aPublisher(bench);
    const published = async (n: unknown, uid: string | null = null) => {
      const draft = aDraft({ type: 'checked.here', data: JSON.stringify({ n }), dataValue: { n }, uid });
      return (await publisher.publish(draft, EVERYTHING)).kind;
    };
    const describeType = (type: string) =>
      bench.db.query(
        `INSERT INTO event_types (name, description, schemas) VALUES ('checked.here', '', $1)
         ON CONFLICT (name) DO UPDATE SET schemas = EXCLUDED.schemas, version = event_types.version + 1`,
        [{ '1': { properties: { n: { type } } } }],
      );
    expect(await published('x', 'u-before')).toBe('accepted');
    await describeType('number');
    expect(await published('x')).toBe('refused');
    expect(await published(1)).toBe('accepted');
    await describeType('string');
    expect(await published('x')).toBe('accepted');
    expect(await published(1)).toBe('refused');
    await describeType('number');
    expect(await Promise.all([published(1), published('x'), published(2)])).toEqual([
      'accepted',
      'refused',
      'accepted',
    ]);
    // Was accepted, and stays so.
    expect(await published('x', 'u-before')).toBe('duplicate');
    // Made again, its version is the first one once more.
    await bench.db.query(`DELETE FROM event_types`);
    await describeType('string');
    expect([await published('x'), await published(1)]).toEqual(['accepted', 'refused']);
    await bench.db.query(`DELETE FROM event_types`);
    expect(await published('x')).toBe('accepted');
  });

  it('goes by the catalog that is there, also when a replica that lagged has taken the place of the database', async () => {
    const { publisher } = aPublisher(bench);
    await publisher.publish(aDraft(), EVERYTHING);
    await bench.db.query(`UPDATE event_type_catalog SET version = version - 3`);
    expect(await publisher.publish(aDraft(), EVERYTHING)).toMatchObject({ kind: 'accepted' });
  });

  it('outlasts somebody who describes one type after the other', async () => {
    let changes = 10;
    const whileDescribing: Executor = {
      query: async (sql, values) => {
        if (typeof sql !== 'string' && sql.name === 'publish' && changes-- > 0) {
          await bench.db.query(`INSERT INTO event_types (name, description) VALUES ($1, '')`, [
            `described.n${changes}`,
          ]);
        }
        return bench.db.query(sql, values);
      },
    };
    expect(await aPublisher(bench, { db: whileDescribing }).publisher.publish(aDraft(), EVERYTHING)).toMatchObject({
      kind: 'accepted',
    });
    expect(changes).toBeLessThan(0);
  });

  it('has another catalog only when a type comes, goes or has other schemas', async () => {
    const versionAfter = async (sql: string) => {
      await bench.db.query(sql);
      return (await bench.db.query<{ version: number }>(`SELECT version FROM event_type_catalog`))[0]!.version;
    };
    const made = await versionAfter(`INSERT INTO event_types (name, schemas) VALUES ('seen.here', '{"1":true}')`);
    expect(await versionAfter(`UPDATE event_types SET description = 'b', schemas = '{"1":true}', version = 2`)).toBe(
      made,
    );
    expect(await versionAfter(`UPDATE event_types SET schemas = '{"1":false}'`)).toBe(made + 1);
    expect(await versionAfter(`DELETE FROM event_types`)).toBe(made + 2);
  });

  it('looks up the uids of all that a batch has refused by one statement, after their quota', async () => {
    await bench.db.query(`INSERT INTO event_types (name, schemas) VALUES ('refused.here', '{"1":false}')`);
    await bench.db.query(
      `UPDATE tenants SET settings = settings || '{"publishPerSecond":40}', config_version = config_version + 1 WHERE id = $1`,
      [endpoint.tenantId],
    );
    const statements: string[] = [];
    const { publisher } = aPublisher(bench, { db: countingIn(bench, statements) });
    const drafts = Array.from({ length: 60 }, (_, n) => aDraft({ type: 'refused.here', uid: `refused-${n}` }));
    const results = await publisher.publishBatch(drafts, EVERYTHING);
    const codes = results.map((result) => (result.kind === 'refused' ? result.error.code : result.kind));
    expect(new Set(codes)).toEqual(new Set(['validation_failed', 'rate_limited']));
    expect(statements.filter((name) => name === 'first_of_uids')).toHaveLength(1);
  });
});
