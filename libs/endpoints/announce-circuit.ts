import type { Executor } from '#database';
import { toTypeId, type Uuid } from '#kernel';
import { announce } from './announce.js';

/** That an endpoint's circuit has opened. The time is epoch milliseconds. */
export interface OpenedCircuit {
  readonly endpointId: Uuid;
  /** What was seen, in words. */
  readonly reason: string;
  readonly atMs: number;
}

/** Tells the endpoint's tenant that deliveries wait until the endpoint answers again. Of one that is gone, nobody. */
export async function announceCircuitOpened(tx: Executor, { endpointId, reason, atMs }: OpenedCircuit): Promise<void> {
  const [row] = await tx.query<{ tenantId: Uuid; uid: string | null }>(
    `SELECT tenant_id AS "tenantId", uid FROM endpoints WHERE id = $1 AND deleted_at IS NULL`,
    [endpointId],
  );
  if (!row) return;
  const endpoint = toTypeId('ep', endpointId);
  const data = { endpoint, endpointUid: row.uid, reason, openedAt: new Date(atMs).toISOString() };
  await announce(tx, [{ tenantId: row.tenantId, type: 'posthorn.endpoint.circuit_opened', subject: endpoint, data }]);
}
