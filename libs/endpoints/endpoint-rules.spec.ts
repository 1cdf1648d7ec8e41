import { describe, expect, it } from 'vitest';
import { HEADER_MASK } from '#policy';
import { type EndpointDocument, settleEndpoint } from './endpoint-rules.js';

const url = 'https://shop.example/hooks';

function settle(document: Partial<EndpointDocument>, headers: Record<string, string> = {}) {
  return settleEndpoint(
    { url, ...document },
    { headers, auth: null, tls: null },
    {
      nowMs: Date.parse('2026-11-30'),
      refuseUrl: (text) => (text.startsWith('https://') ? null : 'The URL must begin with https://.'),
      retentionSeconds: 1_000,
    },
  );
}

function errorsOf(document: Partial<EndpointDocument>, kept?: Record<string, string>) {
  const result = settle(document, kept);
  return 'errors' in result ? result.errors.map(({ pointer, code }) => `${pointer} ${code}`) : [];
}

describe(settleEndpoint.name, () => {
  it('fills in what was not said', () => {
    expect(settle({})).toEqual({
      settings: {
        uid: null,
        url,
        description: null,
        headers: {},
        auth: null,
        tls: null,
        payloadFormat: 'standard',
        signing: [{ scheme: 'standard' }],
        ordering: 'none',
        maxInFlight: null,
        rateLimit: null,
        timeoutSeconds: null,
        retrySchedule: null,
        metadata: {},
        rotateSecretsEveryDays: null,
        rotationGraceSeconds: null,
      },
    });
  });

  it('takes null for what was not said', () => {
    const nothing = {
      headers: null,
      auth: null,
      tls: null,
      rateLimit: null,
      metadata: null,
      payloadFormat: null,
      signing: null,
      ordering: null,
    };
    expect(settle(nothing)).toEqual(settle({}));
  });

  it.each<[string, Partial<EndpointDocument>]>([
    ['/url required', { url: null }],
    ['/url url_refused', { url: 'ftp://x' }],
    ['/url url_refused', { url: 'https://shop.example/a b' }],
    ['/url url_refused', { url: 'https://shop.example/\n' }],
    ['/url url_refused', { url: 'https://shop.example/\0' }],
    ['/url url_refused', { url: 'https://shop.example/\ud800' }],
    ['/headers/content-type invalid_header', { headers: { 'content-type': 'x' } }],
    ['/headers/a~1b~0 invalid_header', { headers: { 'a/b~': 'x' } }],
    ['/headers/x-a invalid_header', { headers: { 'x-a': 7 } }],
    ['/headers/x-a invalid_header', { headers: { 'X-A': 'one', 'x-a': 'two' } }],
    ['/headers/x-token invalid_header', { headers: { 'x-token': HEADER_MASK } }],
    ['/headers too_long', { headers: { 'x-a': 'v'.repeat(4_096) } }],
    ['/retrySchedule out_of_range', { retrySchedule: [500, 500] }],
    ['/rateLimit/limit required', { rateLimit: { periodSeconds: 1 } }],
    ['/rateLimit/periodSeconds required', { rateLimit: { limit: 1 } }],
    ['/rotationGraceSeconds out_of_range', { rotateSecretsEveryDays: 1, rotationGraceSeconds: 8 * 86_400 + 1 }],
    ['/rateLimit out_of_range', { rateLimit: { limit: 1, periodSeconds: 1_000 } }],
    ['/metadata too_long', { metadata: { note: 'x'.repeat(16 * 1024) } }],
    ['/signing/0/scheme not_allowed', { signing: [{ scheme: 'gitlab' }] }],
  ])('refuses with %s', (error, document) => {
    expect(errorsOf(document)).toEqual([error]);
  });

  it('names everything that is wrong at once', () => {
    expect(errorsOf({ url: 'ftp://x', headers: { host: 'x' }, signing: [] })).toEqual([
      '/url url_refused',
      '/headers/host invalid_header',
      '/signing invalid',
    ]);
  });

  it('accepts what is the default anyway', () => {
    expect(errorsOf({ signing: [{ scheme: 'standard' }], ordering: 'none', payloadFormat: 'data' })).toEqual([]);
  });

  it('keeps header names in lower case and the values behind masks', () => {
    expect(settle({ headers: { 'X-Token': HEADER_MASK, 'X-Region': 'eu' } }, { 'x-token': 's3cret' })).toMatchObject({
      settings: { headers: { 'x-token': 's3cret', 'x-region': 'eu' } },
    });
  });

  it('takes an empty schedule: one attempt and no retry', () => {
    expect(settle({ retrySchedule: [] })).toMatchObject({ settings: { retrySchedule: [] } });
  });
});
