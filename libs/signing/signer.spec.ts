import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatEd25519Secret } from './ed25519.js';
import { readSignature, writeSignature } from './recorded-signature.js';
import type { SigningScheme } from './scheme.js';
import { compileSigner } from './signer.js';
import { type DatedKey, type SecretEncoding, toSigningKey } from './signing-key.js';

const REQUEST = { eventId: 'evt_1', deliveryId: 'dlv_1', type: 'a.b', timestampSeconds: 1_764_000_000 };
const BODY = '{"ü":"é"}';
const NOW_MS = 1_764_000_000_500;

const aKey = (secret: string, encoding: SecretEncoding = 'utf8', life: Partial<DatedKey> = {}): DatedKey => ({
  key: toSigningKey(secret, encoding),
  activatesAtMs: 0,
  expiresAtMs: null,
  ...life,
});

const sign = (schemes: readonly SigningScheme[], keys: readonly DatedKey[]): Record<string, string> => {
  const flat = compileSigner(schemes, keys).sign(REQUEST, BODY, NOW_MS);
  return Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]!]] : [])));
};

const mac = (secret: string, content: string) => createHmac('sha256', secret).update(content);

describe(compileSigner.name, () => {
  it.each<[SigningScheme, Record<string, string>]>([
    [{ scheme: 'standard' }, { 'webhook-signature': `v1,${mac('s', `evt_1.1764000000.${BODY}`).digest('base64')}` }],
    [
      { scheme: 'github' },
      {
        'X-Hub-Signature-256': `sha256=${mac('s', BODY).digest('hex')}`,
        'X-GitHub-Event': 'a.b',
        'X-GitHub-Delivery': 'dlv_1',
      },
    ],
    [{ scheme: 'stripe' }, { 'Stripe-Signature': `t=1764000000,v1=${mac('s', `1764000000.${BODY}`).digest('hex')}` }],
    [
      { scheme: 'slack' },
      {
        'X-Slack-Signature': `v0=${mac('s', `v0:1764000000:${BODY}`).digest('hex')}`,
        'X-Slack-Request-Timestamp': '1764000000',
      },
    ],
    [
      { scheme: 'shopify', shopDomain: 'a.example', apiVersion: '2026-01' },
      {
        'X-Shopify-Hmac-Sha256': mac('s', BODY).digest('base64'),
        'X-Shopify-Topic': 'a.b',
        'X-Shopify-Webhook-Id': 'evt_1',
        'X-Shopify-Shop-Domain': 'a.example',
        'X-Shopify-API-Version': '2026-01',
      },
    ],
    [
      { scheme: 'timestamped' },
      { 'X-Signature': mac('s', `1764000000.${BODY}`).digest('hex'), 'X-Timestamp': '1764000000' },
    ],
  ])('writes the headers of %j', (scheme, headers) => {
    expect(sign([scheme], [aKey('s')])).toEqual(headers);
  });

  it('signs with every live key where there may be several signatures, newest first, and with the newest elsewhere', () => {
    const waiting = aKey('c', 'utf8', { activatesAtMs: NOW_MS + 1 });
    const ended = aKey('d', 'utf8', { expiresAtMs: NOW_MS });
    const headers = sign(
      [{ scheme: 'standard' }, { scheme: 'stripe' }, { scheme: 'github' }],
      [waiting, aKey('b', 'utf8', { activatesAtMs: NOW_MS }), ended, aKey('a', 'utf8', { expiresAtMs: NOW_MS + 1 })],
    );
    const standard = (secret: string) => `v1,${mac(secret, `evt_1.1764000000.${BODY}`).digest('base64')}`;
    const stripe = (secret: string) => `v1=${mac(secret, `1764000000.${BODY}`).digest('hex')}`;
    expect(headers).toMatchObject({
      'webhook-signature': `${standard('b')} ${standard('a')}`,
      'Stripe-Signature': `t=1764000000,${stripe('b')},${stripe('a')}`,
      'X-Hub-Signature-256': `sha256=${mac('b', BODY).digest('hex')}`,
    });
  });

  it('takes a whsec_ secret for its bytes under Standard Webhooks and for its text elsewhere, and others for their bytes', () => {
    const whsec = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;
    const schemes: SigningScheme[] = [{ scheme: 'standard' }, { scheme: 'github' }];
    expect(sign(schemes, [aKey(whsec, 'whsec')])).toMatchObject({
      'webhook-signature': `v1,${mac('0123456789abcdef01234567', `evt_1.1764000000.${BODY}`).digest('base64')}`,
      'X-Hub-Signature-256': `sha256=${mac(whsec, BODY).digest('hex')}`,
    });
    const hex = aKey(Buffer.from('s').toString('hex'), 'hex');
    expect(sign(schemes, [hex])).toEqual(sign(schemes, [aKey('s')]));
  });

  it('writes nothing for a scheme without a live key of its kind', () => {
    const pair = aKey(formatEd25519Secret(Buffer.alloc(32, 1)), 'whsk');
    expect(sign([{ scheme: 'standard' }, { scheme: 'github' }], [pair])).toEqual({});
    expect(sign([{ scheme: 'standard-ed25519' }], [aKey('s')])).toEqual({});
  });

  it('takes its own headers out of others, in any case of their names', () => {
    const headers = ['x-hub-signature-256', 'mine', 'X-GITHUB-EVENT', 'mine', 'x-other', '1'];
    expect(compileSigner([{ scheme: 'github' }], []).without(headers)).toEqual(['x-other', '1']);
    expect(compileSigner([{ scheme: 'standard' }], []).without(headers)).toBe(headers);
  });
});

describe('a signature on record', () => {
  it.each([
    [['webhook-signature', 'v1,abc v1,def']],
    [
      ['X-Signature', '["a'],
      ['X-Time', '1'],
    ].flat(),
    [[]],
  ])('is read as it was written: %j', (...headers) => {
    const flat = headers.flat();
    expect(readSignature(writeSignature(flat))).toEqual(flat);
  });

  it('of Standard Webhooks is its value alone', () => {
    expect(writeSignature(['webhook-signature', 'v1,abc'])).toBe('v1,abc');
  });
});
