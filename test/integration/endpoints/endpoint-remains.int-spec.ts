import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EndpointHealthReadModel, EndpointHealthStore, EndpointRemainsStore, type HealthChange } from '#endpoints';
import type { Uuid } from '#kernel';
import { openStoreBench, type StoreBench } from '../../support/stores.js';

const DAY_MS = 86_400_000;

let bench: StoreBench;
let store: EndpointRemainsStore;

beforeAll(async () => {
  bench = await openStoreBench();
  store = new EndpointRemainsStore(bench.db);
});
afterAll(() => bench.close());

const change = (endpointId: Uuid, over: Partial<HealthChange>): HealthChange => ({
  endpointId,
  succeeded: 0,
  failed: 0,
  durationMsSum: 10,
  failuresInARow: 0,
  lastSuccessAtMs: null,
  lastFailureAtMs: null,
  lastStatusCode: null,
  lastErrorCode: null,
  ...over,
});

const failed = (times: number, atMs: number, lastStatusCode = 500): Partial<HealthChange> => ({
  failed: times,
  failuresInARow: times,
  lastFailureAtMs: atMs,
  lastStatusCode,
  lastErrorCode: 'status',
});

describe('the health rows of processes that are gone', () => {
  const writersOf = async (endpointId: Uuid): Promise<string[]> => {
    const sql = `SELECT writer FROM endpoint_health WHERE endpoint_id = $1 ORDER BY 1`;
    return (await bench.db.query<{ writer: string }>(sql, [endpointId])).map(({ writer }) => writer);
  };

  it('become one, and the endpoint goes on as healthy or ill as it was', async () => {
    const health = new EndpointHealthStore(bench.db);
    const model = new EndpointHealthReadModel(bench.db);
    const now = Date.now();
    const ago = (days: number): number => Math.floor(now - days * DAY_MS);
    const histories: readonly (readonly [string, Partial<HealthChange>])[][] = [
      // The run of one writer was ended by the success of another, that of a third came after it.
      [
        ['a', failed(3, ago(9), 404)],
        ['b', failed(2, ago(5), 503)],
        ['c', { succeeded: 4, lastSuccessAtMs: ago(7) }],
      ],
      // A writer that lives had the success.
      [
        ['a', failed(3, ago(9))],
        ['b', failed(2, ago(5))],
        ['live', { succeeded: 1, lastSuccessAtMs: ago(0.1) }],
      ],
      [
        ['a', failed(3, ago(9))],
        ['live', failed(5, ago(0.1), 429)],
      ],
      [['live', { succeeded: 1, lastSuccessAtMs: ago(0.1) }]],
    ];
    for (const history of histories) {
      const { tenantId, endpointId } = await bench.anEndpoint();
      for (const [writer, seen] of history) await health.add(writer, [change(endpointId, seen)]);
      const before = await model.get(tenantId, endpointId);
      await store.foldHealth(now - DAY_MS);
      expect(await model.get(tenantId, endpointId)).toEqual(before);
      const living = history.filter(([writer]) => writer === 'live').map(([writer]) => writer);
      expect(await writersOf(endpointId)).toEqual(living.length < history.length ? ['folded', ...living] : living);
      // Folded again with another one that has gone since, and a writer that comes back.
      await health.add('d', [change(endpointId, failed(1, ago(4)))]);
      const later = await model.get(tenantId, endpointId);
      await store.foldHealth(now - DAY_MS);
      expect(await model.get(tenantId, endpointId)).toEqual(later);
      await health.add('a', [change(endpointId, { succeeded: 1, lastSuccessAtMs: now })]);
      expect(await model.get(tenantId, endpointId)).toMatchObject({
        succeeded: later.succeeded + 1,
        failed: later.failed,
        failuresInARow: 0,
      });
    }
    expect(await store.foldHealth(now - DAY_MS)).toBe(0);
  });

  it('go with an endpoint that was deleted long ago', async () => {
    const { endpointId } = await bench.anEndpoint();
    await new EndpointHealthStore(bench.db).add('a', [change(endpointId, failed(1, Date.now()))]);
    await bench.db.query(`UPDATE endpoints SET deleted_at = now() - interval '33 days' WHERE id = $1`, [endpointId]);
    expect(await store.forgetHealth(Date.now() - 32 * DAY_MS)).toBe(1);
    expect(await writersOf(endpointId)).toEqual([]);
  });
});

describe('the versions of endpoints', () => {
  it('are forgotten when no attempt that is kept was sent with them', async () => {
    const [living, gone] = [await bench.anEndpoint(), await bench.anEndpoint()];
    const versions = [90, 40, 33, 2];
    for (const { endpointId } of [living, gone]) {
      for (const [index, daysAgo] of versions.entries()) {
        await bench.db.query(
          `INSERT INTO endpoint_versions (endpoint_id, version, url, payload_format, created_at)
           VALUES ($1, $2, 'https://example.com', 'standard', now() - make_interval(days => $3))`,
          [endpointId, index + 1, daysAgo],
        );
      }
    }
    await bench.db.query(`UPDATE endpoints SET deleted_at = now() - interval '33 days' WHERE id = $1`, [
      gone.endpointId,
    ]);
    await store.forgetVersions(Date.now() - 32 * DAY_MS);
    const left = await bench.db.query(`SELECT endpoint_id AS id, version FROM endpoint_versions ORDER BY 1, 2`);
    // The third was in use until the fourth came two days ago.
    expect(left).toEqual([3, 4].map((version) => ({ id: living.endpointId, version })));
  });
});
