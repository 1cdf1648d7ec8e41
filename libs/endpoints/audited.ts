import type { Facts } from '#audit';
import { type KeyRing, toTypeId, type Uuid } from '#kernel';
import { isSecretHeader } from '#policy';
import { replaceSecrets } from './credentials.js';
import type { EndpointSettings } from './endpoint.js';
import type { EndpointRow } from './endpoint-rows.js';
import type { EndpointSecret } from './secret-rows.js';
import type { Subscription } from './subscription-rows.js';

/** What the audit log shows of endpoints and what belongs to them. Credentials stand as fingerprints. */

export function settingsFacts(settings: EndpointSettings, keyRing: KeyRing): Facts {
  const fingerprint = (secret: string): string => keyRing.fingerprint(secret);
  const headers = Object.entries(settings.headers).map(([name, value]) => [
    name,
    isSecretHeader(name) ? fingerprint(value) : value,
  ]);
  return { ...settings, headers: Object.fromEntries(headers) as Facts, ...replaceSecrets(settings, fingerprint) };
}

export function statusFacts({ status, disabled_reason, circuit }: EndpointRow): Facts {
  return { status, disabledReason: disabled_reason, circuit: circuit?.state ?? 'closed' };
}

export function secretFacts(secrets: readonly EndpointSecret[], keyRing: KeyRing): Facts {
  return {
    secrets: secrets.map(({ id, secret, activatesAt, expiresAt }) => ({
      id: toTypeId('sec', id),
      fingerprint: keyRing.fingerprint(secret),
      activatesAt,
      expiresAt,
    })),
  };
}

export function subscriptionFacts({ endpointId, eventTypes, channels, filter, enabled }: Subscription): Facts {
  return { endpoint: toTypeId('ep', endpointId), eventTypes, channels, filter, enabled };
}

/** Whose the change is and of what, as an entry names it. */
export function ofEndpoint({ id, tenant_id }: Pick<EndpointRow, 'id' | 'tenant_id'>): {
  object: string;
  tenantId: Uuid;
} {
  return { object: toTypeId('ep', id), tenantId: tenant_id };
}

export function ofSubscription({ id, tenantId }: Subscription): { object: string; tenantId: Uuid } {
  return { object: toTypeId('sub', id), tenantId };
}
