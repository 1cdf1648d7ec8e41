import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { certificates } from '../support/certificates.js';
import { startPlatform, type TestPlatform } from '../support/platform.js';
import { Receiver } from '../support/receiver.js';
import { TokenServer } from '../support/token-server.js';
import { waitFor } from '../support/wait-for.js';

const { client, clientAuthority, otherClient, valid } = certificates;
const MASK = '********';
const tls = { ca: valid.cert };

describe('authentication towards endpoints', () => {
  let platform: TestPlatform;
  let receiver: Receiver;
  let secure: Receiver;
  let tokens: TokenServer;

  beforeAll(async () => {
    platform = await startPlatform({ queue: 'postgres' });
  });
  afterAll(() => platform.close());
  beforeEach(async () => {
    receiver = await Receiver.start();
    secure = await Receiver.start({ tls: { ...valid, clientCa: clientAuthority.cert } });
    tokens = await TokenServer.start();
  });
  afterEach(() => Promise.all([receiver.close(), secure.close(), tokens.close()]));

  const oauth2 = () => ({ type: 'oauth2', tokenUrl: tokens.url, clientId: 'us', clientSecret: 's3cret' });
  const mtls = { type: 'mtls', certificate: client.cert, privateKey: client.key };
  const pathOf = ({ tenant, endpoint }: { tenant: string; endpoint: string }) =>
    `/v1/tenants/${tenant}/endpoints/${endpoint}`;

  const settled = (eventId: string, status: string) =>
    waitFor(async () => {
      const [delivery] = await platform.deliveriesOf(eventId);
      expect(delivery?.status).toBe(status);
      return delivery!;
    });

  const attemptOf = async (deliveryId: string) => {
    const { body } = await platform.api.get(`/v1/deliveries/${deliveryId}/attempts?include=data`);
    return body['data'][0] as { id: string; request: { headers: Record<string, string> } };
  };

  it.each<[string, object, string, string]>([
    [
      'basic',
      { type: 'basic', username: 'us', password: 'pässword' },
      'authorization',
      `Basic ${Buffer.from('us:pässword').toString('base64')}`,
    ],
    ['bearer', { type: 'bearer', token: 's3cret' }, 'authorization', 'Bearer s3cret'],
    ['header', { type: 'header', name: 'X-Shop', value: 's3cret' }, 'x-shop', 's3cret'],
  ])('sends %s, and shows it nowhere', async (_, auth, header, value) => {
    const at = await platform.aTenantAt(receiver, { auth });
    const id = await platform.publish(at.tenant, { headers: { [header]: 'of the event', 'x-other': 'stays' } });
    const [request] = await receiver.received(1);
    expect(request!.headers).toMatchObject({ [header]: value, 'x-other': 'stays' });
    const delivery = await settled(id, 'succeeded');
    const attempt = await attemptOf(delivery.id);
    expect(attempt.request.headers).toMatchObject({ [header]: MASK, 'x-other': 'stays' });
    const curl = await platform.api.get(`/v1/attempts/${attempt.id}/curl`);
    const shown = JSON.stringify([attempt, curl.body, (await platform.api.get(pathOf(at))).body]);
    expect(shown).not.toContain('s3cret');
    expect(shown).not.toContain('pässword');
  });

  it('sends with an access token, fetched once for many', async () => {
    const at = await platform.aTenantAt(receiver, { auth: { ...oauth2(), scope: 'hooks' } });
    await Promise.all([1, 2, 3, 4, 5].map(() => platform.publish(at.tenant)));
    const requests = await receiver.received(5);
    expect(new Set(requests.map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer token-1']));
    expect(tokens.requests[0]?.form).toEqual({ grant_type: 'client_credentials', scope: 'hooks' });
  });

  it('fails an attempt without a token as auth, and tries again', async () => {
    tokens.receiver.answer(500);
    const at = await platform.aTenantAt(receiver, { auth: oauth2() });
    const id = await platform.publish(at.tenant);
    await waitFor(() => expect(tokens.requests.length).toBeGreaterThan(0));
    tokens.giveTokens();
    const delivery = await settled(id, 'succeeded');
    const { body } = await platform.api.get(`/v1/deliveries/${delivery.id}/attempts?order=asc`);
    expect(body['data'][0]).toMatchObject({
      outcome: 'failed',
      statusCode: null,
      errorCode: 'auth',
      error: 'No access token: the token endpoint answered 500.',
    });
  });

  it('shows a client certificate to receivers that want one, in deliveries and tests', async () => {
    const at = await platform.aTenantAt(secure, { auth: mtls, tls });
    await platform.publish(at.tenant);
    await secure.received(1);
    const test = await platform.api.post(`${pathOf(at)}/test`, {});
    expect(test.body).toMatchObject({ outcome: 'succeeded', statusCode: 200 });
    expect(secure.requests.map((request) => request.client)).toEqual(['posthorn-one', 'posthorn-one']);
    const curl = await platform.api.get(`/v1/attempts/${test.body['id']}/curl`);
    expect(JSON.stringify(curl.body)).toContain("--cacert 'ca.pem'");
    expect(JSON.stringify(curl.body)).toContain("--cert 'client-certificate.pem'");
  });

  it('combines a client certificate with a token', async () => {
    const both = { ...tls, certificate: client.cert, privateKey: client.key };
    const at = await platform.aTenantAt(secure, { auth: oauth2(), tls: both });
    expect((await platform.api.post(`${pathOf(at)}/test`, {})).body).toMatchObject({ outcome: 'succeeded' });
    expect(secure.requests[0]).toMatchObject({ client: 'posthorn-one', headers: { authorization: 'Bearer token-1' } });
  });

  it('follows a change at once', async () => {
    const at = await platform.aTenantAt(secure, { auth: mtls, tls });
    await platform.publish(at.tenant);
    await secure.received(1);
    const other = { certificate: otherClient.cert, privateKey: otherClient.key };
    await platform.api.patch(pathOf(at), { auth: other }, { expect: 200 });
    await platform.publish(at.tenant);
    await secure.received(2);
    await platform.api.patch(pathOf(at), { auth: { type: 'bearer', token: 't' } }, { expect: 200 });
    const id = await platform.publish(at.tenant);
    await waitFor(async () => {
      const [delivery] = await platform.deliveriesOf(id);
      expect(delivery?.lastErrorCode).toBe('tls');
    });
    expect(secure.requests.map((request) => request.client)).toEqual(['posthorn-one', 'posthorn-two']);
  });
});
