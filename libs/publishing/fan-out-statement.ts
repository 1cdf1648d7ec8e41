import { type Executor, intColumn, type Statement, textColumn, timeColumn, uuidColumn } from '#database';
import type { TenantConfig } from '#endpoints';
import type { DueEvent } from '#events';
import type { Uuid } from '#kernel';
import { addDeliveries, deliveryColumns, noDeliveries, openInLine, OUTDATED } from './new-deliveries.js';
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
 * disabled endpoints ($13 to $17), and those to open at endpoints that keep order ($18 to $23).
 */
const FAN_OUT: Statement = {
  name: 'fan_out',
  text: `
    WITH ${OUTDATED}, matched AS MATERIALIZED (
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
    ), ${openInLine(18, 'event', 'clock_timestamp()')}, cancelled AS (
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

export async function fanOutGroup(db: Executor, fanOuts: readonly FanOut[]): Promise<FannedOut> {
  const configs = [...new Set(fanOuts.map(({ config }) => config))];
  const made = noDeliveries<DueEvent>();
  for (const { event, deliveries, deliveryIds } of fanOuts) {
    addDeliveries(made, event, event.eventId, deliveries, deliveryIds);
  }
  const { opened, inLine, cancelled } = made;
  const [result] = await db.query<FannedOut>(FAN_OUT, [
    uuidColumn(configs, (c) => c.tenantId),
    intColumn(configs, (c) => c.version),

    uuidColumn(fanOuts, ({ event }) => event.eventId),
    uuidColumn(fanOuts, ({ event }) => event.tenantId),
    intColumn(fanOuts, ({ config }) => config.version),
    textColumn(fanOuts, ({ type }) => type),
    timeColumn(fanOuts, ({ event }) => event.expiresAtMs),

    ...deliveryColumns(opened),
    ...deliveryColumns(cancelled),
    ...deliveryColumns(inLine),
    textColumn(inLine, ({ event }) => event.orderingKey ?? ''),
  ]);
  return result!;
}
