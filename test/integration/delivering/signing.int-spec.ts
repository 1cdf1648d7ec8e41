import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPlatform, type TestPlatform } from '../../support/platform.js';
import { type ReceivedRequest, Receiver } from '../../support/receiver.js';
import { waitFor } from '../../support/wait-for.js';
import {
  bolt,
  ed25519,
  homeGrown,
  octokit,
  shopify,
  type Signed,
  standardwebhooks,
  stripe,
  svix,
  type Verifier,
} from './vendors.js';

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

const received = ({ headers, body }: ReceivedRequest): Signed => ({
  headers: headers as Record<string, string>,
  body: body.toString(),
});

async function deliver(endpoint: Record<string, unknown>, event: Record<string, unknown> = {}) {
  const made = await platform.aTenantAt(receiver, endpoint);
  return { ...made, ...(await deliverTo(made.tenant, event)) };
}

async function deliverTo(tenant: string, event: Record<string, unknown> = {}) {
  const before = receiver.requests.length;
  const id = await platform.publish(tenant, { type: 'orders.created', data: { ü: 'é', n: 1 }, ...event });
  const request = received((await receiver.received(before + 1)).at(-1)!);
  return { id, request };
}

const forged = (request: Signed): Signed => ({ ...request, body: request.body.replace('é', 'e') });

/** Each scheme with the library that is to verify it; where there is none, as receivers' documentation tells them to. */
const SCHEMES: [string, object[], Verifier][] = [
  ['standard by standardwebhooks', [{ scheme: 'standard' }], standardwebhooks],
  ['standard by svix', [{ scheme: 'standard' }], svix],
  ['github by @octokit/webhooks-methods', [{ scheme: 'github' }], octokit],
  ['stripe by stripe', [{ scheme: 'stripe' }], stripe],
  ['slack by @slack/bolt', [{ scheme: 'slack' }], bolt],
  ['shopify by @shopify/shopify-api', [{ scheme: 'shopify' }], shopify],
  [
    'timestamped by a receiver of its own',
    [{ scheme: 'timestamped' }],
    homeGrown('x-signature', ({ headers, body }) => `${headers['x-timestamp']}.${body}`),
  ],
  [
    'hmac by a receiver of its own',
    [
      {
        scheme: 'hmac',
        header: 'X-Acme-Signature',
        prefix: 'sha512=',
        algorithm: 'sha512',
        encoding: 'base64',
        content: '{id}/{timestamp}/{body}',
        timestampHeader: 'X-Acme-Time',
      },
    ],
    homeGrown('x-acme-signature', ({ headers, body }) => `${headers['webhook-id']}/${headers['x-acme-time']}/${body}`, {
      algorithm: 'sha512',
      encoding: 'base64',
      prefix: 'sha512=',
    }),
  ],
];

describe('a real delivery', () => {
  it.each(SCHEMES)('is verified: %s', async (_, signing, verify) => {
    const { request, secret } = await deliver({ signing });
    expect(await verify(request, secret)).toBe(true);
    expect(await verify(forged(request), secret)).toBe(false);
    expect(await verify(request, `whsec_${Buffer.alloc(32).toString('base64')}`)).toBe(false);
  });

  it.each(SCHEMES.slice(2))('is verified with a secret that was brought along: %s', async (_, signing, verify) => {
    const { request, secret } = await deliver({ signing, secret: 'mysecret', secretEncoding: 'utf8' });
    expect(secret).toBe('mysecret');
    expect(await verify(request, 'mysecret')).toBe(true);
    expect(await verify(forged(request), 'mysecret')).toBe(false);
  });

  it('says always what it is, and has no signature of Standard Webhooks unless that is asked for', async () => {
    const { request, id } = await deliver({ signing: [{ scheme: 'github' }] });
    expect(request.headers).toMatchObject({
      'webhook-id': id,
      'webhook-timestamp': expect.stringMatching(/^\d+$/),
      'posthorn-event-type': 'orders.created',
      'x-github-event': 'orders.created',
      'x-github-delivery': request.headers['posthorn-delivery'],
    });
    expect(request.headers).not.toHaveProperty('webhook-signature');
  });

  it('tells what the shop of a shopify scheme is', async () => {
    const { request, id } = await deliver({
      signing: [{ scheme: 'shopify', shopDomain: 'acme.myshopify.com', apiVersion: '2025-10' }],
    });
    expect(request.headers).toMatchObject({
      'x-shopify-topic': 'orders.created',
      'x-shopify-shop-domain': 'acme.myshopify.com',
      'x-shopify-api-version': '2025-10',
      'x-shopify-webhook-id': id,
    });
  });

  it('carries several schemes side by side', async () => {
    const signing = ['standard', 'github', 'stripe', 'slack', 'shopify', 'timestamped'].map((scheme) => ({ scheme }));
    const { request, secret } = await deliver({ signing });
    for (const verify of [standardwebhooks, octokit, stripe, bolt, shopify]) {
      expect(await verify(request, secret)).toBe(true);
    }
  });

  it('has the names of headers as vendors write them', async () => {
    await deliver({ signing: [{ scheme: 'github' }, { scheme: 'hmac', header: 'X-aCme' }] });
    expect(receiver.requests[0]!.rawHeaders).toEqual(expect.arrayContaining(['X-Hub-Signature-256', 'X-aCme']));
  });

  it('has a signature where its event brings a header of that name', async () => {
    const { request, secret } = await deliver(
      { signing: [{ scheme: 'github' }] },
      { headers: { 'x-hub-signature-256': 'sha256=mine', 'x-mine': '1' } },
    );
    expect(await octokit(request, secret)).toBe(true);
    expect(request.headers).toMatchObject({ 'x-mine': '1' });
  });
});

describe('Ed25519', () => {
  it('is verified by the public key alone, which is shown with the endpoint, with its secret and to everybody', async () => {
    const made = await platform.aTenantAt(receiver, { signing: [{ scheme: 'standard-ed25519' }] });
    const { request } = await deliverTo(made.tenant);
    const [secret] = await secretsOf(made);
    const publicKey = String(secret!['publicKey']);
    expect(secret).toMatchObject({ secret: made.secret, secretEncoding: 'whsk', whsec: null });
    expect(made.secret).toMatch(/^whsk_/);
    expect(ed25519(request, publicKey)).toBe(true);
    expect(ed25519(forged(request), publicKey)).toBe(false);

    const { body } = await platform.api.get(`/jwks/${made.endpoint}`, { key: null, expect: 200 });
    const [{ x, ...jwk }] = body['keys'] as [{ x: string }];
    expect(jwk).toEqual({ kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA', kid: secret!['id'] });
    expect(ed25519(request, Buffer.from(x, 'base64url').toString('base64'))).toBe(true);
  });

  it('goes beside HMAC in one header, each with a key of its own', async () => {
    const made = await platform.aTenantAt(receiver, { signing: [{ scheme: 'standard' }] });
    await platform.api.patch(`/v1/tenants/${made.tenant}/endpoints/${made.endpoint}`, {
      signing: [{ scheme: 'standard' }, { scheme: 'standard-ed25519' }],
    });
    const secrets = await secretsOf(made);
    const pair = secrets.find(({ secretEncoding }) => secretEncoding === 'whsk')!;
    const { request } = await deliverTo(made.tenant);
    expect(request.headers['webhook-signature']).toMatch(/^v1,\S+ v1a,\S+$/);
    expect(await standardwebhooks(request, made.secret)).toBe(true);
    expect(ed25519(request, String(pair['publicKey']))).toBe(true);
  });

  it('rotates by itself: the HMAC secret stays as it is', async () => {
    const signing = [{ scheme: 'standard' }, { scheme: 'standard-ed25519' }];
    const made = await platform.aTenantAt(receiver, { signing });
    await rotate(made, { kind: 'ed25519' });
    const secrets = await secretsOf(made);
    expect(secrets.map(({ secretEncoding }) => secretEncoding)).toEqual(['whsk', 'whsk', 'whsec']);
    expect(secrets.filter(({ expiresAt }) => expiresAt !== null)).toHaveLength(1);
    const { request } = await deliverTo(made.tenant);
    expect(request.headers['webhook-signature']!.split(' ')).toHaveLength(3);
    for (const { publicKey } of secrets.slice(0, 2)) expect(ed25519(request, String(publicKey))).toBe(true);
  });

  it('tells nobody of keys that are none', async () => {
    const made = await platform.aTenantAt(receiver);
    for (const name of [made.endpoint, 'ep_01h455vb4pex5vsknk084sn02q', 'my-uid']) {
      await platform.api.get(`/jwks/${name}`, { key: null, expect: 404 });
    }
  });
});

describe('rotation', () => {
  const SEVERAL = SCHEMES.filter(([name]) => /^(standard|stripe)/.test(name));
  const ONE = SCHEMES.filter(([name]) => !/^(standard|stripe)/.test(name));

  it.each(SEVERAL)('%s: old and new verify within the grace period', async (_, signing, verify) => {
    const made = await platform.aTenantAt(receiver, { signing });
    const { secret: next } = await rotate(made, {});
    const { request } = await deliverTo(made.tenant);
    expect([await verify(request, made.secret), await verify(request, next)]).toEqual([true, true]);
  });

  it.each(ONE)('%s: the old one signs until the new one is active', async (_, signing, verify) => {
    const made = await platform.aTenantAt(receiver, { signing });
    const next = await rotate(made, { activatesAt: new Date(Date.now() + 3_600_000).toISOString() });
    const { request: before } = await deliverTo(made.tenant);
    expect([await verify(before, made.secret), await verify(before, next.secret)]).toEqual([true, false]);

    await platform.db.query(`UPDATE endpoint_secrets SET activates_at = clock_timestamp() - interval '1 s'`);
    await platform.db.query(`UPDATE endpoint_secrets SET activates_at = activates_at + id_order.n * interval '1 ms'
      FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM endpoint_secrets) id_order
      WHERE id_order.id = endpoint_secrets.id`);
    await platform.api.patch(`/v1/tenants/${made.tenant}/endpoints/${made.endpoint}`, { description: 'as of now' });
    const { request: after } = await deliverTo(made.tenant);
    expect([await verify(after, made.secret), await verify(after, next.secret)]).toEqual([false, true]);
  });

  it('of a leaked secret: revoked, it signs nothing more', async () => {
    const made = await platform.aTenantAt(receiver, { signing: [{ scheme: 'stripe' }] });
    const [leaked] = await secretsOf(made);
    const { secret: next } = await rotate(made, {});
    await platform.api.delete(`${secretsPath(made)}/${String(leaked!['id'])}`, { expect: 204 });
    const { request } = await deliverTo(made.tenant);
    expect([await stripe(request, made.secret), await stripe(request, next)]).toEqual([false, true]);
  });
});

describe('an attempt on record', () => {
  it('shows the signature headers that were sent, and repeats the request with fresh ones', async () => {
    const signing = [{ scheme: 'standard' }, { scheme: 'github' }, { scheme: 'slack' }];
    const { id, request, secret } = await deliver({ signing });
    const [delivery] = await waitFor(async () => {
      const deliveries = await platform.deliveriesOf(id);
      expect(deliveries).toMatchObject([{ status: 'succeeded' }]);
      return deliveries;
    });
    const path = `/v1/attempts/att_${delivery!.id.slice(4)}_1`;
    const { body } = await platform.api.get(path, { expect: 200 });
    const shown = (body['request'] as Signed).headers;
    for (const name of ['webhook-signature', 'x-hub-signature-256', 'x-github-event', 'x-slack-signature']) {
      expect([name, shown[name]]).toEqual([name, request.headers[name]]);
    }
    const curl = await platform.api.get(`${path}/curl`, { expect: 200 });
    const headers = Object.fromEntries(
      [...JSON.stringify(curl.body).matchAll(/--header '([^:]+): ([^']*)'/g)].map(([, name, value]) => [name, value]),
    ) as Record<string, string>;
    const again = { headers, body: request.body };
    for (const verify of [standardwebhooks, octokit, bolt]) expect(await verify(again, secret)).toBe(true);
  });
});

interface Made {
  tenant: string;
  endpoint: string;
}

const secretsPath = ({ tenant, endpoint }: Made): string => `/v1/tenants/${tenant}/endpoints/${endpoint}/secrets`;

async function secretsOf(made: Made): Promise<Record<string, unknown>[]> {
  return (await platform.api.get<{ data: Record<string, unknown>[] }>(secretsPath(made), { expect: 200 })).body.data;
}

async function rotate(made: Made, body: object): Promise<{ id: string; secret: string }> {
  return (await platform.api.post<{ id: string; secret: string }>(`${secretsPath(made)}/rotate`, body, { expect: 201 }))
    .body;
}
