import { describe, expect, it } from 'vitest';
import { generateSecret, readSecret, type SecretEncoding } from './secret-encoding.js';

const KEY = Buffer.from('0123456789abcdef01234567'); // 24 bytes

describe(generateSecret.name, () => {
  it('makes 32 random bytes in the Standard Webhooks form', () => {
    const secret = generateSecret();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(generateSecret()).not.toBe(secret);
    expect(readSecret(secret, 'whsec')).toEqual({ secret });
  });
});

describe(readSecret.name, () => {
  it.each<[SecretEncoding, string]>([
    ['whsec', `whsec_${KEY.toString('base64')}`],
    ['utf8', KEY.toString()],
    ['hex', KEY.toString('hex')],
    ['hex', KEY.toString('hex').toUpperCase()],
    ['base64', KEY.toString('base64')],
  ])('gives the same key however it is written (%s)', (encoding, text) => {
    expect(readSecret(text, encoding)).toEqual({ secret: `whsec_${KEY.toString('base64')}` });
  });

  it('takes base64 without its padding', () => {
    const padded = Buffer.alloc(25, 1).toString('base64');
    expect(readSecret(`whsec_${padded.replace(/=+$/, '')}`, 'whsec')).toEqual({ secret: `whsec_${padded}` });
  });

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
  ])('refuses as %s what is not: %j', (encoding, text) => {
    expect(readSecret(text, encoding)).toHaveProperty('refusal');
  });

  it('takes a short secret of another scheme as it is', () => {
    expect(readSecret('s', 'utf8')).toEqual({ secret: 'whsec_cw==' });
  });
});
