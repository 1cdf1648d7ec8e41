import type { Executor } from '#database';
import type { TenantConfig, TenantConfigs } from '#endpoints';
import { findContent, NO_CONTENT } from '#events';
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
}

/** A tenant's events, oldest first, but for those that were called off. $1 tenant, $2 after, $3 below, $4 names, $5 rows. */
const EVENTS = `
  SELECT e.id, e.type, e.channels, e.endpoint_id AS "targetId"
    FROM events e
   WHERE e.tenant_id = $1 AND e.id > $2 AND e.id < $3 AND ($4::uuid[] IS NULL OR e.id = ANY ($4))
     AND e.cancelled_at IS NULL AND e.type <> ALL ('{${TEST_EVENT_TYPES.join()}}')
   ORDER BY e.id LIMIT $5`;

/**
 * Which of the events $1 the endpoint $2 has not got and is not about to get, and the last delivery that failed, if there
 * was one. What somebody has discarded is wanted by nobody, unless it is named ($4). No delivery is older than $3.
 */
const NOT_GOT = `
  SELECT missed.id AS "eventId",
         (SELECT d.id FROM deliveries d WHERE d.event_id = missed.id AND d.id >= $3 AND d.endpoint_id = $2
           ORDER BY d.id DESC LIMIT 1) AS "deliveryId"
    FROM unnest($1::uuid[]) AS missed(id)
   WHERE (SELECT true FROM deliveries d WHERE d.event_id = missed.id AND d.id >= $3 AND d.endpoint_id = $2
             AND d.status = 'succeeded' LIMIT 1) IS NULL
     AND (SELECT true FROM open_deliveries o WHERE o.event_id = missed.id AND o.endpoint_id = $2 LIMIT 1) IS NULL
     AND (SELECT true FROM scheduled_events w WHERE w.event_id = missed.id) IS NULL
     AND ($4 OR (SELECT true FROM dead_letters l WHERE l.event_id = missed.id AND l.endpoint_id = $2
                    AND l.resolution = 'discarded' LIMIT 1) IS NULL)`;

/** A delivery's id is made after its event's, but perhaps by another process: clocks agree better than this. */
const CLOCK_SLACK_MS = 60_000;

/**
 * Walks through events that an endpoint would get today and has never got: published before its subscription, while it was
 * disabled, or given up. Matching is what publishing does, over the configuration as it is at each look.
 */
export function missingWalk(selection: ReplaySelection, configs: TenantConfigs): Walk {
  const tenantId = selection.tenantIds![0]!;
  const endpointId = selection.endpointId!;
  return async (db, after, limit) => {
    const budget = budgetFor(limit);
    const events = await db.query<EventRow>(EVENTS, [
      tenantId,
      startOf(selection, after),
      uuidFloor(selection.untilMs),
      selection.named?.eventIds ?? null,
      budget,
    ]);
    const config = await configs.reload(toTypeId('ten', tenantId));
    const wanted =
      config === null ? new Map<Uuid, MissedEvent>() : await match(db, events, selection, endpointId, config);
    const originals = await notGot(db, [...wanted.keys()], endpointId, selection.named !== null);
    return toStretch(
      events,
      budget,
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

/** What an event carries is read only where a filter asks for it, and one at a time: it may be large. */
async function match(
  db: Executor,
  events: readonly EventRow[],
  { type }: ReplaySelection,
  endpointId: Uuid,
  { matcher }: TenantConfig,
): Promise<Map<Uuid, MissedEvent>> {
  const wanted = new Map<Uuid, MissedEvent>();
  for (const event of events) {
    if (type !== null && !matchesPattern(type, event.type)) continue;
    if (event.targetId !== null) {
      if (event.targetId === endpointId) wanted.set(event.id, { eventId: event.id, endpointId, subscriptionId: null });
      continue;
    }
    const content = matcher.filters(event.type) ? await findContent(db, event.id) : NO_CONTENT;
    const found = matcher
      .match({ ...content, type: event.type, channels: event.channels })
      .find((one) => one.endpointId === endpointId);
    if (found) wanted.set(event.id, { eventId: event.id, endpointId, subscriptionId: found.subscriptionId });
  }
  return wanted;
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
