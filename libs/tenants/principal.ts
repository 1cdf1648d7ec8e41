import type { Uuid } from '#kernel';

export const ROLES = ['admin', 'publisher', 'support', 'tenant'] as const;

export type Role = (typeof ROLES)[number];

/** What a portal session may do at most; which of them it has is said when it is opened. */
export const CAPABILITIES = ['view', 'manage_endpoints', 'see_secrets', 'replay'] as const;

export type Capability = (typeof CAPABILITIES)[number];

/** A short-lived stand-in for an API key: a person's browser that signed in, or a portal that was opened for a tenant. */
export interface Session {
  id: Uuid;
  kind: 'browser' | 'portal';
  /** What a portal session is cut down to; null: as much as the key. */
  capabilities: readonly Capability[] | null;
}

/** Who is asking: what an API key, or a session that was opened with one, stands for. */
export interface Principal {
  /** The key itself, or the one that the session was opened with. */
  keyId: Uuid;
  keyName: string;
  role: Role;
  /** The tenant that a tenant's key belongs to, and sees nothing but; null for the other roles. */
  tenantId: Uuid | null;
  /** The tenants that a publisher may publish for; null: all. */
  tenantIds: readonly Uuid[] | null;
  /** The event types that a publisher may publish, exact or with wildcards; null: all. */
  eventTypes: readonly string[] | null;
  /** How many requests a second the key, with its sessions, may make of one process; null: as configured for all. */
  requestsPerSecond: number | null;
  /** When the key, or the session, ends by itself; null: never. */
  expiresAt: Date | null;
  /** Null: the key itself was presented. */
  session: Session | null;
}

/** Whether the objects of this tenant exist at all for the caller. */
export function seesTenant(principal: Principal, tenantId: Uuid): boolean {
  if (principal.role === 'tenant') return principal.tenantId === tenantId;
  return principal.tenantIds === null || principal.tenantIds.includes(tenantId);
}
