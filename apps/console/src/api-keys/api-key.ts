export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly tenant: string | null;
  /** What a publisher may publish, and for whom; null for all. */
  readonly eventTypes: readonly string[] | null;
  readonly tenants: readonly string[] | null;
  readonly prefix: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

export const ROLES = [
  { value: 'admin', label: 'admin: everything' },
  { value: 'publisher', label: 'publisher: publishes events' },
  { value: 'support', label: 'support: looks, replays, pauses' },
  { value: 'tenant', label: 'tenant: its own endpoints and deliveries' },
];

/** Whom a key that belongs to no tenant is for. */
export function scopeWords({ eventTypes, tenants }: ApiKey): string {
  const of = tenants === null ? 'all tenants' : `${tenants.length} ${tenants.length === 1 ? 'tenant' : 'tenants'}`;
  return eventTypes === null ? of : `${eventTypes.join(', ')} of ${of}`;
}
