import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { startApi, type TestApi } from '../../support/api.js';
import { certificates } from '../../support/certificates.js';
import { aTenant, type MadeTenant } from '../../support/factories.js';
import { Receiver, type ReceivedRequest } from '../../support/receiver.js';

let t: TestApi;
let tenant: MadeTenant;
let receiver: Receiver;
beforeAll(async () => {
  t = await startApi({ env: { POSTHORN_ALLOW_HTTP: 'on', POSTHORN_EGRESS_ALLOW: '127.0.0.0/8' } });
  tenant = await aTenant(t.api);
});
afterAll(() => t.close());
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver.close());

interface Checked {
  passed: boolean;
  findings: { check: string; passed: boolean | null; detail: string; attempt: string | null }[];
}

async function anEndpointOf(fields: Record<string, unknown> = {}): Promise<{ path: string; secret: string }> {
  const { body } = await t.api.post(tenant.path('/endpoints'), { url: receiver.url, ...fields }, { expect: 201 });
  return { path: tenant.path(`/endpoints/${body['id']}`), secret: String(body['secret']) };
}

async function check(path: string): Promise<Checked> {
  return (await t.api.post<Checked>(`${path}/check`)).body;
}

const verdicts = ({ findings }: Checked): Record<string, boolean | null> =>
  Object.fromEntries(findings.map(({ check, passed }) => [check, passed]));

/** Verifies as the library of Standard Webhooks does. */
function verifying(secret: string) {
  const webhook = new Webhook(secret);
  return (_request: IncomingMessage, response: ServerResponse): void => {
    const { body, headers } = receiver.requests.at(-1)!;
    try {
      webhook.verify(body, headers as Record<string, string>);
      response.writeHead(204).end();
    } catch {
      response.writeHead(400).end();
    }
  };
}

describe('a go-live check', () => {
  it('passes a receiver that verifies, over http in all but that', async () => {
    const { path, secret } = await anEndpointOf();
    receiver.answer(verifying(secret));
    const checked = await check(path);
    expect(verdicts(checked)).toEqual({
      good_request: true,
      latency: true,
      certificate: false,
      wrong_signature: true,
      stale_timestamp: true,
      repeated_request: true,
    });
    expect(checked.passed).toBe(false);
    const ids = receiver.requests.map(({ headers }: ReceivedRequest) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(3);
    expect(ids[3]).toBe(ids[0]);
  });

  it('passes a receiver over https, and tells until when its certificate is valid', async () => {
    await receiver.close();
    receiver = await Receiver.start({ tls: certificates.valid });
    const { path, secret } = await anEndpointOf({ tls: { ca: certificates.valid.cert } });
    receiver.answer(verifying(secret));
    const { passed, findings } = await check(path);
    expect(findings.find((one) => one.check === 'certificate')?.detail).toContain(
      'valid until 2126-10-31T04:51:11.000Z',
    );
    expect(passed).toBe(true);
  });

  it('finds a receiver that takes everything', async () => {
    const { path } = await anEndpointOf();
    receiver.answer(200);
    const checked = await check(path);
    expect(verdicts(checked)).toMatchObject({ good_request: true, wrong_signature: false, stale_timestamp: false });
    const wrong = checked.findings.find((one) => one.check === 'wrong_signature')!;
    expect(wrong.detail).toBe(
      'A request whose signature was made for another body was answered 200; 4xx was expected. Verify the signature over the raw body.',
    );
  });

  it('finds a receiver that fails on what it has seen before', async () => {
    const { path } = await anEndpointOf();
    receiver.answer(200, 400, 400, 500);
    expect(verdicts(await check(path))).toMatchObject({ stale_timestamp: true, repeated_request: false });
  });

  it('does not take a receiver that refuses everything for one that verifies', async () => {
    const { path } = await anEndpointOf();
    receiver.answer(400);
    expect(verdicts(await check(path))).toMatchObject({
      good_request: false,
      wrong_signature: null,
      stale_timestamp: null,
      repeated_request: null,
      latency: null,
    });
  });

  it('asks nothing about time of a receiver whose signatures say none', async () => {
    const { path } = await anEndpointOf({ signing: [{ scheme: 'github' }] });
    receiver.answer(200, 400, 200, 200);
    expect(verdicts(await check(path))).toMatchObject({ wrong_signature: true, stale_timestamp: null });
  });

  it('says what it saw of one that is not there', async () => {
    const { path } = await anEndpointOf();
    await receiver.close();
    const { findings } = await check(path);
    expect(findings[0]).toMatchObject({ check: 'good_request', passed: false });
    expect(findings[0]!.detail).toContain('the connection was refused');
    receiver = await Receiver.start();
  });

  it('is on record: each request as a test, and nothing as a dead letter', async () => {
    const { path, secret } = await anEndpointOf();
    receiver.answer(verifying(secret));
    const { findings } = await check(path);
    for (const { attempt } of findings) {
      expect((await t.api.get(`/v1/attempts/${attempt}`)).body['trigger']).toBe('test');
    }
    expect((await t.api.get(`/v1/dead-letters?tenant=${tenant.id}`)).body['data']).toEqual([]);
  });
});
