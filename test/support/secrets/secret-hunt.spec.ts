import { describe, expect, it } from 'vitest';
import { SecretHunt } from './secret-hunt.js';

const SECRET = 'p/ss+wörd "7Qx\n_of-us?&~';

function writingsIn(content: string | Buffer): string[] {
  const hunt = new SecretHunt();
  hunt.hide('theirs', SECRET);
  return hunt.look('here', content).map(({ writing }) => writing);
}

describe(SecretHunt, () => {
  it.each<[string, string]>([
    ['as it is', `x${SECRET}y`],
    ['in JSON', JSON.stringify({ a: SECRET })],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ a: SECRET }))],
    ['hex', Buffer.from(`..${SECRET}`).toString('hex')],
    ['HEX', Buffer.from(SECRET).toString('hex').toUpperCase()],
    ['percent-encoded', `?a=${encodeURIComponent(SECRET)}`],
    ['form-encoded', new URLSearchParams({ a: SECRET }).toString()],
  ])('finds a secret %s', (writing, content) => {
    expect(writingsIn(content)).toEqual([writing]);
  });

  it.each(['', 'u', 'us', 'us:', 'user', 'users'])('finds it in base64 behind "%s"', (before) => {
    const whole = Buffer.from(`${before}${SECRET} and more`);
    expect(writingsIn(whole.toString('base64'))).toHaveLength(1);
    expect(writingsIn(whole.toString('base64url'))).toHaveLength(1);
  });

  it('finds a key in bytes', () => {
    const hunt = new SecretHunt();
    const key = hunt.hide('key', Buffer.from('00ff8040a1b2c3d4e5f6', 'hex'));
    expect(hunt.look('here', Buffer.concat([Buffer.from('1'), key]))).toMatchObject([{ writing: 'as it is' }]);
    expect(hunt.look('here', `\\x${key.toString('hex')}`)).toMatchObject([{ secret: 'key', place: 'here' }]);
  });

  it('finds nothing where it is not, nor what may be there', () => {
    const hunt = new SecretHunt();
    hunt.hide('theirs', SECRET);
    expect(hunt.look('here', SECRET.slice(1))).toEqual([]);
    expect(hunt.look('here', SECRET, ['theirs'])).toEqual([]);
  });
});
