import { describe, expect, it } from 'vitest';
import { keyKindsOf, settleSigning, type SigningEntry } from './signing-rules.js';

function errorsOf(entries: SigningEntry[], ownHeaders: string[] = []) {
  const result = settleSigning(entries, ownHeaders);
  return 'errors' in result ? result.errors.map(({ pointer, code }) => `${pointer} ${code}`) : [];
}

const hmac = (fields: SigningEntry = {}): SigningEntry => ({ scheme: 'hmac', header: 'X-Acme', ...fields });

describe(settleSigning.name, () => {
  it('is Standard Webhooks unless something else is said', () => {
    expect(settleSigning(null, [])).toEqual({ signing: [{ scheme: 'standard' }] });
  });

  it('fills in what a scheme leaves out', () => {
    expect(settleSigning([{ scheme: 'shopify' }, hmac()], [])).toEqual({
      signing: [
        { scheme: 'shopify', shopDomain: 'posthorn.invalid', apiVersion: '2026-01' },
        {
          scheme: 'hmac',
          header: 'X-Acme',
          prefix: '',
          algorithm: 'sha256',
          encoding: 'hex',
          content: '{body}',
          timestampHeader: null,
        },
      ],
    });
  });

  it('takes what it has answered', () => {
    const first = settleSigning([{ scheme: 'shopify' }, hmac({ timestampHeader: 'X-Time' })], []);
    const { signing } = first as unknown as { signing: SigningEntry[] };
    expect(settleSigning(signing, [])).toEqual(first);
  });

  it.each<[string, SigningEntry[]]>([
    ['/signing invalid', []],
    ['/signing too_long', Array.from({ length: 11 }, (_, n) => hmac({ header: `X-${n}` }))],
    ['/signing/0/scheme required', [{}]],
    ['/signing/0/scheme not_allowed', [{ scheme: 'gitlab' }]],
    ['/signing/0/scheme not_allowed', [{ scheme: 7 }]],
    ['/signing/0/scheme not_allowed', [{ scheme: 'constructor' }]],
    ['/signing/1/header unknown_field', [{ scheme: 'standard' }, { scheme: 'github', header: 'x' }]],
    ['/signing/0/a~1b unknown_field', [{ scheme: 'github', 'a/b': 'x' }]],
    ['/signing/0/shopDomain invalid', [{ scheme: 'shopify', shopDomain: 'a\r\nb: c' }]],
    ['/signing/0/shopDomain invalid', [{ scheme: 'shopify', shopDomain: 7 }]],
    ['/signing/0/apiVersion invalid', [{ scheme: 'shopify', apiVersion: 'now' }]],
    ['/signing/0/header required', [{ scheme: 'hmac' }]],
    ['/signing/0/header invalid_header', [hmac({ header: 'x y' })]],
    ['/signing/0/header invalid_header', [hmac({ header: 'webhook-signature' })]],
    ['/signing/0/header invalid_header', [hmac({ header: 'Content-Type' })]],
    ['/signing/0/header invalid_header', [hmac({ header: ['x'] })]],
    ['/signing/0/timestampHeader invalid_header', [hmac({ timestampHeader: 'Posthorn-Time' })]],
    ['/signing/0/prefix invalid', [hmac({ prefix: 'v1=\n' })]],
    ['/signing/0/prefix invalid', [hmac({ prefix: 'x'.repeat(65) })]],
    ['/signing/0/algorithm not_allowed', [hmac({ algorithm: 'md5' })]],
    ['/signing/0/encoding not_allowed', [hmac({ encoding: 'base32' })]],
    ['/signing/0/content invalid', [hmac({ content: '' })]],
    ['/signing/0/content invalid', [hmac({ content: '{id}.{timestamp}' })]],
    ['/signing/0/content invalid', [hmac({ content: '{body}{url}' })]],
    ['/signing/0/content invalid', [hmac({ content: '{body' })]],
    ['/signing/0/content invalid', [hmac({ content: `{body}${'x'.repeat(200)}` })]],
  ])('refuses with %s', (error, entries) => {
    expect(errorsOf(entries)).toEqual([error]);
  });

  it.each<[string, SigningEntry[], string[]]>([
    ['a scheme twice', [{ scheme: 'standard' }, { scheme: 'standard' }], []],
    ['a preset and a header like its own', [{ scheme: 'github' }, hmac({ header: 'x-hub-SIGNATURE-256' })], []],
    ['signature and time in one', [hmac(), hmac({ header: 'X-Other', timestampHeader: 'x-acme' })], []],
    ['one that the endpoint sets', [hmac()], ['x-acme']],
  ])('lets no header be written twice: %s', (_, entries, ownHeaders) => {
    expect(errorsOf(entries, ownHeaders).join()).toMatch(/^\/signing\/\d(\/header)? invalid$/);
  });

  it('lets both kinds of Standard Webhooks share their header', () => {
    expect(errorsOf([{ scheme: 'standard' }, { scheme: 'standard-ed25519' }])).toEqual([]);
  });
});

describe(keyKindsOf.name, () => {
  it.each([
    [['standard'], ['hmac']],
    [['standard-ed25519'], ['ed25519']],
    [
      ['standard-ed25519', 'github'],
      ['hmac', 'ed25519'],
    ],
  ] as const)('%j signs with keys of %j', (schemes, kinds) => {
    expect(keyKindsOf(schemes.map((scheme) => ({ scheme })))).toEqual(kinds);
  });
});
