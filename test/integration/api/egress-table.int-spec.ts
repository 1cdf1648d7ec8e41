import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type TestApi } from '../../support/api.js';
import { LITERAL_HOSTS, LOCAL_NAMES, TRICKY_URLS } from '../../support/egress-cases.js';
import { aTenant } from '../../support/factories.js';

/** What of this is tried at sending too is in test/integration/transport/egress-table.int-spec.ts. */

let test: TestApi;
let endpoints: string;
beforeAll(async () => {
  test = await startApi();
  endpoints = (await aTenant(test.api)).path('/endpoints');
});
afterAll(() => test.close());

async function expectRefused(url: string, words: string): Promise<void> {
  const { body } = await test.api.post(endpoints, { url }, { expect: 422 });
  expect(body).toMatchObject({ code: 'url_refused', errors: [{ pointer: '/url', code: 'url_refused' }] });
  expect(body['errors'][0].message).toContain(words);
}

describe('at registration, the guard', () => {
  it.each(LITERAL_HOSTS)('refuses https://%s/ in words: %s', (host, words) => expectRefused(`https://${host}/`, words));

  it.each(LOCAL_NAMES)('refuses https://%s/ in words', (name) =>
    expectRefused(`https://${name}/`, 'a name of a private network'),
  );

  it.each(TRICKY_URLS)('refuses %j in words: %s', (url, words) => expectRefused(url, words));

  it.each(LITERAL_HOSTS.slice(0, 3))('holds a token endpoint at %s to the same', async (host, words) => {
    const auth = { type: 'oauth2', tokenUrl: `https://${host}/`, clientId: 'us', clientSecret: 's' };
    const { body } = await test.api.post(endpoints, { url: 'https://hooks.example.com/', auth }, { expect: 422 });
    expect(body['errors']).toMatchObject([{ pointer: '/auth/tokenUrl', message: expect.stringContaining(words) }]);
  });

  it('refuses a change as it refuses a registration', async () => {
    const { body } = await test.api.post(endpoints, { url: 'https://hooks.example.com/' }, { expect: 201 });
    await test.api.patch(`${endpoints}/${body['id']}`, { url: 'https://0x7f.1/' }, { expect: 422 });
    await test.api.put(`${endpoints}/${body['id']}`, { url: 'https://localhost/' }, { expect: 422 });
  });
});
