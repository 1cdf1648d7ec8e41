import { describe, expect, it } from 'vitest';
import { HEADER_MASK } from '#policy';
import { certificates } from '../../test/support/certificates.js';
import { refuseWithoutTls, settleCredentials } from './credential-rules.js';
import { authHeaderName, type Credentials, maskCredentials, NO_CREDENTIALS } from './credentials.js';

const { client, otherClient, clientAuthority, expired, valid } = certificates;
const rules = {
  refuseUrl: (url: string) => (url.startsWith('https://') ? null : 'The URL must begin with https://.'),
  nowMs: Date.parse('2026-12-01'),
};

const oauth2 = { type: 'oauth2', tokenUrl: 'https://id.example/token', clientId: 'us', clientSecret: 's3cret' };
const mtls = { type: 'mtls', certificate: client.cert, privateKey: client.key };
const encrypted = { ...mtls, privateKey: client.encryptedKey, passphrase: 'opensesame' };

function settle(document: { auth?: object | null; tls?: object | null }, kept: Credentials = NO_CREDENTIALS) {
  return settleCredentials(document, kept, rules);
}

function errorsOf(document: { auth?: object | null; tls?: object | null }, kept?: Credentials) {
  return settle(document, kept).errors.map(({ pointer, code }) => `${pointer} ${code}`);
}

describe(settleCredentials.name, () => {
  it.each<[string, object]>([
    ['basic', { type: 'basic', username: 'u', password: 'p' }],
    ['basic without a password', { type: 'basic', username: 'sk_live_1', password: '' }],
    ['bearer', { type: 'bearer', token: 'abc.def' }],
    ['header', { type: 'header', name: 'X-Api-Key', value: 'k 1' }],
    ['oauth2', oauth2],
    ['oauth2 with all it may have', { ...oauth2, scope: 'a b:c', audience: 'https://api', authentication: 'body' }],
    ['mtls', mtls],
    ['mtls with an encrypted key', encrypted],
    ['mtls with a chain', { ...mtls, certificate: `${client.cert}\n${clientAuthority.cert}\n` }],
  ])('takes auth: %s', (_, auth) => {
    expect(settle({ auth })).toEqual({ credentials: { auth, tls: null }, errors: [] });
  });

  it.each<[string, object]>([
    ['an authority', { ca: valid.cert }],
    ['several authorities', { ca: `${valid.cert}\n${clientAuthority.cert}` }],
    ['a client certificate', { certificate: client.cert, privateKey: client.key }],
    ['both', { ca: valid.cert, certificate: client.cert, privateKey: client.encryptedKey, passphrase: 'opensesame' }],
  ])('takes tls: %s', (_, tls) => {
    expect(settle({ tls })).toEqual({ credentials: { auth: null, tls }, errors: [] });
  });

  it('takes null, and an empty tls, for none', () => {
    for (const document of [{}, { auth: null, tls: null }, { tls: {} }, { tls: { ca: null } }]) {
      expect(settle(document)).toEqual({ credentials: NO_CREDENTIALS, errors: [] });
    }
  });

  it.each<[string, object]>([
    ['/auth/type required', {}],
    ['/auth/type not_allowed', { type: 'digest' }],
    ['/auth/username required', { type: 'basic', password: 'p' }],
    ['/auth/username invalid', { type: 'basic', username: 'a:b', password: 'p' }],
    ['/auth/username invalid', { type: 'basic', username: 'a\nb', password: 'p' }],
    ['/auth/password required', { type: 'basic', username: 'u' }],
    ['/auth/password invalid', { type: 'basic', username: 'u', password: 'a\0b' }],
    ['/auth/password invalid', { type: 'basic', username: 'u', password: 7 }],
    ['/auth/password invalid', { type: 'basic', username: 'u', password: HEADER_MASK }],
    ['/auth/token unknown_field', { type: 'basic', username: 'u', password: 'p', token: 't' }],
    ['/auth/token required', { type: 'bearer' }],
    ['/auth/token invalid', { type: 'bearer', token: '' }],
    ['/auth/token invalid', { type: 'bearer', token: 'a b' }],
    ['/auth/token invalid', { type: 'bearer', token: 'a\r\nx: y' }],
    ['/auth/token invalid', { type: 'bearer', token: 'tökén' }],
    ['/auth/name required', { type: 'header', value: 'v' }],
    ['/auth/name invalid', { type: 'header', name: 'Content-Type', value: 'v' }],
    ['/auth/name invalid', { type: 'header', name: 'webhook-signature', value: 'v' }],
    ['/auth/name invalid', { type: 'header', name: 'host', value: 'v' }],
    ['/auth/name invalid', { type: 'header', name: 'x key', value: 'v' }],
    ['/auth/value invalid', { type: 'header', name: 'x-key', value: 'a\nb' }],
    ['/auth/tokenUrl required', { ...oauth2, tokenUrl: null }],
    ['/auth/tokenUrl url_refused', { ...oauth2, tokenUrl: 'http://id.example/token' }],
    ['/auth/clientId required', { ...oauth2, clientId: null }],
    ['/auth/clientSecret invalid', { ...oauth2, clientSecret: HEADER_MASK }],
    ['/auth/scope invalid', { ...oauth2, scope: 'a  b' }],
    ['/auth/scope invalid', { ...oauth2, scope: 'a"b' }],
    ['/auth/authentication invalid', { ...oauth2, authentication: 'jwt' }],
    ['/auth/privateKey required', { type: 'mtls', certificate: client.cert }],
    ['/auth/certificate invalid_certificate', { ...mtls, certificate: 'certificate' }],
    ['/auth/certificate invalid_certificate', { ...mtls, certificate: client.cert.replace('MII', 'AAA') }],
    ['/auth/certificate invalid_certificate', { ...mtls, certificate: `${client.cert}\n${client.key}` }],
    ['/auth/certificate invalid_certificate', { ...mtls, certificate: expired.cert, privateKey: expired.key }],
    ['/auth/privateKey invalid_certificate', { ...mtls, privateKey: 'key' }],
    ['/auth/privateKey invalid_certificate', { ...mtls, privateKey: otherClient.key }],
    ['/auth/passphrase invalid_certificate', { ...encrypted, passphrase: 'wrong' }],
    ['/auth/passphrase invalid_certificate', { ...encrypted, passphrase: null }],
  ])('refuses with %s', (error, auth) => {
    expect(errorsOf({ auth })).toEqual([error]);
  });

  it.each<[string, object]>([
    ['/tls/ca invalid_certificate', { ca: 'authority' }],
    ['/tls/ca invalid_certificate', { ca: expired.cert }],
    ['/tls/privateKey invalid_certificate', { certificate: client.cert }],
    ['/tls/certificate invalid_certificate', { privateKey: client.key }],
    ['/tls/privateKey invalid_certificate', { passphrase: 'p' }],
    ['/tls/insecure unknown_field', { insecure: 'yes' }],
  ])('refuses with %s', (error, tls) => {
    expect(errorsOf({ tls })).toEqual([error]);
  });

  it('says in words what is wrong with a certificate', () => {
    const wordsOf = (auth: object) => settle({ auth }).errors[0]?.message;
    expect(wordsOf({ ...mtls, certificate: expired.cert, privateKey: expired.key })).toBe(
      'has expired (CN=receiver.test, on 2020-02-01)',
    );
    expect(wordsOf({ ...mtls, privateKey: otherClient.key })).toBe('is not the key of the certificate');
    expect(wordsOf({ ...encrypted, passphrase: undefined })).toBe('is required: the private key is encrypted');
    const early = settleCredentials({ auth: mtls }, NO_CREDENTIALS, { ...rules, nowMs: Date.parse('2020-01-01') });
    expect(early.errors[0]?.message).toMatch(/^is not valid yet \(CN=posthorn-one, from 20\d\d-\d\d-\d\d\)$/);
  });

  it('refuses two client certificates', () => {
    expect(errorsOf({ auth: mtls, tls: { certificate: otherClient.cert, privateKey: otherClient.key } })).toEqual([
      '/tls/certificate invalid',
    ]);
  });

  it('puts back what is kept behind masks, of the same type only', () => {
    const kept = settle({ auth: encrypted, tls: { ca: valid.cert } }).credentials;
    expect(settle(maskCredentials(kept), kept)).toEqual({ credentials: kept, errors: [] });
    const basic = settle({ auth: { type: 'basic', username: 'u', password: 'p' } }).credentials;
    const renamed = { type: 'basic', username: 'you', password: HEADER_MASK };
    expect(settle({ auth: renamed }, basic).credentials.auth).toEqual({ ...renamed, password: 'p' });
    expect(errorsOf({ auth: { type: 'bearer', token: HEADER_MASK } }, basic)).toEqual(['/auth/token invalid']);
  });
});

describe(maskCredentials.name, () => {
  it('shows no secret of any type', () => {
    const all = [
      { type: 'basic', username: 'u', password: 'hush' },
      { type: 'bearer', token: 'hush' },
      { type: 'header', name: 'x-key', value: 'hush' },
      { ...oauth2, clientSecret: 'hush' },
      { ...mtls, privateKey: 'hush', passphrase: 'hush' },
    ] as NonNullable<Credentials['auth']>[];
    for (const auth of all) {
      const shown = JSON.stringify(maskCredentials({ auth, tls: { privateKey: 'hush', passphrase: 'hush' } }));
      expect(shown).not.toContain('hush');
      expect(shown).toContain(HEADER_MASK);
    }
  });
});

describe(refuseWithoutTls.name, () => {
  it('names what would be of no use over http', () => {
    const pointers = (document: object) => refuseWithoutTls(settle(document).credentials).map(({ pointer }) => pointer);
    expect(pointers({ auth: mtls, tls: { ca: valid.cert } })).toEqual(['/auth', '/tls']);
    expect(pointers({ auth: oauth2 })).toEqual([]);
  });
});

describe(authHeaderName.name, () => {
  it.each<[object | null, string | null]>([
    [null, null],
    [{ type: 'basic', username: 'u', password: 'p' }, 'authorization'],
    [{ type: 'bearer', token: 't' }, 'authorization'],
    [{ type: 'header', name: 'X-Key', value: 'v' }, 'x-key'],
    [oauth2, 'authorization'],
    [mtls, null],
  ])('of %j is %s', (auth, name) => {
    expect(authHeaderName(settle({ auth }).credentials)).toBe(name);
  });
});
