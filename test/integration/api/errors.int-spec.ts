import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

describe('problems', () => {
  it('answers 401 before anything else, on paths that do not exist too', async () => {
    for (const path of ['/v1/tenants', '/v1/nothing', '/v1/tenants/x/nothing']) {
      const { body, headers } = await t.api.get(path, { key: null, expect: 401 });
      expect(body).toMatchObject({ status: 401, code: 'unauthenticated', instance: path });
      expect(headers['www-authenticate']).toContain('Bearer');
      expect(headers['content-type']).toContain('application/problem+json');
      expect(body.requestId).toBe(headers['x-request-id']);
    }
    await t.api.post('/v1/tenants', '{', { key: 'wrong', expect: 401 });
  });

  it('answers 404 for an unknown route, under /v1 and outside', async () => {
    for (const path of ['/v1/nothing', '/nothing']) {
      const { body } = await t.api.get(path, { expect: 404 });
      expect(body).toMatchObject({ code: 'route_not_found', status: 404 });
    }
  });

  it('answers 405 with the methods that the path does take', async () => {
    const { body, headers } = await t.api.post('/health/live', {}, { expect: 405 });
    expect(body.code).toBe('method_not_allowed');
    expect(headers['allow']).toBe('GET, HEAD');
  });
});
