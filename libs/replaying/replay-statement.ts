import { recordEntriesOf } from '#audit';
import { type Executor, plainArray, type Statement, textColumn, uuidColumn } from '#database';
import { DUE_IN_ITS_TURN } from '#deliveries';
import type { Uuid } from '#kernel';

/** A replay that was asked for: of a dead letter, or of a delivery; the other is null. Both are for what is `missed`. */
export interface AskedReplay {
  /** The new delivery's. */
  readonly id: Uuid;
  readonly deadLetterId: Uuid | null;
  readonly deliveryId: Uuid | null;
  /** An event of which there was no delivery to the endpoint at all. Only in bulk. */
  readonly missed?: MissedEvent | null;
  /** What the caller may see: of these tenants (null: all), and published with this API key (null: whichever). */
  readonly tenantIds: readonly Uuid[] | null;
  readonly publishedBy: Uuid | null;
  /** What a dead letter is resolved with. */
  readonly note: string | null;
  /** What is put on record of it; null: nothing, for it is part of something that is. */
  readonly entry: string | null;
}

/** An event, and the endpoint that it is to go to now; null as the subscription: it was meant for that endpoint. */
export interface MissedEvent {
  readonly eventId: Uuid;
  readonly endpointId: Uuid;
  readonly subscriptionId: Uuid | null;
}

/** What the deliveries of a bulk replay have in common: whose they are, and when they fall due, one after the other. */
export interface BulkTerms {
  readonly replayId: Uuid;
  readonly firstDueAt: Date;
  readonly spacingMs: number;
}

/** What became of a replay that was asked for. */
export type Verdict =
  | 'opened'
  /** Could be, but another replay of the event to the endpoint came first, in this group or beside it. Ask again. */
  | 'beaten'
  /** There is none, for this caller. */
  | 'unknown'
  | Refusal;

export type Refusal =
  | 'resolved'
  /** The dead letter's delivery is not on record any more. */
  | 'delivery_gone'
  | 'delivery_open'
  | 'other_open'
  | 'event_gone'
  | 'event_erased'
  | 'event_expired'
  | 'endpoint_deleted'
  | 'endpoint_disabled';

/** What is known of a replay: of the original, as far as there is one, and of the new delivery. */
export interface ReplayRow {
  readonly id: Uuid;
  readonly verdict: Verdict;
  readonly deadLetterId: Uuid | null;
  /** How the dead letter was resolved before. */
  readonly resolution: string | null;
  /** Null for what was missed; single replays always have one. */
  readonly replayOf: Uuid;
  readonly eventId: Uuid;
  readonly tenantId: Uuid;
  readonly endpointId: Uuid;
  readonly subscriptionId: Uuid | null;
  readonly type: string;
  /** The line that it has a place in, at the end; null where no order is kept. */
  readonly orderKey: string | null;
  /** What is open for the same event and endpoint. */
  readonly otherId: Uuid | null;
  /** Null unless opened. */
  readonly createdAt: Date | null;
}

/**
 * A whole group of replays in one statement, one transaction, one commit: what each is a replay of, whether that may be,
 * the new deliveries, and the dead letters that they resolve.
 *
 * Two groups that meet cannot both win. A dead letter is locked before it is judged, and whoever has waited for it sees
 * what became of it. Of replays of one event to one endpoint, `open_deliveries_replay_key` lets the first in. Locks are
 * taken in one order, dead letters by id and then the new rows by event and endpoint, so that two groups do not wait for
 * each other.
 *
 * What is looked up in the traffic is a lateral of one row, so that a kept plan goes by the indexes whatever it guesses of
 * the group's size. Without statistics it may guess wrong which index, so that each condition is worded for the one that
 * finds a single row: `resolved_at` and `endpoint_id` would lead to those of all that is unresolved, or an endpoint's.
 */
const REPLAY: Statement = {
  name: 'replay',
  text: `
    WITH asked AS MATERIALIZED (
      SELECT id, dead_letter_id, delivery_id, tenant_ids::uuid[] AS tenant_ids, published_by, note, event_id, endpoint_id,
             subscription_id, entry, n
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $11::uuid[], $12::uuid[],
               $13::uuid[], $14::text[])
               WITH ORDINALITY AS a(id, dead_letter_id, delivery_id, tenant_ids, published_by, note, event_id, endpoint_id,
                                    subscription_id, entry, n)
    ), letter AS MATERIALIZED (
      SELECT id, delivery_id, event_id, tenant_id, resolution
        FROM dead_letters
       WHERE id = ANY ($2::uuid[]) OR delivery_id = ANY ($3::uuid[])
       ORDER BY id FOR NO KEY UPDATE
    ), judged AS MATERIALIZED (
      SELECT a.id, a.n, a.note, a.entry, a.dead_letter_id, l.resolution, coalesce(a.delivery_id, l.delivery_id) AS original_id,
             other.id AS other_id, d.event_id, coalesce(d.tenant_id, l.tenant_id) AS tenant_id, d.endpoint_id, d.subscription_id, d.type, e.expires_at, p.version,
             CASE WHEN p.ordering = 'fifo' THEN coalesce(e.ordering_key, '') END AS order_key,
             CASE
               WHEN (coalesce(d.tenant_id, l.tenant_id) = ANY (a.tenant_ids) OR
                     a.tenant_ids IS NULL AND coalesce(d.tenant_id, l.tenant_id) IS NOT NULL) IS NOT TRUE
                 OR (a.published_by IS NULL OR a.published_by = e.published_by) IS NOT TRUE THEN 'unknown'
               WHEN l.resolution IS NOT NULL THEN 'resolved'
               WHEN d.event_id IS NULL THEN 'delivery_gone'
               WHEN d.is_open THEN 'delivery_open'
               WHEN other.id IS NOT NULL THEN 'other_open'
               WHEN e.is_erased IS NULL THEN 'event_gone'
               WHEN e.is_erased THEN 'event_erased'
               WHEN e.expires_at <= clock_timestamp() THEN 'event_expired'
               WHEN t.id IS NULL OR p.deleted_at IS NOT NULL OR t.deleted_at IS NOT NULL THEN 'endpoint_deleted'
               WHEN p.status = 'disabled' THEN 'endpoint_disabled'
               ELSE 'opened'
             END AS verdict
        FROM asked a
        LEFT JOIN letter l ON l.id = a.dead_letter_id
        LEFT JOIN LATERAL (
          SELECT event_id, tenant_id, endpoint_id, subscription_id, type, false AS is_open
            FROM deliveries WHERE id = coalesce(a.delivery_id, l.delivery_id)
          UNION ALL
          SELECT event_id, tenant_id, endpoint_id, subscription_id, type, true
            FROM open_deliveries WHERE id = coalesce(a.delivery_id, l.delivery_id)
          UNION ALL
          SELECT id, tenant_id, a.endpoint_id, a.subscription_id, type, false FROM events WHERE id = a.event_id
          LIMIT 1
        ) d ON true
        LEFT JOIN LATERAL (
          SELECT id FROM open_deliveries
           WHERE event_id = d.event_id AND endpoint_id IS NOT DISTINCT FROM d.endpoint_id LIMIT 1
        ) other ON true
        LEFT JOIN LATERAL (
          SELECT data IS NULL AS is_erased, least(expires_at, created_at + make_interval(days => $7)) AS expires_at,
                 published_by, ordering_key
            FROM events WHERE id = coalesce(d.event_id, l.event_id) LIMIT 1
        ) e ON true
        LEFT JOIN endpoints p ON p.id = d.endpoint_id
        LEFT JOIN tenants t ON t.id = p.tenant_id
    ), opened AS (
      INSERT INTO open_deliveries (id, event_id, tenant_id, endpoint_id, subscription_id, endpoint_version, due_at,
             created_at, expires_at, replay_of, replay_id, type, waiting_for, order_key, order_seq)
      SELECT id, event_id, tenant_id, endpoint_id, subscription_id, version,
             CASE WHEN order_key IS NULL
                  THEN coalesce($9::timestamptz + (place - 1) * $10::float8 * interval '1 ms', clock_timestamp())
                  ELSE ${DUE_IN_ITS_TURN} END,
             clock_timestamp(), expires_at, original_id, $8::uuid, type, CASE WHEN order_key IS NULL THEN 'queue' ELSE 'order' END, order_key,
             CASE WHEN order_key IS NOT NULL THEN nextval('delivery_order_seq') END
        FROM (SELECT *, row_number() OVER (ORDER BY event_id, endpoint_id) AS place
                FROM (SELECT DISTINCT ON (event_id, endpoint_id) * FROM judged WHERE verdict = 'opened'
                       ORDER BY event_id, endpoint_id, n) chosen
               ORDER BY place) placed
          ON CONFLICT DO NOTHING
      RETURNING id, created_at, order_key
    ), resolved AS (
      UPDATE dead_letters l SET resolved_at = clock_timestamp(), resolution = 'replayed', note = j.note
        FROM opened o JOIN judged j ON j.id = o.id
       WHERE l.delivery_id = j.original_id AND l.resolution IS NULL
    ), recorded AS (${recordEntriesOf(`(
        SELECT j.entry, j.tenant_id FROM opened JOIN judged j USING (id) WHERE j.entry IS NOT NULL) r`)}
    )
    SELECT j.id, CASE WHEN j.verdict = 'opened' AND o.id IS NULL THEN 'beaten' ELSE j.verdict END AS verdict,
           j.dead_letter_id AS "deadLetterId", j.resolution, j.original_id AS "replayOf", j.event_id AS "eventId",
           j.tenant_id AS "tenantId", j.endpoint_id AS "endpointId", j.subscription_id AS "subscriptionId", j.type,
           o.order_key AS "orderKey", j.other_id AS "otherId", o.created_at AS "createdAt"
      FROM judged j LEFT JOIN opened o ON o.id = j.id
     ORDER BY j.n`,
};

/** Runs the statement; one row for each replay, in order. Without terms they are due at once. */
export async function replayGroup(
  db: Executor,
  asked: readonly AskedReplay[],
  retentionDays: number,
  terms: BulkTerms | null = null,
): Promise<ReplayRow[]> {
  return db.query<ReplayRow>(REPLAY, [
    uuidColumn(asked, ({ id }) => id),
    uuidColumn(asked, ({ deadLetterId }) => deadLetterId),
    uuidColumn(asked, ({ deliveryId }) => deliveryId),
    // An array of arrays must be rectangular, so each goes as the text of its literal.
    textColumn(asked, ({ tenantIds }) => (tenantIds === null ? null : plainArray(tenantIds))),
    uuidColumn(asked, ({ publishedBy }) => publishedBy),
    textColumn(asked, ({ note }) => note),
    retentionDays,
    terms?.replayId ?? null,
    terms?.firstDueAt ?? null,
    terms?.spacingMs ?? null,
    uuidColumn(asked, ({ missed }) => missed?.eventId ?? null),
    uuidColumn(asked, ({ missed }) => missed?.endpointId ?? null),
    uuidColumn(asked, ({ missed }) => missed?.subscriptionId ?? null),
    textColumn(asked, ({ entry }) => entry),
  ]);
}

/** A delivery that was made again: due at once, never tried. */
export interface Replay {
  readonly id: Uuid;
  readonly replayOf: Uuid;
  readonly eventId: Uuid;
  readonly tenantId: Uuid;
  readonly endpointId: Uuid;
  readonly subscriptionId: Uuid | null;
  readonly type: string;
  readonly orderKey: string | null;
  readonly createdAt: Date;
}

const replaysIn = (table: string, orderKey: string): string => `
    SELECT id, replay_of AS "replayOf", event_id AS "eventId", tenant_id AS "tenantId", endpoint_id AS "endpointId",
           subscription_id AS "subscriptionId", type, ${orderKey} AS "orderKey", created_at AS "createdAt"
      FROM ${table} WHERE id = ANY ($1::uuid[])`;

const REPLAYED: Statement = {
  name: 'replayed',
  text: `${replaysIn('open_deliveries', 'order_key')} UNION ALL ${replaysIn('deliveries', 'NULL::text')}`,
};

/** Those of these replays that are on disk, open or ended, by id. */
export async function findReplayed(db: Executor, asked: readonly AskedReplay[]): Promise<Map<Uuid, Replay>> {
  const rows = await db.query<Replay>(REPLAYED, [uuidColumn(asked, ({ id }) => id)]);
  return new Map(rows.map((row) => [row.id, row]));
}
