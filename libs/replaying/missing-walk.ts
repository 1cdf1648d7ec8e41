import type { Executor } from '#database';
import type { TenantConfig, TenantConfigs } from '#endpoints';
import { type EventContent, findContents, NO_CONTENT } from '#events';
import { toTypeId, type Uuid, uuidFloor, uuidTime } from '#kernel';
import { matchesPattern, TEST_EVENT_TYPES } from '#policy';
import type { ReplaySelection } from './replay-selection.js';
import type { MissedEvent } from './replay-statement.js';
import { budgetFor, startOf, toStretch, type Walk } from './walk.js';

interface EventRow {
  readonly id: Uuid;
  readonly type: string;
  readonly channels: readonly string[] | null;
  /** The one endpoint that it was meant for. */
  readonly targetId: Uuid | null;
  /** What reading its content takes. */
  readonly bytes: number;
}

/**
 * A tenant's events, oldest first, but for those that were called off: who wants them all the same names them. How long a
 * text is PostgreSQL tells without reading it.
 *
 * $1 tenant, $2 after, $3 below, $4 names, $5 rows.
 */
const EVENTS = `
  SELECT e.id, e.type, e.channels, e.endpoint_id AS "targetId",
         coalesce(octet_length(e.data), 0) + coalesce(octet_length(e.metadata), 0) AS bytes
    FROM events e
   WHERE e.tenant_id = $1 AND e.id > $2 AND e.id < $3 AND ($4::uuid[] IS NULL OR e.id = ANY ($4))
     AND (e.cancelled_at IS NULL AND e.called_off_at IS NULL OR $4 IS NOT NULL)
     AND e.type <> ALL ('{${TEST_EVENT_TYPES.join()}}')
   ORDER BY e.id LIMIT $5`;

/**
 * Which of the events $1 the endpoint $2 has not got and is not about to get, and the last delivery that failed, if there
 * was one. What somebody has discarded or called off is wanted by nobody, unless it is named ($4); what was cancelled
 * because the endpoint was disabled is. No delivery is older than $3.
 */
const NOT_GOT = `
  SELECT missed.id AS "eventId", last.id AS "deliveryId"
    FROM unnest($1::uuid[]) AS missed(id)
    LEFT JOIN LATERAL (
      SELECT d.id, d.status = 'cancelled' AND d.cancel_reason <> 'endpoint_disabled' AS "isCalledOff"
        FROM deliveries d WHERE d.event_id = missed.id AND d.id >= $3 AND d.endpoint_id = $2
       ORDER BY d.id DESC LIMIT 1
    ) last ON true
   WHERE ($4 OR last."isCalledOff" IS NOT TRUE) AND (SELECT true FROM deliveries d WHERE d.event_id = missed.id AND d.id >= $3 AND d.endpoint_id = $2
             AND d.status = 'succeeded' LIMIT 1) IS NULL
     AND (SELECT true FROM open_deliveries o WHERE o.event_id = missed.id AND o.endpoint_id = $2 LIMIT 1) IS NULL
     AND (SELECT true FROM scheduled_events w WHERE w.event_id = missed.id) IS NULL
     AND ($4 OR (SELECT true FROM dead_letters l WHERE l.event_id = missed.id AND l.endpoint_id = $2
                    AND l.resolution = 'discarded' LIMIT 1) IS NULL)`;

/** A delivery's id is made after its event's, but perhaps by another process: clocks agree better than this. */
const CLOCK_SLACK_MS = 60_000;

/** Contents that are in memory at a time, and those that one look reads in all: the replay's row is locked meanwhile. */
const HELD = { events: 200, bytes: 4 * 1_024 ** 2 };
const READ_BYTES = 16 * 1_024 ** 2;

/**
 * Walks through events that an endpoint would get today and has never got: published before its subscription, while it was
 * disabled, or given up. Matching is what publishing does, over the configuration as it is at each look.
 */
export function missingWalk(selection: ReplaySelection, configs: TenantConfigs): Walk {
  const tenantId = selection.tenantIds![0]!;
  const endpointId = selection.endpointId!;
  return async (db, after, limit) => {
    const budget = budgetFor(limit);
    const found = await db.query<EventRow>(EVENTS, [
      tenantId,
      startOf(selection, after),
      uuidFloor(selection.untilMs),
      selection.named?.eventIds ?? null,
      budget,
    ]);
    const config = await configs.reload(toTypeId('ten', tenantId));
    const isRead = readBy(config, selection);
    const events = found.slice(0, lengthWithin(found, isRead, READ_BYTES));
    const wanted =
      config === null ? new Map<Uuid, MissedEvent>() : await match(db, events, selection, endpointId, config, isRead);
    const originals = await notGot(db, [...wanted.keys()], endpointId, selection.named !== null);
    return toStretch(
      events,
      // Cut short it is full.
      events.length < found.length ? events.length : budget,
      limit,
      ({ id }) => id,
      ({ id }) => {
        const deliveryId = originals.get(id);
        if (deliveryId === undefined) return null;
        return { deadLetterId: null, deliveryId, missed: deliveryId === null ? wanted.get(id)! : null };
      },
    );
  };
}

/** Whether what an event carries has to be read to know who wants it: only where a filter asks for it. */
function readBy(config: TenantConfig | null, selection: ReplaySelection): (event: EventRow) => boolean {
  return (event) =>
    config !== null && event.targetId === null && isMeant(event, selection) && config.matcher.filters(event.type);
}

const isMeant = ({ type }: EventRow, selection: ReplaySelection): boolean =>
  selection.type === null || matchesPattern(selection.type, type);

/** How many events, the first in any case, have contents of so many bytes at most. */
function lengthWithin(events: readonly EventRow[], isRead: (event: EventRow) => boolean, maxBytes: number): number {
  let bytes = 0;
  const end = events.findIndex((event, index) => {
    if (isRead(event)) bytes += event.bytes;
    return index > 0 && bytes > maxBytes;
  });
  return end === -1 ? events.length : end;
}

async function match(
  db: Executor,
  events: readonly EventRow[],
  selection: ReplaySelection,
  endpointId: Uuid,
  { matcher }: TenantConfig,
  isRead: (event: EventRow) => boolean,
): Promise<Map<Uuid, MissedEvent>> {
  const wanted = new Map<Uuid, MissedEvent>();
  for await (const [event, content] of withContents(db, events, isRead)) {
    if (!isMeant(event, selection)) continue;
    if (event.targetId !== null) {
      if (event.targetId === endpointId) wanted.set(event.id, { eventId: event.id, endpointId, subscriptionId: null });
      continue;
    }
    const found = matcher
      .match({ ...content, type: event.type, channels: event.channels })
      .find((one) => one.endpointId === endpointId);
    if (found) wanted.set(event.id, { eventId: event.id, endpointId, subscriptionId: found.subscriptionId });
  }
  return wanted;
}

/** The events in order, with what they carry where that is to be read: a group at a time, for each may be large. */
async function* withContents(
  db: Executor,
  events: readonly EventRow[],
  isRead: (event: EventRow) => boolean,
): AsyncGenerator<[EventRow, EventContent]> {
  for (let left = events; left.length > 0; ) {
    const group = left.slice(0, Math.min(HELD.events, lengthWithin(left, isRead, HELD.bytes)));
    const ids = group.filter(isRead).map(({ id }) => id);
    const contents = ids.length === 0 ? null : await findContents(db, ids);
    for (const event of group) yield [event, contents?.get(event.id) ?? NO_CONTENT];
    left = left.slice(group.length);
  }
}

/** Those that were not got, each with its last delivery to the endpoint or null. */
async function notGot(
  db: Executor,
  eventIds: readonly Uuid[],
  endpointId: Uuid,
  isNamed: boolean,
): Promise<Map<Uuid, Uuid | null>> {
  if (eventIds.length === 0) return new Map();
  const from = uuidFloor(uuidTime(eventIds[0]!) - CLOCK_SLACK_MS);
  const rows = await db.query<{ eventId: Uuid; deliveryId: Uuid | null }>(NOT_GOT, [
    eventIds,
    endpointId,
    from,
    isNamed,
  ]);
  return new Map(rows.map(({ eventId, deliveryId }) => [eventId, deliveryId]));
}
