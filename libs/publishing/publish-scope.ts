import type { EventDraft } from '#events';
import { PosthornError, type Uuid } from '#kernel';
import { matchesPattern } from '#policy';

/** Who publishes, and how far that key goes. */
export interface PublishScope {
  readonly keyId: Uuid;
  /** Null: for all tenants. */
  readonly tenantIds: readonly Uuid[] | null;
  /** Event types, exact or with wildcards. Null: all. */
  readonly eventTypes: readonly string[] | null;
}

/** Throws `forbidden` for a type beyond the key's scope, and `unknown_tenant` for a tenant beyond it. */
export function assertInScope(draft: EventDraft, tenantId: Uuid, scope: PublishScope): void {
  // A tenant that the key does not publish for does not exist for it.
  if (scope.tenantIds !== null && !scope.tenantIds.includes(tenantId)) throw unknownTenant(draft.tenant);
  if (scope.eventTypes !== null && !scope.eventTypes.some((pattern) => matchesPattern(pattern, draft.type))) {
    throw new PosthornError('forbidden', `This key may not publish events of type "${draft.type}".`);
  }
}

export function unknownTenant(reference: string): PosthornError {
  const message = `There is no tenant "${reference}".`;
  return new PosthornError('unknown_tenant', message, {
    errors: [{ pointer: '/tenant', code: 'unknown_tenant', message: 'names no tenant' }],
  });
}
