import { describe, expect, it } from 'vitest';
import { mayDo, type Permission } from './permissions.js';

/** The table of roles, row by row: what admin, publisher, support and tenant may do. */
const TABLE: [Permission, string][] = [
  ['tenants:write', 'a---'],
  ['api-keys:write', 'a---'],
  ['event-types:write', 'a---'],
  ['event-types:read', 'apst'],
  ['events:publish', 'ap--'],
  ['events:read', 'apst'],
  ['egress:read', 'apst'],
  ['endpoints:write', 'a--t'],
  ['subscriptions:write', 'a--t'],
  ['secrets:read', 'a--t'],
  ['secrets:write', 'a--t'],
  ['endpoints:operate', 'a-st'],
  ['deliveries:read', 'apst'],
  ['deliveries:act', 'a-st'],
  ['platform:pause', 'a-s-'],
  ['audit:read', 'a-s-'],
];

describe('permissions', () => {
  it.each(TABLE)('gives %s to %s', (permission, expected) => {
    const roles = ['admin', 'publisher', 'support', 'tenant'] as const;
    expect(roles.map((role) => (mayDo(role, permission) ? role[0] : '-')).join('')).toBe(expected);
  });
});
