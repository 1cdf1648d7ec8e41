import { describe, expect, it } from 'vitest';
import { HEADER_MASK, isSecretHeader, maskHeaders, refuseHeader, unmaskHeaders } from './custom-headers.js';

describe(refuseHeader.name, () => {
  it.each([
    ['x-api-key', 'abc'],
    ['Authorization', 'Bearer abc.def'],
    ['x-list', 'a, b\tc'],
    ['accept', '*/*'],
  ])('lets %s: %s through', (name, value) => {
    expect(refuseHeader(name, value)).toBeNull();
  });

  it.each([
    '',
    'x y',
    'x:y',
    'ü',
    'x\r\ny',
    'x'.repeat(129),
    'Host',
    'content-type',
    'Content-Length',
    'webhook-id',
    'Webhook-Signature',
    'posthorn-attempt',
    'user-agent',
    'proxy-authorization',
    'transfer-encoding',
    'connection',
    'traceparent',
  ])('refuses the name %j', (name) => {
    expect(refuseHeader(name, 'v')).toMatch(/^is /);
  });

  it.each(['', ' a', 'a ', 'a\r\nx: y', 'a\0', 'ü', 7, null, ['a'], {}])('refuses the value %j', (value) => {
    expect(refuseHeader('x-a', value)).toMatch(/^must be /);
  });
});

describe(isSecretHeader.name, () => {
  it.each([
    'authorization',
    'Cookie',
    'x-api-key',
    'X-Auth',
    'x-auth-user',
    'my-token',
    'x-client-secret',
    'x-password',
  ])('takes %s for a credential', (name) => {
    expect(isSecretHeader(name)).toBe(true);
  });

  it.each(['x-author', 'accept', 'x-tenant'])('shows %s', (name) => {
    expect(isSecretHeader(name)).toBe(false);
  });
});

describe('masking', () => {
  it('hides credentials, and takes its own mask back for what was kept', () => {
    const kept = { 'x-token': 's3cret', 'x-region': 'eu' };
    const shown = maskHeaders(kept);
    expect(shown).toEqual({ 'x-token': HEADER_MASK, 'x-region': 'eu' });
    expect(unmaskHeaders(shown, kept)).toEqual(kept);
  });

  it('takes a new value for what it is', () => {
    expect(unmaskHeaders({ 'x-token': 'new' }, { 'x-token': 'old' })).toEqual({ 'x-token': 'new' });
  });
});
