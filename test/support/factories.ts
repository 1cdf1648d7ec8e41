import { randomBytes } from 'node:crypto';
import type { ApiClient } from './api-client.js';

/** Things to test with, made over the API as a user makes them; each with a name of its own. */

export interface MadeTenant {
  id: string;
  uid: string;
  /** Paths below it: `tenant.path('/endpoints')`. */
  path(rest: string): string;
}

export interface MadeEndpoint {
  id: string;
  tenant: string;
  url: string;
}

export interface MadeKey {
  id: string;
  key: string;
}

const unique = (): string => randomBytes(5).toString('hex');

export async function aTenant(api: ApiClient, fields: Record<string, unknown> = {}): Promise<MadeTenant> {
  const name = unique();
  const { body } = await api.post(
    '/v1/tenants',
    { uid: `t-${name}`, name: `Tenant ${name}`, ...fields },
    { expect: 201 },
  );
  const { id, uid } = body as { id: string; uid: string };
  return { id, uid, path: (rest) => `/v1/tenants/${id}${rest}` };
}

/** Takes all events unless `eventTypes` says otherwise. */
export async function anEndpoint(
  api: ApiClient,
  tenant: MadeTenant,
  fields: Record<string, unknown> = {},
): Promise<MadeEndpoint> {
  const given = { url: `https://hooks.example.com/${unique()}`, eventTypes: ['*'], ...fields };
  const { body } = await api.post(tenant.path('/endpoints'), given, { expect: 201 });
  return { id: String(body['id']), tenant: tenant.id, url: given.url };
}

/** A key of a role; of a tenant's own with `tenant`. */
export async function aKey(api: ApiClient, role: string, fields: Record<string, unknown> = {}): Promise<MadeKey> {
  const { body } = await api.post('/v1/api-keys', { name: `${role} ${unique()}`, role, ...fields }, { expect: 201 });
  return { id: String(body['id']), key: String(body['key']) };
}
