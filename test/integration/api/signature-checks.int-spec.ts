import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPlatform, type TestPlatform } from '../../support/platform.js';
import { Receiver } from '../../support/receiver.js';
import { waitFor } from '../../support/wait-for.js';

let platform: TestPlatform;
let receiver: Receiver;

beforeAll(async () => {
  platform = await startPlatform({ queue: 'postgres' });
});
afterAll(() => platform.close());
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver.close());

async function setup(fields: Record<string, unknown> = {}) {
  const made = await platform.aTenantAt(receiver, fields);
  await platform.publish(made.tenant, { data: { n: 1 } });
  const [request] = await receiver.received(1);
  const received = { headers: request!.headers as Record<string, string>, body: request!.body.toString() };
  const check = async (over: object = {}) => {
    const asked = { endpoint: made.endpoint, ...received, ...over };
    return (await platform.api.post('/v1/signature-checks', asked, { expect: 200 })).body;
  };
  return { ...made, received, check };
}

describe('a signature check', () => {
  it('finds a genuine request, scheme by scheme, and names the secret without showing it', async () => {
    const { check, secret } = await setup({ signing: [{ scheme: 'standard' }, { scheme: 'github' }] });
    const answer = await check();
    const verified = { verified: true, code: 'verified', secret: expect.stringMatching(/^sec_/) };
    expect(answer).toMatchObject({
      verified: true,
      body: 'as_sent',
      schemes: [
        { scheme: 'standard', timestamp: expect.any(String), ...verified },
        { scheme: 'github', timestamp: null, ...verified },
      ],
    });
    expect(JSON.stringify(answer)).not.toContain(secret);
  });

  it('tells which part does not match', async () => {
    const { check, received } = await setup();
    expect(await check({ body: received.body.replace('1', '2') })).toMatchObject({
      verified: false,
      body: 'changed',
      schemes: [{ code: 'body_changed' }],
    });
    expect(
      await check({ headers: { ...received.headers, 'webhook-signature': `v1,${'A'.repeat(43)}=` } }),
    ).toMatchObject({
      body: 'as_sent',
      schemes: [{ code: 'wrong_secret', secret: null }],
    });
    const { 'webhook-signature': _, ...unsigned } = received.headers;
    expect(await check({ headers: unsigned })).toMatchObject({ schemes: [{ code: 'header_missing' }] });
    expect(await check({ headers: { ...received.headers, 'webhook-id': 'evt_x' } })).toMatchObject({ body: 'unknown' });
  });

  it('goes by the payload format that the attempt was sent in, whatever it is by now', async () => {
    const { check, tenant, endpoint, received } = await setup({ payloadFormat: 'data' });
    await waitFor(async () => {
      const { body } = await platform.api.get(`/v1/deliveries?tenant=${tenant}&status=succeeded`);
      expect(body['data']).toHaveLength(1);
    });
    await platform.api.patch(`/v1/tenants/${tenant}/endpoints/${endpoint}`, { payloadFormat: 'cloudevents' });
    expect(await check()).toMatchObject({ verified: true, body: 'as_sent' });
    expect(await check({ body: received.body.replace('1', '2') })).toMatchObject({
      body: 'changed',
      schemes: [{ code: 'body_changed' }],
    });
  });

  it('tells that the secret has been revoked', async () => {
    const { check, tenant, endpoint } = await setup();
    const secrets = `/v1/tenants/${tenant}/endpoints/${endpoint}/secrets`;
    await platform.api.post(`${secrets}/rotate`, { graceSeconds: 0 }, { expect: 201 });
    await platform.db.query(
      `UPDATE endpoint_secrets SET expires_at = clock_timestamp() - interval '1 hour' WHERE expires_at IS NOT NULL`,
    );
    expect(await check()).toMatchObject({ verified: false, schemes: [{ code: 'secret_not_live' }] });
  });

  it("does not tell whether a body was another tenant's", async () => {
    const { received } = await setup();
    const other = await platform.aTenantAt(receiver);
    const asked = { endpoint: other.endpoint, ...received };
    const { body } = await platform.api.post('/v1/signature-checks', asked, { expect: 200 });
    expect(body).toMatchObject({ verified: false, body: 'unknown', schemes: [{ code: 'no_match' }] });
  });

  it.each<[object, string]>([
    [{ endpoint: 'nobody' }, '/endpoint unknown_endpoint'],
    [{ headers: { 'webhook-id': 1 } }, '/headers/webhook-id wrong_type'],
    [{ headers: [] }, '/headers wrong_type'],
    [{ body: {} }, '/body wrong_type'],
    [{ toleranceSeconds: 0 }, '/toleranceSeconds too_small'],
    [{ secret: 'x' }, '/secret unknown_field'],
  ])('%j is refused with %s', async (over, error) => {
    const { endpoint } = await platform.aTenantAt(receiver);
    const asked = { endpoint, headers: {}, body: '', ...over };
    const { body } = await platform.api.post('/v1/signature-checks', asked, { expect: 422 });
    const errors = body['errors'] as { pointer: string; code: string }[];
    expect(errors.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([error]);
  });
});
