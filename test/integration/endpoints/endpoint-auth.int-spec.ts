import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCredentials } from '#endpoints';
import { parseTypeId, type Uuid } from '#kernel';
import { startApi, type TestApi } from '../../support/api.js';
import { certificates } from '../../support/certificates.js';
import { aTenantWithEndpoints } from './factories.js';

let t: TestApi;
beforeAll(async () => {
  t = await startApi();
});
afterAll(() => t.close());

const url = 'https://shop.example/hooks';
const MASK = '********';
const { client, valid } = certificates;
const oauth2 = { type: 'oauth2', tokenUrl: 'https://id.example/token', clientId: 'us', clientSecret: 's3cret' };

async function anEndpointWith(fields: object) {
  const { endpoints } = await aTenantWithEndpoints(t.api);
  const { body } = await t.api.post(endpoints, { url, ...fields }, { expect: 201 });
  return { path: `${endpoints}/${body['id']}`, id: parseTypeId('ep', body['id'] as string) as Uuid, body };
}

/** The credentials as they are kept. */
async function keptOf(id: Uuid) {
  const [row] = await t.db.query<{ sealed: Buffer | null; row: string; versions: string }>(
    `SELECT sealed_credentials AS sealed, to_jsonb(e)::text AS row,
            (SELECT json_agg(v)::text FROM endpoint_versions v WHERE v.endpoint_id = e.id) AS versions
       FROM endpoints e WHERE id = $1`,
    [id],
  );
  return { ...openCredentials(t.deps.keyRing, id, row!.sealed), texts: `${row!.row} ${row!.versions}` };
}

describe('the auth of an endpoint', () => {
  it.each<[object, object]>([
    [{ type: 'basic', username: 'us', password: 's3cret' }, { password: MASK }],
    [{ type: 'bearer', token: 's3cret' }, { token: MASK }],
    [{ type: 'header', name: 'x-key', value: 's3cret' }, { value: MASK }],
    [{ ...oauth2, scope: 'a b', audience: 'https://api', authentication: 'body' }, { clientSecret: MASK }],
    [{ type: 'mtls', certificate: client.cert, privateKey: client.key }, { privateKey: MASK }],
  ])('is sealed, and shown with masks: %j', async (auth, masked) => {
    const { id, path, body } = await anEndpointWith({ auth });
    expect(body['auth']).toEqual({ ...auth, ...masked });
    expect((await t.api.get(path)).body['auth']).toEqual({ ...auth, ...masked });
    const kept = await keptOf(id);
    expect(kept.auth).toEqual(auth);
    expect(kept.texts).not.toContain('s3cret');
    expect(kept.texts).not.toContain('PRIVATE KEY');
  });

  it('is null where there is none, and is cleared by null', async () => {
    const { path, body } = await anEndpointWith({});
    expect(body).toMatchObject({ auth: null, tls: null });
    await t.api.patch(path, { auth: { type: 'bearer', token: 't' } });
    const cleared = await t.api.patch(path, { auth: null }, { expect: 200 });
    expect(cleared.body['auth']).toBeNull();
  });

  it('stays as it is when what was read is sent back', async () => {
    const encrypted = { certificate: client.cert, privateKey: client.encryptedKey, passphrase: 'opensesame' };
    const { id, path, body } = await anEndpointWith({ auth: oauth2, tls: { ca: valid.cert, ...encrypted } });
    const shown = { auth: body['auth'], tls: body['tls'] };
    expect((await t.api.patch(path, shown)).body['version']).toBe(1);
    expect((await t.api.put(path, { url, ...shown })).body['version']).toBe(1);
    expect(await keptOf(id)).toMatchObject({ auth: oauth2, tls: { ca: valid.cert, ...encrypted } });
  });

  it('takes a merge patch of its parts, and is replaced by one of another type', async () => {
    const { id, path } = await anEndpointWith({ auth: { ...oauth2, scope: 'a' } });
    await t.api.patch(path, { auth: { clientId: 'them', scope: null } }, { expect: 200 });
    expect((await keptOf(id)).auth).toEqual({ ...oauth2, clientId: 'them' });
    const { body } = await t.api.patch(path, { auth: { type: 'bearer', token: 't' } }, { expect: 200 });
    expect(body).toMatchObject({ auth: { type: 'bearer', token: MASK }, version: 3 });
  });

  it.each<[object, string]>([
    [{ auth: {} }, '/auth/type required'],
    [{ auth: { type: 'digest' } }, '/auth/type not_allowed'],
    [{ auth: 'Bearer x' }, '/auth wrong_type'],
    [{ auth: { type: 'bearer', token: MASK } }, '/auth/token invalid'],
    [{ auth: { type: 'bearer', token: 't', username: 'u' } }, '/auth/username unknown_field'],
    [{ auth: { type: 'bearer', token: 't', realm: 'r' } }, '/auth/realm unknown_field'],
    [{ auth: { type: 'header', name: 'webhook-id', value: 'x' } }, '/auth/name invalid'],
    [{ auth: { ...oauth2, tokenUrl: 'https://127.0.0.1/token' } }, '/auth/tokenUrl url_refused'],
    [{ auth: { ...oauth2, tokenUrl: 'https://169.254.169.254/token' } }, '/auth/tokenUrl url_refused'],
    [{ auth: { ...oauth2, tokenUrl: 'http://id.example/token' } }, '/auth/tokenUrl url_refused'],
    [{ auth: { ...oauth2, tokenUrl: 'https://u:p@id.example/token' } }, '/auth/tokenUrl url_refused'],
    [
      { auth: { type: 'bearer', token: 't' }, headers: { Authorization: 'x' } },
      '/headers/Authorization invalid_header',
    ],
    [{ auth: { type: 'mtls', certificate: 'x', privateKey: 'y' } }, '/auth/certificate invalid_certificate'],
    [{ tls: { ca: 'x' } }, '/tls/ca invalid_certificate'],
  ])('is refused: %j with %s', async (fields, error) => {
    const { endpoints } = await aTenantWithEndpoints(t.api);
    const { body } = await t.api.post(endpoints, { url, ...fields }, { expect: 422 });
    const [first] = body['errors'] as { pointer: string; code: string }[];
    expect(`${first!.pointer} ${first!.code}`).toBe(error);
  });

  it('wants https for what is a matter of TLS', async () => {
    const { endpoints } = await aTenantWithEndpoints(t.api, { allowHttp: true });
    const { body } = await t.api.post(
      endpoints,
      { url: 'http://shop.example/', tls: { ca: valid.cert } },
      { expect: 422 },
    );
    expect(body['errors']).toMatchObject([{ pointer: '/tls', message: 'needs an endpoint with an https:// URL' }]);
  });
});
