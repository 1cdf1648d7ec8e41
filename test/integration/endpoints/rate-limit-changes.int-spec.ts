import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTypeId } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
import { aTenantWithEndpoints } from './factories.js';

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

const url = 'https://shop.example/hooks';

async function setup(rateLimit: object | null) {
  const { endpoints } = await aTenantWithEndpoints(t.api);
  const { body } = await t.api.post(endpoints, { url, rateLimit }, { expect: 201 });
  const path = `${endpoints}/${body['id']}`;
  const line = async () => {
    const [row] = await t.db.query<{ ahead_ms: number | null }>(
      `SELECT extract(epoch FROM next_slot_at - clock_timestamp())::float8 * 1000 AS ahead_ms FROM endpoint_runtime
        WHERE endpoint_id = $1`,
      [parseTypeId('ep', body['id'] as string)],
    );
    return row;
  };
  /** As if slots had been reserved for an hour. */
  const fillLine = () =>
    t.db.query(
      `UPDATE endpoint_runtime SET next_slot_at = clock_timestamp() + interval '1 hour' WHERE endpoint_id = $1`,
      [parseTypeId('ep', body['id'] as string)],
    );
  return { path, body, line, fillLine };
}

describe('the rate limit of an endpoint', () => {
  it('is set, changed in part, replaced and removed', async () => {
    const { path, body } = await setup({ limit: 10, periodSeconds: 1 });
    expect(body['rateLimit']).toEqual({ limit: 10, periodSeconds: 1 });
    const partly = await t.api.patch(path, { rateLimit: { periodSeconds: 60 } }, { expect: 200 });
    expect(partly.body).toMatchObject({ rateLimit: { limit: 10, periodSeconds: 60 }, version: 2 });
    const same = await t.api.patch(path, { rateLimit: { limit: 10 } }, { expect: 200 });
    expect(same.body).toMatchObject({ rateLimit: { limit: 10, periodSeconds: 60 }, version: 2 });
    const replaced = await t.api.put(path, { url, rateLimit: { limit: 3, periodSeconds: 5 } }, { expect: 200 });
    expect(replaced.body['rateLimit']).toEqual({ limit: 3, periodSeconds: 5 });
    expect((await t.api.get(path)).body['rateLimit']).toEqual({ limit: 3, periodSeconds: 5 });
    const removed = await t.api.patch(path, { rateLimit: null }, { expect: 200 });
    expect(removed.body['rateLimit']).toBeNull();
    const again = await t.api.put(path, { url }, { expect: 200 });
    expect(again.body).toMatchObject({ rateLimit: null, version: 4 });
  });

  it('is whole when a patch names a part of it', async () => {
    const { path } = await setup(null);
    const { body } = await t.api.patch(path, { rateLimit: { limit: 5 } }, { expect: 422 });
    expect(body['errors']).toMatchObject([{ pointer: '/rateLimit/periodSeconds', code: 'required' }]);
  });

  it('costs an endpoint that has none no row', async () => {
    const { line } = await setup(null);
    expect(await line()).toBeUndefined();
  });

  it.each([
    ['it changes', 30_000, (path: string) => t.api.patch(path, { rateLimit: { limit: 2 } }, { expect: 200 })],
    ['it is removed', 2_000, (path: string) => t.api.patch(path, { rateLimit: null }, { expect: 200 })],
    [
      'the endpoint is resumed',
      60_000,
      async (path: string) => {
        await t.api.post(`${path}/pause`);
        await t.api.post(`${path}/resume`);
      },
    ],
  ])('gives its slots out anew when %s, not before its time', async (_, aheadMs, change) => {
    const { path, line, fillLine } = await setup({ limit: 1, periodSeconds: 60 });
    await fillLine();
    await change(path);
    const { ahead_ms } = (await line())!;
    expect(ahead_ms).toBeLessThanOrEqual(aheadMs);
    // In less than this the test has asked.
    expect(ahead_ms).toBeGreaterThan(aheadMs - 30_000);
  });

  it('keeps its line when something else changes', async () => {
    const { path, line, fillLine } = await setup({ limit: 1, periodSeconds: 60 });
    await fillLine();
    await t.api.patch(path, { description: 'other' }, { expect: 200 });
    expect((await line())!.ahead_ms).toBeGreaterThan(3_000_000);
  });

  it('ends with its endpoint', async () => {
    const { path, line } = await setup({ limit: 1, periodSeconds: 60 });
    expect(await line()).toBeDefined();
    await t.api.delete(path, { expect: 204 });
    expect(await line()).toBeUndefined();
  });
});
