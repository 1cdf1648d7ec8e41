import type { Database } from '#database';
import type { OperationalData, OperationalType } from '#endpoints';
import { newUuid, type Uuid } from '#kernel';

/** What a tenant was told, in order, and that each of it is due to be fanned out. */
export async function newsOf<Type extends OperationalType>(
  db: Database,
  tenantId: Uuid,
): Promise<{ type: Type; subject: string | null; data: OperationalData[Type] }[]> {
  const rows = await db.query<{ type: Type; subject: string | null; data: string }>(
    `SELECT e.type, e.subject, e.data FROM events e JOIN scheduled_events s ON s.event_id = e.id
      WHERE e.tenant_id = $1 AND s.tenant_id = $1 AND s.due_at <= clock_timestamp() AND starts_with(e.type, 'posthorn.')
      ORDER BY e.created_at, e.type`,
    [tenantId],
  );
  return rows.map(({ data, ...row }) => ({ ...row, data: JSON.parse(data) as OperationalData[Type] }));
}

/** A subscription of an endpoint to these patterns. */
export async function subscribe(
  db: Database,
  { tenantId, endpointId }: { tenantId: Uuid; endpointId: Uuid },
  eventTypes: readonly string[],
  over: { enabled?: boolean; channels?: readonly string[] } = {},
): Promise<void> {
  await db.query(
    `INSERT INTO subscriptions (id, tenant_id, endpoint_id, event_types, enabled, channels) VALUES ($1, $2, $3, $4, $5, $6)`,
    [newUuid(Date.now()), tenantId, endpointId, eventTypes, over.enabled ?? true, over.channels ?? null],
  );
}
