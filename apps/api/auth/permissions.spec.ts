import { describe, expect, it } from 'vitest';
import { CAPABILITIES, type Capability, type Principal, type Role } from '#tenants';
import { mayDo, missingCapabilities, type Permission, PERMISSIONS, permissionsOf } from './permissions.js';

/** The table of roles, row by row: what admin, publisher, support and tenant may do. */
const TABLE: [Permission, string][] = [
  ['tenants:write', 'a---'],
  ['api-keys:write', 'a---'],
  ['event-types:write', 'a---'],
  ['session:use', 'apst'],
  ['portal-sessions:write', 'a---'],
  ['event-types:read', 'apst'],
  ['events:publish', 'ap--'],
  ['events:read', 'apst'],
  ['redacted:read', 'ap-t'],
  ['egress:read', 'apst'],
  ['endpoints:write', 'a--t'],
  ['subscriptions:write', 'a--t'],
  ['secrets:read', 'a--t'],
  ['secrets:write', 'a--t'],
  ['endpoints:operate', 'a-st'],
  ['deliveries:read', 'apst'],
  ['deliveries:act', 'a-st'],
  ['deliveries:reconcile', 'a-st'],
  ['replays:read', 'a-st'],
  ['replays:write', 'a-st'],
  ['platform:pause', 'a-s-'],
  ['audit:read', 'a-s-'],
];

describe('permissions', () => {
  it.each(TABLE)('gives %s to %s', (permission, expected) => {
    const roles = ['admin', 'publisher', 'support', 'tenant'] as const;
    expect(roles.map((role) => (mayDo(role, permission) ? role[0] : '-')).join('')).toBe(expected);
  });
});

function aPrincipal(role: Role, capabilities: readonly Capability[] | null): Principal {
  const session = { id: 'a', kind: 'portal', capabilities } as const;
  const open = { tenantIds: null, eventTypes: null, requestsPerSecond: null, expiresAt: null };
  return { keyId: 'b', keyName: 'B', role, tenantId: 'c', ...open, session };
}

describe('a portal session', () => {
  it('changes nothing by looking', () => {
    const permissions = permissionsOf(aPrincipal('tenant', ['view']));
    expect(permissions).toEqual(expect.arrayContaining(['endpoints:read', 'deliveries:read', 'session:use']));
    expect(permissions.filter((one) => /:(write|operate|act|pause|cancel|erase|publish)$/.test(one))).toEqual([]);
    expect(permissions).not.toContain('secrets:read');
  });

  it.each<[Capability, Permission[]]>([
    ['manage_endpoints', ['tenants:pause', 'endpoints:write', 'endpoints:operate', 'subscriptions:write']],
    ['see_secrets', ['redacted:read', 'secrets:read']],
    ['replay', ['events:cancel', 'deliveries:act', 'replays:write']],
  ])('may with %s do %j, and see itself', (capability, permissions) => {
    const principal = aPrincipal('tenant', [capability]);
    expect(permissionsOf(principal).sort()).toEqual(['session:use', ...permissions].sort());
  });

  it('needs two capabilities to rotate a secret, for it sees the new one', () => {
    expect(missingCapabilities(aPrincipal('tenant', ['manage_endpoints']), 'secrets:write')).toEqual(['see_secrets']);
    const both = aPrincipal('tenant', ['manage_endpoints', 'see_secrets']);
    expect(permissionsOf(both)).toContain('secrets:write');
  });

  it('never may what its tenant’s key may not', () => {
    const all = aPrincipal('tenant', CAPABILITIES);
    const tenant = (Object.keys(PERMISSIONS) as Permission[]).filter((one) => mayDo('tenant', one));
    expect(permissionsOf(all)).toEqual(tenant);
    expect(missingCapabilities(all, 'events:publish')).toBeNull();
  });
});
