import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { verifySignature } from './verify-signature.js';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const at = new Date('2026-11-30T12:00:00Z');
const now = at.getTime() / 1_000;
const body = '{"data":{"name":"Käse"}}';
const signature = new Webhook(secret).sign('evt_1', at, body);
const good = { secret, id: 'evt_1', timestamp: String(now), signature, body };

describe(verifySignature, () => {
  it('agrees with the library of Standard Webhooks', async () => {
    expect(await verifySignature(good, now)).toMatchObject({ isGood: true, expected: signature });
  });

  it('finds the one that holds among several', async () => {
    expect((await verifySignature({ ...good, signature: `v1,AAAA ${signature}` }, now)).isGood).toBe(true);
  });

  it.each([
    ['body', '{}'],
    ['id', 'evt_2'],
    ['timestamp', '1'],
    ['secret', 'whsec_AAAA'],
  ])('refuses another %s', async (field, value) => {
    expect((await verifySignature({ ...good, [field]: value }, now)).isGood).toBe(false);
  });

  it('says that an old one holds and would be refused', async () => {
    expect((await verifySignature(good, now + 301)).words).toMatch(/more than five minutes/);
  });
});
