import { type Executor, plainArray, type Statement, textArray } from '#database';
import type { Uuid } from '#kernel';
import { OPERATIONAL_PREFIX } from '#policy';
import type { OperationalData, OperationalType } from './operational-event.js';

/** Something to tell a tenant. */
export type Announcement = {
  readonly [Type in OperationalType]: {
    readonly tenantId: Uuid;
    readonly type: Type;
    /** What it is about: a TypeID. */
    readonly subject: string | null;
    readonly data: OperationalData[Type];
  };
}[OperationalType];

/** The source that the platform's own events name. */
const SOURCE = 'posthorn';

/**
 * Publishes what tenants have asked to be told, as events that are due now: whoever fans out scheduled events matches them
 * and makes their deliveries. Of a tenant that has no subscription to such a type nothing is written. A subscription must
 * name what is the platform's own, and one with channels does not get it, for it has none.
 *
 * Ids (UUIDv7) are made here and not by the caller: they are as young as the statement then, so that whoever reads events
 * in ascending order passes over none, and whoever has something to tell needs no clock.
 *
 * Subscriptions are looked at tenant by tenant, by a look-up of one row: as a join, a kept plan may read those of everybody.
 *
 * $1 tenants, $2 types, $3 subjects, $4 data as JSON text.
 */
const ANNOUNCE: Statement = {
  name: 'announce',
  text: `
    WITH clock AS MATERIALIZED (
      SELECT now, lpad(to_hex((extract(epoch FROM now) * 1000)::bigint), 12, '0') AS hex FROM clock_timestamp() AS now
    ), news AS MATERIALIZED (
      SELECT tenant_id, type, subject, data, n
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS i(tenant_id, type, subject, data, n)
    ), wanted AS MATERIALIZED (
      SELECT kind.tenant_id, kind.type
        FROM (SELECT DISTINCT tenant_id, type FROM news) kind
       WHERE (
         SELECT true FROM subscriptions s
          CROSS JOIN LATERAL unnest(s.event_types) AS wish(pattern)
          WHERE s.tenant_id = kind.tenant_id AND s.enabled AND s.deleted_at IS NULL AND s.channels IS NULL
            AND starts_with(pattern, '${OPERATIONAL_PREFIX}')
            AND (pattern = kind.type OR right(pattern, 2) = '.*' AND starts_with(kind.type, left(pattern, -1)))
            AND EXISTS (SELECT FROM endpoints e WHERE e.id = s.endpoint_id AND e.deleted_at IS NULL)
          LIMIT 1)
    ), published AS (
      INSERT INTO events (id, tenant_id, type, data, subject, source, occurred_at, deliver_at, created_at)
      SELECT overlay(overlay(gen_random_uuid()::text PLACING '7' FROM 15)
                     PLACING left(clock.hex, 8) || '-' || right(clock.hex, 4) FROM 1)::uuid,
             tenant_id, type, data, subject, '${SOURCE}', clock.now, clock.now, clock.now
        FROM news JOIN wanted USING (tenant_id, type) CROSS JOIN clock
       ORDER BY n
      RETURNING id, tenant_id, deliver_at
    )
    INSERT INTO scheduled_events (event_id, tenant_id, due_at)
    SELECT id, tenant_id, deliver_at FROM published
    RETURNING event_id AS "eventId"`,
};

/**
 * Tells tenants what has happened, in the transaction in which it happens: what is rolled back was never told. Answers the
 * ids of the events that were published, which are none for those who have not asked.
 */
export async function announce(tx: Executor, announcements: readonly Announcement[]): Promise<Uuid[]> {
  if (announcements.length === 0) return [];
  const rows = await tx.query<{ eventId: Uuid }>(ANNOUNCE, [
    plainArray(announcements.map(({ tenantId }) => tenantId)),
    textArray(announcements.map(({ type }) => type)),
    textArray(announcements.map(({ subject }) => subject)),
    textArray(announcements.map(({ data }) => JSON.stringify(data))),
  ]);
  return rows.map(({ eventId }) => eventId);
}
