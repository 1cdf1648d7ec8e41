import { certificates } from '../../support/certificates.js';
import type { MadeTenant } from '../../support/factories.js';

const { client, otherClient } = certificates;

/** Where there is something to be changed: paths of two endpoints. */
export interface Places {
  readonly tenant: MadeTenant;
  readonly basic: string;
  readonly made: string;
}

/** A request that is refused for its body. */
export type Refused = readonly [method: string, path: string, body: unknown];

/** Secrets in fields where they do not belong, or not in this form. `stray` makes one. */
export function strayBodies({ tenant, basic, made }: Places, stray: (place: string) => string): readonly Refused[] {
  const endpoints = tenant.path('/endpoints');
  const url = 'https://shop.example.com/x';
  return [
    ['POST', endpoints, { url, secret: stray('no whsec') }],
    ['POST', endpoints, { url, secret: stray('no hex'), secretEncoding: 'hex' }],
    ['POST', endpoints, { url, secret: stray('no whsk'), secretEncoding: 'whsk' }],
    ['POST', endpoints, { url, secret: [stray('an array')] }],
    ['POST', endpoints, { url, signing: stray('signing') }],
    ['POST', endpoints, { url, signing: [{ scheme: stray('scheme') }] }],
    ['POST', endpoints, { url, auth: stray('auth') }],
    ['POST', endpoints, { url, auth: { type: stray('type') } }],
    ['POST', endpoints, { url, auth: { type: 'bearer', password: stray('password of bearer') } }],
    ['POST', endpoints, { url, auth: { type: 'bearer', token: `${stray('a token')}\n` } }],
    ['POST', endpoints, { url, auth: { type: 'basic', username: `${stray('user')}:`, password: stray('password') } }],
    ['POST', endpoints, { url, auth: { type: 'mtls', certificate: client.cert, privateKey: stray('no PEM') } }],
    ['POST', endpoints, { url, auth: { type: 'mtls', certificate: client.cert, privateKey: otherClient.key } }],
    ['POST', endpoints, { url, auth: { type: 'mtls', certificate: client.key, privateKey: client.cert } }],
    ['POST', endpoints, { url, tls: { ca: stray('ca') } }],
    ['POST', endpoints, { url, headers: { 'x-api-key': `${stray('header')}\r\nx: y` } }],
    ['POST', endpoints, { url, headers: { authorization: { token: stray('header object') } } }],
    ['POST', endpoints, { url: `https://us:${stray('url')}@shop.example.com/x` }],
    ['POST', endpoints, { url: `nonsense ${stray('no url')}` }],
    ['POST', endpoints, { url, payloadFormat: stray('format'), eventTypes: [stray('event type')] }],
    ['PATCH', basic, { auth: { token: stray('wrong field') } }],
    ['PATCH', basic, { auth: { password: { deep: stray('deep') } } }],
    ['POST', `${made}/secrets/rotate`, { secret: stray('rotate'), kind: stray('kind') }],
    ['POST', '/v1/api-keys', { name: 'x', role: stray('role'), key: stray('key') }],
    ['POST', '/v1/session', { key: stray('sign in') }],
    ['POST', '/v1/session', `{"key": "${stray('broken JSON')}`],
    ['POST', endpoints, `{"secret": "${stray('broken JSON, again')}`],
    ['POST', endpoints, `{"secret": ${stray('no JSON at all')}}`],
    ['POST', '/v1/events', { tenant: tenant.id, type: stray('of an event'), data: 1 }],
    ['POST', '/v1/events', { tenant: tenant.id, type: 'a.b', data: 1, headers: { cookie: [stray('of events')] } }],
  ];
}
