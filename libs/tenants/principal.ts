import type { Uuid } from '#kernel';

export const ROLES = ['admin', 'publisher', 'support', 'tenant'] as const;

export type Role = (typeof ROLES)[number];

/** Who is asking: what an API key stands for. */
export interface Principal {
  keyId: Uuid;
  keyName: string;
  role: Role;
  /** The tenant that a tenant's key belongs to, and sees nothing but; null for the other roles. */
  tenantId: Uuid | null;
  /** The tenants that a publisher may publish for; null: all. */
  tenantIds: readonly Uuid[] | null;
  /** The event types that a publisher may publish, exact or with wildcards; null: all. */
  eventTypes: readonly string[] | null;
}

/** Whether the objects of this tenant exist at all for the caller. */
export function seesTenant(principal: Principal, tenantId: Uuid): boolean {
  if (principal.role === 'tenant') return principal.tenantId === tenantId;
  return principal.tenantIds === null || principal.tenantIds.includes(tenantId);
}
