import type { Executor } from '#database';
import { toTypeId } from '#kernel';
import { announce } from './announce.js';
import type { EndpointRow } from './endpoint-rows.js';

/** Tells, in the transaction that has disabled an endpoint; `failingSinceMs` where that is the reason. */
export async function announceDisabled(
  tx: Executor,
  row: EndpointRow,
  failingSinceMs: number | null = null,
): Promise<void> {
  const endpoint = toTypeId('ep', row.id);
  const data = {
    endpoint,
    endpointUid: row.uid,
    reason: row.disabled_reason!,
    disabledAt: row.disabled_at!.toISOString(),
    failingSince: failingSinceMs === null ? null : new Date(failingSinceMs).toISOString(),
  };
  await announce(tx, [{ tenantId: row.tenant_id, type: 'posthorn.endpoint.disabled', subject: endpoint, data }]);
}
