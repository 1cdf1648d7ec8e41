import { toMergePatch } from '../api/merge-patch.js';
import { type NumberField, readJson, readNumber, toMetadataText } from '../ui/form-errors.js';
import type { Tenant } from './tenant.js';

/** A tenant as it stands in a form, by the names that the API has for it. */
export interface TenantFields extends Record<string, unknown> {
  name: string;
  uid: string;
  metadata: string;
  settings: {
    maxEndpoints: NumberField;
    publishPerSecond: NumberField;
    payloadRetentionDays: NumberField;
    allowHttp: boolean;
    requireOwnershipProof: boolean;
    portal: { name: string; logoUrl: string; color: string };
  };
}

export function toTenantFields(tenant: Tenant | null): TenantFields {
  const { maxEndpoints, publishPerSecond, payloadRetentionDays, allowHttp, requireOwnershipProof, portal } =
    tenant?.settings ?? {};
  return {
    name: tenant?.name ?? '',
    uid: tenant?.uid ?? '',
    metadata: toMetadataText(tenant?.metadata),
    settings: {
      maxEndpoints: maxEndpoints ?? '',
      publishPerSecond: publishPerSecond ?? '',
      payloadRetentionDays: payloadRetentionDays ?? '',
      allowHttp: allowHttp ?? false,
      requireOwnershipProof: requireOwnershipProof ?? false,
      portal: { name: portal?.name ?? '', logoUrl: portal?.logoUrl ?? '', color: portal?.color ?? '' },
    },
  };
}

/** What changes between two states of the form, as a merge patch; from the blank one, a new tenant. */
export function toTenantChanges(now: TenantFields, before: TenantFields): Record<string, unknown> {
  return { ...toMergePatch(toBody(before), toBody(now)), ...(before.name === '' ? { name: now.name } : {}) };
}

function toBody({ name, uid, metadata, settings }: TenantFields): Record<string, unknown> {
  const { portal, allowHttp, requireOwnershipProof, ...numbers } = settings;
  return {
    name,
    uid: uid.trim() || undefined,
    metadata: readJson('metadata', metadata) ?? {},
    settings: {
      ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, readNumber(`settings.${key}`, value)])),
      allowHttp: allowHttp || undefined,
      requireOwnershipProof: requireOwnershipProof || undefined,
      portal: {
        name: portal.name.trim() || undefined,
        logoUrl: portal.logoUrl.trim() || undefined,
        color: portal.color.trim() || undefined,
      },
    },
  };
}
