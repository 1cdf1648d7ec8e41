import type { Executor } from '#database';
import type { Uuid } from '#kernel';
import type { JsonObject } from '#policy';

/** Which events an endpoint wants. */
export interface Subscription {
  readonly id: Uuid;
  readonly tenantId: Uuid;
  readonly endpointId: Uuid;
  /** Patterns; one of them must match. */
  readonly eventTypes: readonly string[];
  /** The event must have one of them; null takes all events. */
  readonly channels: readonly string[] | null;
  /** What the event must carry, as it was given; null takes all events. */
  readonly filter: JsonObject | null;
  readonly enabled: boolean;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface SubscriptionRow {
  readonly id: Uuid;
  readonly tenant_id: Uuid;
  readonly endpoint_id: Uuid;
  readonly event_types: string[];
  readonly channels: string[] | null;
  readonly filter: JsonObject | null;
  readonly enabled: boolean;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** The columns of {@link SubscriptionRow}. */
export const SUBSCRIPTION_COLUMNS =
  'id, tenant_id, endpoint_id, event_types, channels, filter, enabled, version, created_at, updated_at';

export function toSubscription(row: SubscriptionRow): Subscription {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    endpointId: row.endpoint_id,
    eventTypes: row.event_types,
    channels: row.channels,
    filter: row.filter,
    enabled: row.enabled,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export interface SubscriptionDraft {
  readonly id: Uuid;
  readonly tenantId: Uuid;
  readonly endpointId: Uuid;
  readonly eventTypes: readonly string[];
  readonly channels?: readonly string[] | null;
  readonly filter?: JsonObject | null;
  readonly enabled?: boolean;
}

export async function insertSubscription(tx: Executor, draft: SubscriptionDraft): Promise<Subscription> {
  const { id, tenantId, endpointId, eventTypes, channels = null, filter = null, enabled = true } = draft;
  const [row] = await tx.query<SubscriptionRow>(
    `INSERT INTO subscriptions (id, tenant_id, endpoint_id, event_types, channels, filter, enabled)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${SUBSCRIPTION_COLUMNS}`,
    [id, tenantId, endpointId, unique(eventTypes), channels && unique(channels), toJsonText(filter), enabled],
  );
  return toSubscription(row!);
}

/** The living subscriptions of an endpoint, oldest first. */
export async function findSubscriptionsOf(tx: Executor, endpointId: Uuid): Promise<Subscription[]> {
  const rows = await tx.query<SubscriptionRow>(
    `SELECT ${SUBSCRIPTION_COLUMNS} FROM subscriptions WHERE endpoint_id = $1 AND deleted_at IS NULL ORDER BY id`,
    [endpointId],
  );
  return rows.map(toSubscription);
}

/** Writes a subscription's next version. */
export async function updateSubscription(
  tx: Executor,
  id: Uuid,
  to: Pick<Subscription, 'eventTypes' | 'channels' | 'filter' | 'enabled'>,
): Promise<Subscription> {
  const [row] = await tx.query<SubscriptionRow>(
    `UPDATE subscriptions SET version = version + 1, updated_at = clock_timestamp(), event_types = $2, channels = $3,
       filter = $4, enabled = $5
     WHERE id = $1 RETURNING ${SUBSCRIPTION_COLUMNS}`,
    [id, unique(to.eventTypes), to.channels && unique(to.channels), toJsonText(to.filter), to.enabled],
  );
  return toSubscription(row!);
}

function toJsonText(value: JsonObject | null): string | null {
  return value && JSON.stringify(value);
}

/** What is said twice counts once. */
export function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}
