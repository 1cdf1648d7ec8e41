import { intColumn, uuidColumn } from '#database';
import { DUE_IN_ITS_TURN } from '#deliveries';
import type { Uuid } from '#kernel';
import type { PreparedDelivery } from './prepared-event.js';

/**
 * The tenants whose configuration is another one by now than the version that something was matched against, or who are
 * gone. $1 tenants, $2 versions; the first part of both statements that make deliveries.
 */
export const OUTDATED = `
    outdated AS MATERIALIZED (
      SELECT matched.tenant_id, matched.config_version
        FROM unnest($1::uuid[], $2::int[]) AS matched(tenant_id, config_version)
        LEFT JOIN tenants t ON t.id = matched.tenant_id AND t.config_version = matched.config_version
                           AND t.deleted_at IS NULL
       WHERE t.id IS NULL
    )`;

/**
 * Opens deliveries at endpoints that keep order: they draw their numbers in the order of the group, whatever a join makes
 * of it, and wait for their turn. Six parameters from $`first` on, the columns of {@link deliveryColumns} and the ordering
 * keys; `events` names what they are of, `createdAt` when they are made.
 */
export function openInLine(first: number, events: string, createdAt: string): string {
  const [id, event, endpoint, version, subscription, key] = [0, 1, 2, 3, 4, 5].map((n) => `$${first + n}`);
  return `
    in_line AS (
      INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, due_at,
             created_at, expires_at, type, waiting_for, order_key, order_seq)
      SELECT id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, ${DUE_IN_ITS_TURN},
             created_at, expires_at, type, 'order', order_key, nextval('delivery_order_seq')
        FROM (SELECT d.*, e.tenant_id, ${createdAt} AS created_at, e.expires_at, e.type
                FROM unnest(${id}::uuid[], ${event}::uuid[], ${endpoint}::uuid[], ${version}::int[], ${subscription}::uuid[],
                       ${key}::text[])
                       WITH ORDINALITY
                       AS d(id, event_id, endpoint_id, endpoint_version, subscription_id, order_key, place)
                JOIN ${events} e ON e.id = d.event_id
               ORDER BY d.place) placed
    )`;
}

/** A delivery that is to be written, with its event in whatever form is at hand. */
export interface NewDelivery<Event> {
  readonly id: Uuid;
  readonly eventId: Uuid;
  readonly event: Event;
  readonly delivery: PreparedDelivery;
}

/** Deliveries by where they are written. */
export interface NewDeliveries<Event> {
  /** Open, and to be sent as soon as can be. */
  readonly opened: NewDelivery<Event>[];
  /** Open, at endpoints that keep order. */
  readonly inLine: NewDelivery<Event>[];
  /** To history, since their endpoints are disabled. */
  readonly cancelled: NewDelivery<Event>[];
}

export function noDeliveries<Event>(): NewDeliveries<Event> {
  return { opened: [], inLine: [], cancelled: [] };
}

/** Adds what becomes of one event. */
export function addDeliveries<Event>(
  { opened, inLine, cancelled }: NewDeliveries<Event>,
  event: Event,
  eventId: Uuid,
  deliveries: readonly PreparedDelivery[],
  deliveryIds: readonly Uuid[],
): void {
  for (const [index, delivery] of deliveries.entries()) {
    const rows = delivery.isCancelled ? cancelled : delivery.isOrdered ? inLine : opened;
    rows.push({ id: deliveryIds[index]!, eventId, event, delivery });
  }
}

/** Ids, events, endpoints, their versions, subscriptions. */
export function deliveryColumns(rows: readonly NewDelivery<unknown>[]): Buffer[] {
  return [
    uuidColumn(rows, ({ id }) => id),
    uuidColumn(rows, ({ eventId }) => eventId),
    uuidColumn(rows, ({ delivery }) => delivery.endpointId),
    intColumn(rows, ({ delivery }) => delivery.endpointVersion),
    uuidColumn(rows, ({ delivery }) => delivery.subscriptionId),
  ];
}
