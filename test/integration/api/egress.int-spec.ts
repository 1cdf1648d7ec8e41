import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey } from '../../support/factories.js';

describe('GET /v1/egress-addresses', () => {
  let test: TestApi;
  beforeAll(async () => {
    test = await startApi({ env: { POSTHORN_EGRESS_ADDRESSES: '203.0.113.7,198.51.100.0/24' } });
  });
  afterAll(() => test.close());

  it('tells everyone with a key what the operator has named', async () => {
    const { key } = await aKey(test.api, 'publisher');
    const { body } = await test.api.as(key).get('/v1/egress-addresses');
    expect(body).toEqual({ data: ['203.0.113.7', '198.51.100.0/24'], nextCursor: null });
  });
});
