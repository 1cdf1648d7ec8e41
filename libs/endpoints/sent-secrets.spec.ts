import { describe, expect, it } from 'vitest';
import { toSentSecrets } from './sent-secrets.js';

describe(toSentSecrets, () => {
  it('are secret headers and credentials, the longest first, as JSON writes them too', () => {
    const headers = { 'x-api-key': 'quo"ted', 'x-plain': 'plain-value', cookie: 'short' };
    const auth = { type: 'basic', username: 'us', password: 'password' } as const;
    const pair = Buffer.from('us:password').toString('base64');
    expect(toSentSecrets(headers, { auth, tls: null })).toEqual([pair, 'quo\\"ted', 'password', 'quo"ted']);
  });

  it.each([
    [{ type: 'bearer', token: 'the-token' } as const, ['the-token']],
    [{ type: 'header', name: 'x-shop', value: 'the-value' } as const, ['the-value']],
    [{ type: 'oauth2', tokenUrl: 'https://x.example', clientId: 'us', clientSecret: 'never sent there' } as const, []],
    [null, []],
  ])('of %j are %j', (auth, secrets) => {
    expect(toSentSecrets({}, { auth, tls: null })).toEqual(secrets);
  });
});
