import type { Capability, Principal, Role } from '#tenants';

/**
 * Who may do what: the table of roles. A tenant's key does all this to its own objects only, a publisher's reads and
 * cancels only the events it published and what became of them; both are seen to where the objects are read.
 */
export const PERMISSIONS = {
  'tenants:read': ['admin', 'support', 'tenant'],
  'tenants:write': ['admin'],
  'tenants:pause': ['admin', 'support', 'tenant'],
  'platform:pause': ['admin', 'support'],
  'api-keys:read': ['admin'],
  'api-keys:write': ['admin'],
  /** Who am I, and signing out. */
  'session:use': ['admin', 'publisher', 'support', 'tenant'],
  'portal-sessions:write': ['admin'],
  'event-types:read': ['admin', 'publisher', 'support', 'tenant'],
  'event-types:write': ['admin'],
  'events:publish': ['admin', 'publisher'],
  'events:read': ['admin', 'publisher', 'support', 'tenant'],
  /** What stands at the places in `data` that an event type redacts. */
  'redacted:read': ['admin', 'publisher', 'tenant'],
  /** A link that shows what became of an event to whoever has it. */
  'events:share': ['admin', 'support', 'tenant'],
  'events:cancel': ['admin', 'publisher', 'support', 'tenant'],
  'events:erase': ['admin'],
  'audit:read': ['admin', 'support'],
  'egress:read': ['admin', 'publisher', 'support', 'tenant'],
  'endpoints:read': ['admin', 'support', 'tenant'],
  'endpoints:write': ['admin', 'tenant'],
  /** Pause, resume, enable, disable, test. */
  'endpoints:operate': ['admin', 'support', 'tenant'],
  'secrets:read': ['admin', 'tenant'],
  'secrets:write': ['admin', 'tenant'],
  'subscriptions:read': ['admin', 'support', 'tenant'],
  'subscriptions:write': ['admin', 'tenant'],
  /** A publisher sees deliveries by their events, which notices do not tell of. */
  'live:read': ['admin', 'support', 'tenant'],
  'stats:read': ['admin', 'publisher', 'support', 'tenant'],
  'search:read': ['admin', 'publisher', 'support', 'tenant'],
  'deliveries:read': ['admin', 'publisher', 'support', 'tenant'],
  'deliveries:reconcile': ['admin', 'support', 'tenant'],
  /** Replay, cancel, discard. */
  'deliveries:act': ['admin', 'support', 'tenant'],
  'replays:read': ['admin', 'support', 'tenant'],
  'replays:write': ['admin', 'support', 'tenant'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;

/**
 * What a portal session must be able to, all of it, to have a permission of its tenant; null: no portal session has it.
 * It has none that the tenant's own key would not have.
 */
export const CAPABILITIES_FOR: Readonly<Record<Permission, readonly Capability[] | null>> = {
  'tenants:read': ['view'],
  'tenants:write': null,
  'tenants:pause': ['manage_endpoints'],
  'platform:pause': null,
  'api-keys:read': null,
  'api-keys:write': null,
  'session:use': [],
  'portal-sessions:write': null,
  'event-types:read': ['view'],
  'event-types:write': null,
  'events:publish': null,
  'events:read': ['view'],
  'redacted:read': ['see_secrets'],
  'events:share': ['view'],
  'events:cancel': ['replay'],
  'events:erase': null,
  'audit:read': null,
  'egress:read': ['view'],
  'endpoints:read': ['view'],
  'endpoints:write': ['manage_endpoints'],
  'endpoints:operate': ['manage_endpoints'],
  'secrets:read': ['see_secrets'],
  // The answer to a rotation shows the new secret.
  'secrets:write': ['manage_endpoints', 'see_secrets'],
  'subscriptions:read': ['view'],
  'subscriptions:write': ['manage_endpoints'],
  'stats:read': ['view'],
  'live:read': ['view'],
  'search:read': ['view'],
  'deliveries:read': ['view'],
  'deliveries:reconcile': ['view'],
  'deliveries:act': ['replay'],
  'replays:read': ['view'],
  'replays:write': ['replay'],
};

export function mayDo(role: Role, permission: Permission): boolean {
  return (PERMISSIONS[permission] as readonly Role[]).includes(role);
}

/** The capabilities that a portal session would need and does not have; null: no capability would be enough. */
export function missingCapabilities({ session }: Principal, permission: Permission): readonly Capability[] | null {
  const had = session?.capabilities;
  if (!had) return [];
  return CAPABILITIES_FOR[permission]?.filter((one) => !had.includes(one)) ?? null;
}

/** By role and, in a portal, by capabilities. */
export function isAllowed(principal: Principal, permission: Permission): boolean {
  return mayDo(principal.role, permission) && missingCapabilities(principal, permission)?.length === 0;
}

/** All that a caller may do, so that a page shows nothing that would be refused. */
export function permissionsOf(principal: Principal): Permission[] {
  return (Object.keys(PERMISSIONS) as Permission[]).filter((one) => isAllowed(principal, one));
}
