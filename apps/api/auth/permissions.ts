import type { Role } from '#tenants';

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
  'event-types:read': ['admin', 'publisher', 'support', 'tenant'],
  'event-types:write': ['admin'],
  'events:publish': ['admin', 'publisher'],
  'events:read': ['admin', 'publisher', 'support', 'tenant'],
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
  'search:read': ['admin', 'publisher', 'support', 'tenant'],
  'deliveries:read': ['admin', 'publisher', 'support', 'tenant'],
  /** Replay, cancel, discard. */
  'deliveries:act': ['admin', 'support', 'tenant'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof PERMISSIONS;

export function mayDo(role: Role, permission: Permission): boolean {
  return (PERMISSIONS[permission] as readonly Role[]).includes(role);
}
