import { describe, expect, it } from 'vitest';
import { formatEd25519Secret, type SecretEncoding } from '#signing';
import { generateSecret, isSameKey, publicKeyOf, refuseSecret, toWhsec } from './secret-encoding.js';

const KEY = Buffer.from('0123456789abcdef01234567'); // 24 bytes
const WHSEC = `whsec_${KEY.toString('base64')}`;
const SEED = Buffer.alloc(32, 1);
const PAIR = formatEd25519Secret(SEED);

describe(generateSecret.name, () => {
  it.each([
    ['hmac', /^whsec_[A-Za-z0-9+/]{43}=$/],
    ['ed25519', /^whsk_[A-Za-z0-9+/]{86}==$/],
  ] as const)('makes a new one (%s) in the form of Standard Webhooks', (kind, form) => {
    const made = generateSecret(kind);
    expect(made.secret).toMatch(form);
    expect(generateSecret(kind).secret).not.toBe(made.secret);
    expect(refuseSecret(made)).toBeNull();
  });
});

describe(refuseSecret.name, () => {
  it.each<[SecretEncoding, string]>([
    ['whsec', KEY.toString('base64')],
    ['whsec', 'whsec_'],
    ['whsec', 'whsec_not base64!'],
    ['whsec', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['whsec', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['utf8', ''],
    ['utf8', '\ud800'],
    ['utf8', 'x'.repeat(513)],
    ['hex', ''],
    ['hex', 'abc'],
    ['hex', 'zz'],
    ['base64', ''],
    ['base64', 'a'],
    ['base64', 'a===='],
    ['base64', 'YQ==YQ=='],
    ['whsk', WHSEC],
    ['whsk', `whsk_${Buffer.alloc(31).toString('base64')}`],
    ['whsk', `whsk_${Buffer.alloc(64, 1).toString('base64')}`],
  ])('refuses as %s what is not: %j', (encoding, secret) => {
    expect(refuseSecret({ secret, encoding })).toMatch(/^must /);
  });

  it('takes a short secret of another scheme as it is', () => {
    expect(refuseSecret({ secret: 's', encoding: 'utf8' })).toBeNull();
  });

  it('takes a key pair as a seed alone too', () => {
    expect(refuseSecret({ secret: `whsk_${SEED.toString('base64')}`, encoding: 'whsk' })).toBeNull();
  });
});

describe(isSameKey.name, () => {
  it.each<[SecretEncoding, string]>([
    ['whsec', WHSEC],
    ['utf8', KEY.toString()],
    ['hex', KEY.toString('hex')],
    ['hex', KEY.toString('hex').toUpperCase()],
    ['base64', KEY.toString('base64')],
  ])('knows a key however it is written (%s)', (encoding, secret) => {
    expect(isSameKey({ secret, encoding }, { secret: WHSEC, encoding: 'whsec' })).toBe(true);
    expect(toWhsec({ secret, encoding })).toBe(WHSEC);
  });

  it('knows base64 without its padding, and a seed without its public key', () => {
    const padded = `whsec_${Buffer.alloc(25, 1).toString('base64')}`;
    const bare = { secret: padded.replace(/=+$/, ''), encoding: 'whsec' as const };
    expect(isSameKey(bare, { secret: padded, encoding: 'whsec' })).toBe(true);
    const seed = { secret: `whsk_${SEED.toString('base64')}`, encoding: 'whsk' as const };
    expect(isSameKey(seed, { secret: PAIR, encoding: 'whsk' })).toBe(true);
  });

  it('tells another key, and another kind, apart', () => {
    expect(isSameKey({ secret: 'a', encoding: 'utf8' }, { secret: 'b', encoding: 'utf8' })).toBe(false);
    expect(isSameKey({ secret: PAIR, encoding: 'whsk' }, { secret: WHSEC, encoding: 'whsec' })).toBe(false);
  });
});

describe(publicKeyOf.name, () => {
  it('tells of a key pair what everybody may know, and nothing of other secrets', () => {
    // RFC 8032, section 7.1, test 1.
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    const known = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
    const secret = formatEd25519Secret(seed);
    expect(publicKeyOf({ secret, encoding: 'whsk' })).toBe(`whpk_${known.toString('base64')}`);
    expect(publicKeyOf({ secret: WHSEC, encoding: 'whsec' })).toBeNull();
  });
});
