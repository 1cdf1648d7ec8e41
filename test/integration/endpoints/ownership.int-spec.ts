import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { SYSTEM } from '#audit';
import { OwnershipVerifier, TestSender } from '#delivering';
import { type Challenge, OwnershipStore, SendTargets } from '#endpoints';
import { DatabaseClock, newUuid, parseTypeId, type Uuid } from '#kernel';
import { AddressPolicy, Sender } from '#transport';
import { forgetOldChallenges } from '#upkeep';
import { startApi, type TestApi } from '../../support/api.js';
import { aKey, aTenant, type MadeTenant } from '../../support/factories.js';
import { Receiver } from '../../support/receiver.js';

let t: TestApi;
let receiver: Receiver;
let tenant: MadeTenant;
beforeAll(async () => {
  t = await startApi({ env: { POSTHORN_ALLOW_HTTP: 'on', POSTHORN_EGRESS_ALLOW: '127.0.0.0/8' } });
});
afterAll(() => t.close());
beforeEach(async () => {
  receiver = await Receiver.start();
  tenant = await aTenant(t.api, { settings: { requireOwnershipProof: true } });
});
afterEach(() => receiver.close());

interface Verified {
  verified: boolean;
  detail: string;
  challengeExpiresAt: string | null;
  status: string;
  ownership: { state: string; verifiedAt: string | null };
  attempt: {
    id: string;
    trigger: string;
    request: { body: string };
    response: { headers: Record<string, string>; body: string | null } | null;
  } | null;
}

interface Made {
  id: string;
  path: string;
  secret: string;
}

const UNVERIFIED = {
  status: 'disabled',
  disabledReason: 'unverified',
  ownership: { state: 'unverified', verifiedAt: null },
};

async function anEndpoint(fields: Record<string, unknown> = {}, of = tenant): Promise<Made> {
  const { body } = await t.api.post(of.path('/endpoints'), { url: receiver.url, ...fields }, { expect: 201 });
  return { id: String(body['id']), path: of.path(`/endpoints/${body['id']}`), secret: String(body['secret']) };
}

const verify = async ({ path }: Made, body: object = {}): Promise<Verified> =>
  (await t.api.post<Verified>(`${path}/verify`, body, { expect: 200 })).body;

const stateOf = async ({ path }: Made) => (await t.api.get(path)).body;

/** The challenge that the receiver got last, as it reads it from what came over the wire. */
const lastChallenge = (): string =>
  (JSON.parse(receiver.requests.at(-1)!.body.toString()) as { data: { challenge: string } }).data.challenge;

type Answering = (challenge: string) => string;

/** Answers 200 with what is made of the challenge. */
const answering =
  (write: Answering, headers: Record<string, string> = {}) =>
  (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(200, headers).end(write(lastChallenge()));
  };

const JSON_ANSWER: Answering = (challenge) => JSON.stringify({ challenge });

/** An endpoint that has proven what it has to. */
async function aVerifiedEndpoint(fields: Record<string, unknown> = {}): Promise<Made> {
  const endpoint = await anEndpoint(fields);
  receiver.answer(answering(JSON_ANSWER));
  expect((await verify(endpoint)).verified).toBe(true);
  return endpoint;
}

const refusal = async (path: string, body: object = {}): Promise<string> =>
  `${(await t.api.post(path, body, { expect: 409 })).body['code']}`;

describe('an endpoint of a tenant that wants proof', () => {
  it('is disabled until its receiver answers a signed request with the challenge', async () => {
    const endpoint = await anEndpoint({ eventTypes: ['*'] });
    expect(await stateOf(endpoint)).toMatchObject(UNVERIFIED);
    receiver.answer(answering(JSON_ANSWER));
    const verified = await verify(endpoint);
    expect(verified).toMatchObject({ verified: true, status: 'enabled', challengeExpiresAt: null });
    expect(verified.ownership).toEqual({ state: 'verified', verifiedAt: expect.any(String) });
    const [request] = receiver.requests;
    const event = new Webhook(endpoint.secret).verify(request!.body, request!.headers as Record<string, string>);
    expect(event).toMatchObject({
      type: 'posthorn.endpoint.verification',
      data: { challenge: expect.stringMatching(/^[\w-]{43}$/), endpoint: endpoint.id },
    });
    expect(await stateOf(endpoint)).toMatchObject({ status: 'enabled', disabledReason: null });
  });

  it('gets nothing before: what is published is on record as cancelled, and can be replayed after', async () => {
    const endpoint = await anEndpoint({ eventTypes: ['*'] });
    const published = await t.api.post('/v1/events', { tenant: tenant.id, type: 'a.b', data: {} }, { expect: 202 });
    const { body } = await t.api.get(`/v1/deliveries?event=${published.body['id']}`);
    const [delivery] = body['data'] as { id: string; status: string; cancelReason: string }[];
    expect(delivery).toMatchObject({ status: 'cancelled', cancelReason: 'endpoint_disabled' });
    await t.api.post(`/v1/deliveries/${delivery!.id}/replay`, {}, { expect: 409 });
    receiver.answer(answering(JSON_ANSWER));
    await verify(endpoint);
    expect(await stateOf(endpoint)).toMatchObject({ missed: { count: 1 } });
    await t.api.post(`/v1/deliveries/${delivery!.id}/replay`, {}, { expect: 201 });
  });

  it.each<[string, Answering]>([
    ['the challenge as text', (challenge) => challenge],
    ['the challenge and a line end', (challenge) => `${challenge}\r\n`],
    ['JSON with more in it', (challenge) => JSON.stringify({ ok: true, challenge })],
  ])('takes %s', async (_, write) => {
    const endpoint = await anEndpoint();
    receiver.answer(answering(write));
    expect((await verify(endpoint)).verified).toBe(true);
  });

  it.each<[string, Answering, string]>([
    ['nothing', () => '', 'but not with the challenge'],
    ['a page', () => '<html>Welcome</html>', 'something else than the challenge'],
    ['another challenge', () => JSON.stringify({ challenge: 'x'.repeat(43) }), 'something else than the challenge'],
    ['the challenge in a sentence', (challenge) => `got ${challenge}`, 'something else than the challenge'],
    ['the request itself', () => receiver.requests.at(-1)!.body.toString(), 'not with the challenge'],
  ])('takes no answer with %s', async (_, write, detail) => {
    const endpoint = await anEndpoint();
    receiver.answer(answering(write));
    const verified = await verify(endpoint);
    expect(verified).toMatchObject({ verified: false, status: 'disabled', ownership: { state: 'unverified' } });
    expect(verified.detail).toContain(detail);
    expect(verified.detail).not.toContain(lastChallenge());
    expect(await stateOf(endpoint)).toMatchObject(UNVERIFIED);
  });

  it('takes no receiver that sends everything back, where the body is the data alone', async () => {
    const endpoint = await anEndpoint({ payloadFormat: 'data' });
    receiver.answer((_request, response) => response.writeHead(200).end(receiver.requests.at(-1)!.body));
    expect((await verify(endpoint)).detail).toContain('the request itself');
  });

  it('takes the challenge from 2xx only, and tells how the request failed', async () => {
    const endpoint = await anEndpoint();
    receiver.answer((_request, response) => response.writeHead(401).end(JSON_ANSWER(lastChallenge())));
    expect(await verify(endpoint)).toMatchObject({ verified: false, detail: expect.stringContaining('401') });
    receiver.redirectTo(receiver.url);
    expect(await verify(endpoint)).toMatchObject({ verified: false, detail: expect.stringContaining('302') });
    expect(receiver.requests).toHaveLength(2);
  });

  it('is refused to be enabled, tested and checked, and nothing is sent', async () => {
    const endpoint = await anEndpoint();
    for (const command of ['enable', 'test', 'check']) {
      expect(await refusal(`${endpoint.path}/${command}`)).toBe('endpoint_unverified');
    }
    expect(await refusal(`${endpoint.path}/resume`)).toBe('conflict');
    expect(receiver.requests).toEqual([]);
    expect(await stateOf(endpoint)).toMatchObject(UNVERIFIED);
  });

  it('may be enabled without proof once the tenant wants none any more', async () => {
    const endpoint = await anEndpoint();
    await t.api.patch(`/v1/tenants/${tenant.id}`, { settings: { requireOwnershipProof: null } });
    expect(await stateOf(endpoint)).toMatchObject({ status: 'disabled', ownership: { state: 'not_required' } });
    expect((await t.api.post(`${endpoint.path}/enable`, {}, { expect: 200 })).body).toMatchObject({
      status: 'enabled',
    });
  });

  it('that a person has disabled stays so when it proves, and can be enabled then', async () => {
    const endpoint = await anEndpoint();
    const disabledSince = () =>
      t.db.query(`SELECT disabled_at FROM endpoints WHERE id = $1`, [parseTypeId('ep', endpoint.id)]);
    const since = await disabledSince();
    const { body } = await t.api.post(`${endpoint.path}/disable`, { reason: 'not now' }, { expect: 200 });
    expect(body).toMatchObject({ ...UNVERIFIED, disabledReason: 'not now' });
    // What it has missed it has missed since it was disabled first.
    expect(await disabledSince()).toEqual(since);
    receiver.answer(answering(JSON_ANSWER));
    expect(await verify(endpoint)).toMatchObject({ verified: true, status: 'disabled' });
    expect(await stateOf(endpoint)).toMatchObject({ status: 'disabled', disabledReason: 'not now' });
    const audited = await t.api.get(`/v1/audit-log?tenant=${tenant.id}&action=endpoint.disabled`);
    expect((audited.body['data'] as unknown[])[0]).toMatchObject({
      before: { disabledReason: 'unverified' },
      after: { disabledReason: 'not now' },
    });
    await t.api.post(`${endpoint.path}/enable`, {}, { expect: 200 });
  });

  it('that a person has disabled stays so when it gets another URL and proves that', async () => {
    const endpoint = await aVerifiedEndpoint();
    await t.api.post(`${endpoint.path}/disable`, { reason: 'not now' });
    await t.api.patch(endpoint.path, { url: `${receiver.url}/2` });
    expect(await stateOf(endpoint)).toMatchObject({ status: 'disabled', disabledReason: 'not now' });
    expect(await refusal(`${endpoint.path}/enable`)).toBe('endpoint_unverified');
    expect(await verify(endpoint)).toMatchObject({ verified: true, status: 'disabled' });
    await t.api.post(`${endpoint.path}/enable`, {}, { expect: 200 });
  });

  it('is sent nothing once it is verified', async () => {
    const endpoint = await aVerifiedEndpoint();
    expect(await verify(endpoint)).toMatchObject({ verified: true, attempt: null });
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('another URL', () => {
  it.each<[string, (endpoint: Made, url: string) => Promise<unknown>]>([
    ['PATCH', ({ path }, url) => t.api.patch(path, { url })],
    ['PUT', ({ path }, url) => t.api.put(path, { url })],
  ])('by %s disables the endpoint, cancels what is open, and is told', async (_, change) => {
    const endpoint = await aVerifiedEndpoint({ eventTypes: ['*', 'posthorn.endpoint.disabled'] });
    const published = await t.api.post('/v1/events', { tenant: tenant.id, type: 'a.b', data: {} }, { expect: 202 });
    await change(endpoint, `${receiver.url}?other`);
    expect(await stateOf(endpoint)).toMatchObject(UNVERIFIED);
    const { body } = await t.api.get(`/v1/deliveries?event=${published.body['id']}`);
    expect((body['data'] as unknown[])[0]).toMatchObject({ status: 'cancelled', cancelReason: 'endpoint_disabled' });
    const events = await t.api.get(`/v1/tenants/${tenant.id}/events?type=posthorn.endpoint.disabled&include=data`);
    expect((events.body['data'] as unknown[])[0]).toMatchObject({
      data: { endpoint: endpoint.id, reason: 'unverified' },
    });
    expect(await refusal(`${endpoint.path}/enable`)).toBe('endpoint_unverified');
    expect((await verify(endpoint)).verified).toBe(true);
    expect(await stateOf(endpoint)).toMatchObject({ status: 'enabled' });
  });

  it.each<[string, (endpoint: Made) => Promise<unknown>]>([
    ['is proven', verify],
    ['is given up for the one that was', ({ path }) => t.api.patch(path, { url: receiver.url })],
  ])('leaves an endpoint paused that a person has paused, when it %s', async (_, prove) => {
    const endpoint = await aVerifiedEndpoint();
    await t.api.post(`${endpoint.path}/pause`, {}, { expect: 200 });
    await t.api.patch(endpoint.path, { url: `${receiver.url}?other` });
    await t.api.patch(endpoint.path, { url: `${receiver.url}?another` });
    expect(await stateOf(endpoint)).toMatchObject(UNVERIFIED);
    await prove(endpoint);
    expect(await stateOf(endpoint)).toMatchObject({ status: 'paused', disabledReason: null });
    await t.api.post(`${endpoint.path}/resume`, {}, { expect: 200 });
    await t.api.patch(endpoint.path, { url: `${receiver.url}?last` });
    await verify(endpoint);
    expect(await stateOf(endpoint)).toMatchObject({ status: 'enabled' });
  });

  it('by going back to a version disables the endpoint as well', async () => {
    const endpoint = await anEndpoint({ url: `${receiver.url}/old` });
    await t.api.patch(endpoint.path, { url: receiver.url });
    receiver.answer(answering(JSON_ANSWER));
    expect((await verify(endpoint)).verified).toBe(true);
    await t.api.post(`${endpoint.path}/versions/1/restore`, {}, { expect: 200 });
    expect(await stateOf(endpoint)).toMatchObject({ ...UNVERIFIED, url: `${receiver.url}/old` });
  });

  it('that is given up for the one that was proven enables the endpoint again', async () => {
    const endpoint = await aVerifiedEndpoint();
    await t.api.patch(endpoint.path, { url: `${receiver.url}/other` });
    await t.api.patch(endpoint.path, { url: receiver.url });
    expect(await stateOf(endpoint)).toMatchObject({ status: 'enabled', ownership: { state: 'verified' } });
  });

  it('is not proven by a challenge that was sent to the one before', async () => {
    const endpoint = await anEndpoint();
    receiver.answer(200);
    await verify(endpoint);
    await t.api.patch(endpoint.path, { url: `${receiver.url}/other` });
    const wrong = { challenge: lastChallenge() };
    await t.api.post(`${endpoint.path}/verify`, wrong, { expect: 422 });
    expect(await stateOf(endpoint)).toMatchObject(UNVERIFIED);
  });

  it('is not proven by an answer that comes while it changes', async () => {
    const endpoint = await anEndpoint();
    receiver.answer((_request, response) => {
      const challenge = lastChallenge();
      void t.api
        .patch(endpoint.path, { url: `${receiver.url}/other` })
        .then(() => response.writeHead(200).end(JSON_ANSWER(challenge)));
    });
    expect(await verify(endpoint)).toMatchObject({
      verified: false,
      detail: expect.stringContaining('the URL is another one by now'),
    });
    expect(await stateOf(endpoint)).toMatchObject(UNVERIFIED);
  });

  it('never gets to see a challenge for the one before, not even for a moment', async () => {
    const endpoint = await anEndpoint();
    const elsewhere = await Receiver.start();
    /** An owner who is quick: between the question and the request the endpoint leads elsewhere. */
    class TurnedMeanwhile extends OwnershipStore {
      override async ask(tenantId: Uuid, endpointId: Uuid): Promise<Challenge | null> {
        const challenge = await super.ask(tenantId, endpointId);
        await t.api.patch(endpoint.path, { url: elsewhere.url });
        return challenge;
      }
    }
    const { db, clock, keyRing, config } = t.deps;
    const sender = new Sender({ policy: new AddressPolicy(config.egress) });
    const tests = new TestSender(db, clock, new SendTargets(db, keyRing), sender, { userAgent: 'x', timeoutMs: 5_000 });
    const verifier = new OwnershipVerifier(new TurnedMeanwhile(db, new DatabaseClock()), tests);
    const [tenantId, endpointId] = [parseTypeId('ten', tenant.id)!, parseTypeId('ep', endpoint.id)!];
    await expect(verifier.challenge(SYSTEM, tenantId, endpointId, newUuid(Date.now()))).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });

  it('is nothing to a change of anything else', async () => {
    const endpoint = await aVerifiedEndpoint();
    await t.api.patch(endpoint.path, { headers: { 'x-a': 'b' }, description: 'x' });
    expect(await stateOf(endpoint)).toMatchObject({ status: 'enabled', ownership: { state: 'verified' } });
  });
});

describe('a person who has read the challenge', () => {
  it('proves it in the place of a receiver that cannot, once', async () => {
    const endpoint = await anEndpoint();
    receiver.answer(204);
    const sent = await verify(endpoint);
    const inMs = Date.parse(sent.challengeExpiresAt!) - Date.now();
    expect(sent.verified).toBe(false);
    expect(inMs).toBeGreaterThan(55 * 60_000);
    expect(inMs).toBeLessThanOrEqual(61 * 60_000);
    const challenge = lastChallenge();
    expect(await verify(endpoint, { challenge })).toMatchObject({ verified: true, attempt: null, status: 'enabled' });
    expect(receiver.requests).toHaveLength(1);
    await t.api.patch(endpoint.path, { url: `${receiver.url}/other` });
    await t.api.patch(endpoint.path, { url: receiver.url });
    await t.db.query(`UPDATE endpoints SET verified_url = NULL WHERE id = $1`, [parseTypeId('ep', endpoint.id)]);
    const again = await t.api.post(`${endpoint.path}/verify`, { challenge }, { expect: 422 });
    expect(again.body).toMatchObject({ code: 'validation_failed', errors: [{ pointer: '/challenge' }] });
  });

  it('does not with that of an earlier request, one that is over, or none', async () => {
    const endpoint = await anEndpoint();
    receiver.answer(204);
    await t.api.post(`${endpoint.path}/verify`, { challenge: 'x' }, { expect: 422 });
    await verify(endpoint);
    const earlier = lastChallenge();
    await verify(endpoint);
    await t.api.post(`${endpoint.path}/verify`, { challenge: earlier }, { expect: 422 });
    await t.db.query(`UPDATE ownership_challenges SET expires_at = clock_timestamp()`);
    await t.api.post(`${endpoint.path}/verify`, { challenge: lastChallenge() }, { expect: 422 });
    expect(await stateOf(endpoint)).toMatchObject(UNVERIFIED);
  });

  it('may be wrong five times', async () => {
    const endpoint = await anEndpoint();
    receiver.answer(204);
    await verify(endpoint);
    const challenge = lastChallenge();
    for (let n = 0; n < 5; n++) await t.api.post(`${endpoint.path}/verify`, { challenge: `x${n}` }, { expect: 422 });
    await t.api.post(`${endpoint.path}/verify`, { challenge }, { expect: 422 });
    expect(await stateOf(endpoint)).toMatchObject(UNVERIFIED);
  });

  it('proves nothing for an endpoint of another tenant, nor of the same', async () => {
    const [one, other] = [await anEndpoint(), await anEndpoint()];
    receiver.answer(204);
    await verify(one);
    await t.api.post(`${other.path}/verify`, { challenge: lastChallenge() }, { expect: 422 });
    const stranger = await aTenant(t.api);
    const { key } = await aKey(t.api, 'tenant', { tenant: stranger.id });
    await t.api.post(`${one.path}/verify`, { challenge: lastChallenge() }, { key, expect: 404 });
  });
});

describe('the record of a verification', () => {
  it('shows nobody the challenge, in the request or in whatever the receiver made of it', async () => {
    const endpoint = await anEndpoint();
    receiver.answer((_request, response) => {
      const challenge = lastChallenge();
      response
        .writeHead(500, { 'x-echo': challenge, 'content-type': 'text/plain' })
        .end(`${challenge} ${Buffer.from(challenge).toString('base64')}`);
    });
    const { attempt } = await verify(endpoint);
    const challenge = lastChallenge();
    expect(attempt).toMatchObject({ trigger: 'test', response: { body: null, headers: { 'x-echo': '********' } } });
    expect(JSON.parse(attempt!.request.body)).toMatchObject({ data: { challenge: '********', endpoint: endpoint.id } });
    const delivery = attempt!.id.replace(/^att_(.*)_1$/, 'dlv_$1');
    const paths = [
      `/v1/attempts/${attempt!.id}`,
      `/v1/attempts/${attempt!.id}/curl`,
      `/v1/deliveries/${delivery}`,
      `/v1/deliveries/${delivery}/attempts`,
      `/v1/tenants/${tenant.id}/events?include=data`,
      `/v1/audit-log?tenant=${tenant.id}`,
      endpoint.path,
      `${endpoint.path}/versions`,
    ];
    for (const path of paths) {
      const { text } = await t.api.get(path, { expect: 200 });
      const shows = [challenge, Buffer.from(challenge).toString('base64')].filter((one) => text.includes(one));
      expect({ path, shows }).toEqual({ path, shows: [] });
    }
    const kept = await t.db.query(`SELECT row_to_json(c)::text AS text FROM ownership_challenges c`);
    expect(JSON.stringify(kept)).not.toContain(challenge);
    expect(JSON.stringify(t.logs)).not.toContain(challenge);
  });

  it('tells in the audit log who has had it verified, and how', async () => {
    const endpoint = await aVerifiedEndpoint();
    const { body } = await t.api.get(`/v1/audit-log?tenant=${tenant.id}&action=endpoint.verified`);
    expect((body['data'] as unknown[])[0]).toMatchObject({
      action: 'endpoint.verified',
      object: endpoint.id,
      before: { status: 'disabled', disabledReason: 'unverified', ownership: 'unverified' },
      after: { status: 'enabled', disabledReason: null, ownership: 'verified', provenBy: 'answer' },
    });
  });

  it('is missed by nobody', async () => {
    const endpoint = await anEndpoint({ eventTypes: ['posthorn.*'] });
    receiver.answer(500);
    await verify(endpoint);
    receiver.answer(answering(JSON_ANSWER));
    await verify(endpoint);
    const wanted = { endpoint: endpoint.id, select: 'missing', note: 'x', dryRun: true };
    expect((await t.api.post('/v1/replays', wanted)).body).toMatchObject({ matched: 0 });
    expect((await t.api.post('/v1/replays', { ...wanted, select: 'all' })).body).toMatchObject({ matched: 0 });
  });
});

describe('how many challenges are sent', () => {
  const refused = async ({ path }: Made): Promise<number> => {
    const { body, headers } = await t.api.post(`${path}/verify`, {}, { expect: 429 });
    expect(body).toMatchObject({ code: 'rate_limited' });
    return Number(headers['retry-after']);
  };

  it('is five that come to nothing within ten minutes for an endpoint, whoever asks at once', async () => {
    const endpoint = await anEndpoint();
    receiver.answer(204);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => t.api.post(`${endpoint.path}/verify`, {}, { expect: 'any' })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(3);
    expect(receiver.requests).toHaveLength(5);
    expect(await refused(endpoint)).toBeGreaterThan(590);
    const other = await anEndpoint();
    expect((await verify(other)).verified).toBe(false);
  });

  it('is thirty within an hour for a tenant, also for endpoints that come and go', async () => {
    receiver.answer(204);
    const store = new OwnershipStore(t.db, new DatabaseClock());
    const tenantId = parseTypeId('ten', tenant.id)!;
    for (let n = 0; n < 6; n++) {
      const endpoint = await anEndpoint();
      for (let asked = 0; asked < 5; asked++) await store.ask(tenantId, parseTypeId('ep', endpoint.id)!);
      await t.api.delete(endpoint.path);
    }
    expect(await refused(await anEndpoint())).toBeGreaterThan(3_500);
    expect(receiver.requests).toEqual([]);
  });

  it('does not count what was answered, and forgets what is over', async () => {
    for (let n = 0; n < 7; n++) await aVerifiedEndpoint({ url: `${receiver.url}/${n}` });
    await t.db.query(`UPDATE ownership_challenges SET expires_at = clock_timestamp() - interval '2 days'`);
    expect(await forgetOldChallenges(t.db)).toBeGreaterThanOrEqual(7);
    expect(await t.db.query(`SELECT 1 FROM ownership_challenges`)).toEqual([]);
  });
});

describe('a tenant that begins to want proof', () => {
  it('keeps its endpoints as they are, and has them prove before or after', async () => {
    const young = await aTenant(t.api);
    const [proven, trusted] = [await anEndpoint({}, young), await anEndpoint({ url: `${receiver.url}/2` }, young)];
    expect(await stateOf(proven)).toMatchObject({ status: 'enabled', ownership: { state: 'not_required' } });
    receiver.answer(answering(JSON_ANSWER));
    expect(await verify(proven)).toMatchObject({ verified: true, status: 'enabled' });
    await t.api.patch(`/v1/tenants/${young.id}`, { settings: { requireOwnershipProof: true } });
    expect(await stateOf(proven)).toMatchObject({ status: 'enabled', ownership: { state: 'verified' } });
    expect(await stateOf(trusted)).toMatchObject({ status: 'enabled', ownership: { state: 'unverified' } });
    await t.api.post(`${trusted.path}/test`, {}, { expect: 200 });
    await t.api.post(`${trusted.path}/pause`, {}, { expect: 200 });
    await t.api.post(`${trusted.path}/resume`, {}, { expect: 200 });
    await t.api.post(`${trusted.path}/disable`, {}, { expect: 200 });
    expect(await refusal(`${trusted.path}/enable`)).toBe('endpoint_unverified');
    await t.api.post(`${proven.path}/disable`, {}, { expect: 200 });
    await t.api.post(`${proven.path}/enable`, {}, { expect: 200 });
  });
});
