import { describe, expect, it } from 'vitest';
import { type CheckCode, checkSignatures, type SignatureCheckInput } from './check-signatures.js';
import { formatEd25519Secret } from './ed25519.js';
import type { SigningScheme } from './scheme.js';
import { compileSigner } from './signer.js';
import { toSigningKey } from './signing-key.js';

const NOW_MS = 1_764_000_000_000;
const BODY = '{"a":1,"ü":"é"}';
const WHSEC = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

const secret = (id: string, text = WHSEC, encoding: 'whsec' | 'utf8' | 'whsk' = 'whsec') => ({
  id,
  key: toSigningKey(text, encoding),
  activatesAtMs: 0,
  expiresAtMs: null as number | null,
});
const PAIR = secret('pair', formatEd25519Secret(Buffer.alloc(32, 1)), 'whsk');

const HMAC: SigningScheme = {
  scheme: 'hmac',
  header: 'X-Acme',
  prefix: 'v1=',
  algorithm: 'sha512',
  encoding: 'base64',
  content: '{timestamp}.{body}',
  timestampHeader: 'X-Time',
};
const SCHEMES: SigningScheme[] = [
  { scheme: 'standard' },
  { scheme: 'standard-ed25519' },
  { scheme: 'github' },
  { scheme: 'stripe' },
  { scheme: 'slack' },
  { scheme: 'shopify', shopDomain: 'a.example', apiVersion: '2026-01' },
  { scheme: 'timestamped' },
  HMAC,
];
const TIMED = SCHEMES.filter(({ scheme }) => scheme !== 'github' && scheme !== 'shopify');

/** A genuine request under the schemes, signed by the secrets. */
function signed(schemes: readonly SigningScheme[], secrets = [secret('one'), PAIR], atMs = NOW_MS) {
  const timestampSeconds = atMs / 1000;
  const request = { eventId: 'evt_1', deliveryId: 'dlv_1', type: 'a.b', timestampSeconds };
  const flat = compileSigner(schemes, secrets).sign(request, BODY, atMs);
  const headers: Record<string, string> = { 'Webhook-Id': 'evt_1', 'webhook-timestamp': String(timestampSeconds) };
  for (let at = 0; at < flat.length; at += 2) headers[flat[at]!] = flat[at + 1]!;
  return headers;
}

function check(schemes: readonly SigningScheme[], over: Partial<SignatureCheckInput> = {}) {
  return checkSignatures({
    headers: signed(schemes),
    body: BODY,
    schemes,
    secrets: [secret('one'), PAIR],
    sentBody: null,
    nowMs: NOW_MS,
    toleranceSeconds: 300,
    ...over,
  });
}

const codeOf = (...args: Parameters<typeof check>): CheckCode => check(...args)[0]!.code;

describe(checkSignatures.name, () => {
  it.each(SCHEMES)('$scheme: finds what is genuine, and names the secret', (scheme) => {
    const secretId = scheme.scheme === 'standard-ed25519' ? 'pair' : 'one';
    expect(check([scheme])).toMatchObject([{ scheme: scheme.scheme, code: 'verified', secretId }]);
  });

  it.each(SCHEMES)('$scheme: tells that the header is not there', (scheme) => {
    expect(codeOf([scheme], { headers: {} })).toBe('header_missing');
  });

  it.each(SCHEMES)('$scheme: tells that the body was changed, where the one that was sent is known', (scheme) => {
    const [result] = check([scheme], { body: BODY.replace('1', '2'), sentBody: BODY });
    expect(result).toMatchObject({ code: 'body_changed', message: expect.stringContaining('from character 5 on') });
  });

  it.each(SCHEMES)('$scheme: tells a wrong secret, where the body is the one that was sent', (scheme) => {
    const others = [secret('other', 'other', 'utf8'), secret('p', formatEd25519Secret(Buffer.alloc(32, 2)), 'whsk')];
    expect(check([scheme], { secrets: others, sentBody: BODY })).toMatchObject([
      { code: 'wrong_secret', secretId: null },
    ]);
    expect(codeOf([scheme], { secrets: others })).toBe('no_match');
  });

  it.each(TIMED)('$scheme: tells a time outside the tolerance, before and behind', (scheme) => {
    for (const nowMs of [NOW_MS + 301_000, NOW_MS - 301_000]) {
      expect(codeOf([scheme], { nowMs })).toBe('timestamp_outside_tolerance');
    }
    expect(codeOf([scheme], { nowMs: NOW_MS + 300_000 })).toBe('verified');
  });

  it.each(SCHEMES)('$scheme: tells the time only where it is signed', (scheme) => {
    const timestampSeconds = TIMED.includes(scheme) ? NOW_MS / 1000 : null;
    expect(check([scheme])).toMatchObject([{ timestampSeconds }]);
  });

  it.each(SCHEMES)('$scheme: tells a secret that was not live', (scheme) => {
    const ended = [secret('one'), PAIR].map((one) => ({ ...one, expiresAtMs: NOW_MS - 1 }));
    expect(codeOf([scheme], { secrets: ended })).toBe('secret_not_live');
  });

  it.each(SCHEMES.filter(({ scheme }) => scheme !== 'standard-ed25519'))(
    '$scheme: tells that the secret was read in another way',
    (scheme) => {
      const { key, ...one } = secret('one');
      const swapped = key.kind === 'hmac' ? { ...key, standard: key.plain, plain: key.standard } : key;
      const headers = signed([scheme], [{ ...one, key: swapped }]);
      expect(check([scheme], { headers })).toMatchObject([{ code: 'secret_misread', secretId: 'one' }]);
    },
  );

  it.each([
    ['printed again', JSON.stringify(JSON.parse(BODY), null, 2)],
    ['with a line end behind it', `${BODY}\n`],
  ])('tells that the body was %s, though nobody knows what was sent', (_, body) => {
    expect(codeOf([{ scheme: 'standard' }], { body })).toBe('body_changed');
  });

  it('tells the scheme whose header is there instead', () => {
    const headers = signed([{ scheme: 'stripe' }]);
    const [result] = check([{ scheme: 'github' }], { headers });
    expect(result).toMatchObject({ code: 'other_scheme', message: expect.stringContaining('stripe') });
  });

  it('tells the scheme by which the value was made', () => {
    const { 'X-Signature': digest } = signed([{ scheme: 'timestamped' }]);
    const headers = { ...signed([]), 'x-hub-signature-256': `sha256=${digest}` };
    const [result] = check([{ scheme: 'github' }], { headers });
    expect(result).toMatchObject({ code: 'other_scheme' });
  });

  it.each<[SigningScheme, Record<string, string>]>([
    [{ scheme: 'standard' }, { 'webhook-signature': 'v1,x', 'webhook-timestamp': 'now' }],
    [{ scheme: 'stripe' }, { 'stripe-signature': 'v1=00' }],
    [{ scheme: 'slack' }, { 'x-slack-signature': 'v0=00' }],
  ])('%j: tells that the time is not there', (scheme, headers) => {
    expect(codeOf([scheme], { headers })).toBe('timestamp_missing');
  });

  it('finds the newer of two secrets among several signatures', () => {
    const two = [secret('new', 'n', 'utf8'), secret('old', 'o', 'utf8')];
    const headers = signed([{ scheme: 'standard' }, { scheme: 'stripe' }], two);
    expect(check([{ scheme: 'standard' }, { scheme: 'stripe' }], { headers, secrets: two })).toMatchObject([
      { code: 'verified', secretId: 'new' },
      { code: 'verified', secretId: 'new' },
    ]);
  });
});
