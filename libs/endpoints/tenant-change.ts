import type { Database, Executor } from '#database';
import { PosthornError, type Uuid } from '#kernel';

/** What the changes of this room need to know of the tenant they are made for. */
export interface TenantLimits {
  /** The tenant's own, or null for the platform's. */
  readonly maxEndpoints: number | null;
  /** The tenant's own word on plain http, or null for the platform's. */
  readonly allowHttp: boolean | null;
  /** Whether endpoints have to prove that they want the traffic. */
  readonly requiresProof: boolean;
}

interface KeptSettings {
  readonly maxEndpoints?: number | null;
  readonly allowHttp?: boolean | null;
  readonly requireOwnershipProof?: boolean | null;
}

/**
 * Runs a change of a tenant's configuration in one transaction, with the tenant's row locked: changes of one tenant go
 * one after the other, so limits hold under concurrency and a deleted tenant gets nothing new. Whoever changes
 * something raises the configuration's version in it.
 */
export function changeTenant<T>(
  db: Database,
  tenantId: Uuid,
  change: (tx: Executor, limits: TenantLimits) => Promise<T>,
): Promise<T> {
  return db.transaction(async (tx) => change(tx, await lockTenant(tx, tenantId)));
}

async function lockTenant(tx: Executor, tenantId: Uuid): Promise<TenantLimits> {
  const [row] = await tx.query<{ settings: KeptSettings }>(
    `SELECT settings FROM tenants WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE`,
    [tenantId],
  );
  if (!row) throw new PosthornError('not_found', 'There is no such tenant.');
  return {
    maxEndpoints: row.settings.maxEndpoints ?? null,
    allowHttp: row.settings.allowHttp ?? null,
    requiresProof: row.settings.requireOwnershipProof ?? false,
  };
}
