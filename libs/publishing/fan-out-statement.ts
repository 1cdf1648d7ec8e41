import { DUE_IN_ITS_TURN } from '#deliveries';
import { type Executor, intColumn, type Statement, textColumn, timeColumn, uuidColumn } from '#database';
import type { TenantConfig } from '#endpoints';
import type { DueEvent } from '#events';
import type { Uuid } from '#kernel';
import type { PreparedDelivery } from './prepared-event.js';

/** A due event with what becomes of it under one version of its tenant's configuration. */
export interface FanOut {
  readonly event: DueEvent;
  readonly type: string;
  readonly config: TenantConfig;
  readonly deliveries: readonly PreparedDelivery[];
  /** Given before the first try, and in the order of the events. */
  readonly deliveryIds: readonly Uuid[];
}

/**
 * What was scheduled becomes deliveries, in one statement: open ones, due now, and as history those to disabled endpoints.
 *
 * An event is fanned out only if it still waits (nobody cancelled it, and no other worker was faster: `SKIP LOCKED`, and
 * what has gone is not there), and if its tenant's configuration still is the version that it was matched against. So
 * no two workers ever fan out the same event, whoever has looked at it.
 *
 * Sets of columns go in: the configurations ($1, $2), the events ($3 to $7), the deliveries to open ($8 to $12), those to
 * disabled endpoints ($13 to $17), and those to open at endpoints that keep order ($18 to $23), which draw their numbers in
 * the order of the group and wait for their turn.
 */
const FAN_OUT: Statement = {
  name: 'fan_out',
  text: `
    WITH outdated AS MATERIALIZED (
      SELECT matched.tenant_id, matched.config_version
        FROM unnest($1::uuid[], $2::int[]) AS matched(tenant_id, config_version)
        LEFT JOIN tenants t ON t.id = matched.tenant_id AND t.config_version = matched.config_version
                           AND t.deleted_at IS NULL
       WHERE t.id IS NULL
    ), matched AS MATERIALIZED (
      SELECT * FROM unnest($3::uuid[], $4::uuid[], $5::int[], $6::text[], $7::timestamptz[])
                      AS e(id, tenant_id, config_version, type, expires_at)
    ), waiting AS MATERIALIZED (
      SELECT event_id FROM scheduled_events WHERE event_id = ANY ($3::uuid[]) FOR UPDATE SKIP LOCKED
    ), done AS (
      DELETE FROM scheduled_events
       WHERE event_id = ANY (ARRAY(
               SELECT m.id FROM matched m
                WHERE m.id IN (SELECT event_id FROM waiting)
                  AND (m.tenant_id, m.config_version) NOT IN (SELECT tenant_id, config_version FROM outdated)))
      RETURNING event_id
    ), event AS MATERIALIZED (
      SELECT m.id, m.tenant_id, m.type, m.expires_at FROM matched m WHERE m.id IN (SELECT event_id FROM done)
    ), opened AS (
      INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, due_at,
             created_at, expires_at, type, waiting_for)
      SELECT d.id, d.event_id, e.tenant_id, d.endpoint_id, d.subscription_id, d.endpoint_version, clock_timestamp(),
             clock_timestamp(), e.expires_at, e.type, 'queue'
        FROM unnest($8::uuid[], $9::uuid[], $10::uuid[], $11::int[], $12::uuid[])
               AS d(id, event_id, endpoint_id, endpoint_version, subscription_id)
        JOIN event e ON e.id = d.event_id
    ), in_line AS (
      INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, due_at,
             created_at, expires_at, type, waiting_for, order_key, order_seq)
      SELECT id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, ${DUE_IN_ITS_TURN},
             clock_timestamp(), expires_at, type, 'order', order_key, nextval('delivery_order_seq')
        FROM (SELECT d.*, e.tenant_id, e.expires_at, e.type
                FROM unnest($18::uuid[], $19::uuid[], $20::uuid[], $21::int[], $22::uuid[], $23::text[])
                       WITH ORDINALITY
                       AS d(id, event_id, endpoint_id, endpoint_version, subscription_id, order_key, place)
                JOIN event e ON e.id = d.event_id
               ORDER BY d.place) placed
    ), cancelled AS (
      INSERT INTO deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, attempts,
             created_at, completed_at, type, status, cancel_reason)
      SELECT d.id, d.event_id, e.tenant_id, d.endpoint_id, d.subscription_id, d.endpoint_version, 0, clock_timestamp(),
             clock_timestamp(), e.type, 'cancelled', 'endpoint_disabled'
        FROM unnest($13::uuid[], $14::uuid[], $15::uuid[], $16::int[], $17::uuid[])
               AS d(id, event_id, endpoint_id, endpoint_version, subscription_id)
        JOIN event e ON e.id = d.event_id
    )
    SELECT ARRAY(SELECT event_id FROM done) AS "doneIds", ARRAY(SELECT tenant_id FROM outdated) AS "outdatedTenantIds"`,
};

export interface FannedOut {
  /** The events that were fanned out. The others were cancelled or are another worker's, or are to be matched again. */
  readonly doneIds: readonly Uuid[];
  /** Tenants whose configuration has changed since, or who are gone. */
  readonly outdatedTenantIds: readonly Uuid[];
}

interface DeliveryRow {
  readonly id: Uuid;
  readonly event: DueEvent;
  readonly delivery: PreparedDelivery;
}

export async function fanOutGroup(db: Executor, fanOuts: readonly FanOut[]): Promise<FannedOut> {
  const configs = [...new Set(fanOuts.map(({ config }) => config))];
  const rows = fanOuts.flatMap(({ event, deliveries, deliveryIds }) =>
    deliveries.map((delivery, index): DeliveryRow => ({ id: deliveryIds[index]!, event, delivery })),
  );
  const inLine = rows.filter(({ delivery }) => delivery.isOrdered && !delivery.isCancelled);
  const [result] = await db.query<FannedOut>(FAN_OUT, [
    uuidColumn(configs, (c) => c.tenantId),
    intColumn(configs, (c) => c.version),

    uuidColumn(fanOuts, ({ event }) => event.eventId),
    uuidColumn(fanOuts, ({ event }) => event.tenantId),
    intColumn(fanOuts, ({ config }) => config.version),
    textColumn(fanOuts, ({ type }) => type),
    timeColumn(fanOuts, ({ event }) => event.expiresAtMs),

    ...deliveryColumns(rows.filter(({ delivery }) => !delivery.isCancelled && !delivery.isOrdered)),
    ...deliveryColumns(rows.filter(({ delivery }) => delivery.isCancelled)),
    ...deliveryColumns(inLine),
    textColumn(inLine, ({ event }) => event.orderingKey ?? ''),
  ]);
  return result!;
}

function deliveryColumns(rows: readonly DeliveryRow[]): Buffer[] {
  return [
    uuidColumn(rows, ({ id }) => id),
    uuidColumn(rows, ({ event }) => event.eventId),
    uuidColumn(rows, ({ delivery }) => delivery.endpointId),
    intColumn(rows, ({ delivery }) => delivery.endpointVersion),
    uuidColumn(rows, ({ delivery }) => delivery.subscriptionId),
  ];
}
