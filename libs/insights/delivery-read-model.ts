import { Injectable } from '@nestjs/common';
import { Database, type ListPage } from '#database';
import { DatabaseClock, type Uuid, uuidTime } from '#kernel';
import {
  type DeliveryFilters,
  type DeliveryStatus,
  endedConditions,
  mayBeEnded,
  mayBeOpen,
  openConditions,
} from './delivery-conditions.js';
import { EventFinder } from './event-finder.js';
import { assertPosition, type Branch, type Listed, lookThrough, readSlice } from './look.js';
import type { Parameters } from './query-parts.js';
import { CLOCK_SLACK_MS } from './undelivered.js';
import type { Viewer } from './viewer.js';
import { windowsOf } from './windows.js';

/** One event on its way to one endpoint, open or ended. */
export interface DeliveryRow {
  readonly id: Uuid;
  readonly eventId: Uuid;
  readonly tenantId: Uuid;
  readonly endpointId: Uuid;
  /** Null for an event that was meant for its endpoint. */
  readonly subscriptionId: Uuid | null;
  readonly type: string;
  readonly status: DeliveryStatus;
  /** Null unless pending. */
  readonly waitingFor: string | null;
  readonly attemptCount: number;
  readonly nextAttemptAt: Date | null;
  readonly replayOf: Uuid | null;
  readonly lastStatusCode: number | null;
  readonly lastErrorCode: string | null;
  readonly cancelReason: string | null;
  readonly createdAt: Date;
  readonly completedAt: Date | null;
}

/** Both tables' columns, in one order. `infinity` never leaves the database: no JavaScript date can hold it. */
const SHARED = (t: string): string =>
  `${t}.id, ${t}.event_id AS "eventId", ${t}.tenant_id AS "tenantId", ${t}.endpoint_id AS "endpointId",
   ${t}.subscription_id AS "subscriptionId", ${t}.type, ${t}.attempts AS "attemptCount", ${t}.replay_of AS "replayOf",
   ${t}.last_status_code AS "lastStatusCode", ${t}.last_error_code AS "lastErrorCode", ${t}.created_at AS "createdAt"`;

const OPEN = `${SHARED('o')},
   CASE WHEN o.due_at = 'infinity' THEN 'held' ELSE 'pending' END AS status,
   CASE WHEN o.due_at < 'infinity' THEN o.waiting_for END AS "waitingFor",
   CASE WHEN o.due_at < 'infinity' AND o.waiting_for NOT IN ('queue', 'sending', 'order') THEN o.due_at END AS "nextAttemptAt",
   NULL::text AS "cancelReason", NULL::timestamptz AS "completedAt"`;

const ENDED = `${SHARED('d')},
   d.status, NULL::text AS "waitingFor", NULL::timestamptz AS "nextAttemptAt", d.cancel_reason AS "cancelReason",
   d.completed_at AS "completedAt"`;

/** Whoever sees an event sees what became of it. */
const EVERYBODY: Viewer = { tenantIds: null, publishedBy: null, seesRedacted: false };

/** The most deliveries that are shown with their event; a list of deliveries shows the rest. */
const MAX_OF_EVENT = 1_000;

/**
 * Answers what became of events. What is open and what has ended are two tables and one list: one statement reads both
 * under one snapshot, so that a delivery which moves between them while someone pages is neither missed nor seen twice.
 */
@Injectable()
export class DeliveryReadModel {
  constructor(
    private readonly db: Database,
    private readonly events: EventFinder,
    private readonly clock: DatabaseClock,
  ) {}

  /** Null when there is none that the viewer sees. */
  async find(viewer: Viewer, deliveryId: Uuid): Promise<DeliveryRow | null> {
    const page: ListPage = { limit: 1, after: null, order: 'asc' };
    const { rows } = await readSlice<DeliveryRow>(this.db, page, 1, (parameters) =>
      deliveryBranches(parameters, viewer, {}, null).map((branch) => ({
        ...branch,
        lead: [`${branch.id} = ${parameters.add(deliveryId)}`],
        rest: [...branch.lead, ...branch.rest],
      })),
    );
    return rows[0] ?? null;
  }

  /** The deliveries of an event that the viewer is known to see, oldest first. */
  async ofEvent(eventId: Uuid): Promise<DeliveryRow[]> {
    const page: ListPage = { limit: MAX_OF_EVENT, after: null, order: 'asc' };
    const { rows } = await this.read(EVERYBODY, {}, page, [eventId]);
    return [...rows];
  }

  async list(viewer: Viewer, filters: DeliveryFilters, page: ListPage): Promise<Listed<DeliveryRow>> {
    assertPosition(page);
    const { eventId, uid = null, subject = null, correlationId = null } = filters;
    const found = await this.events.find({ uid, subject, correlationId }, viewer.tenantIds);
    const eventIds = eventId ? (found ?? [eventId]).filter((id) => id === eventId) : found;
    if (eventIds?.length === 0) return { rows: [], stoppedAt: null };
    // Keys that have named their events need not be looked at again.
    const rest = found === null ? filters : { ...filters, uid: null, subject: null, correlationId: null };
    return this.read(viewer, rest, page, eventIds);
  }

  /** `eventIds`: the events that the filters' keys have led to; null when they are to be looked at row by row. */
  private read(
    viewer: Viewer,
    filters: DeliveryFilters,
    page: ListPage,
    eventIds: readonly Uuid[] | null,
  ): Promise<Listed<DeliveryRow>> {
    const windows = eventIds === null ? windowsOf(page, this.clock.now()) : [sinceEvents(page, eventIds)];
    return lookThrough<DeliveryRow>(page, windows, (window, budget) =>
      readSlice<DeliveryRow>(this.db, window, budget, (parameters) =>
        deliveryBranches(parameters, viewer, filters, eventIds),
      ),
    );
  }
}

/** The two tables, as far as the filters leave anything of them. */
function deliveryBranches(
  parameters: Parameters,
  viewer: Viewer,
  filters: DeliveryFilters,
  eventIds: readonly Uuid[] | null,
): Branch[] {
  const open = { columns: OPEN, from: 'open_deliveries o', id: 'o.id' };
  const ended = { columns: ENDED, from: 'deliveries d', id: 'd.id' };
  return [
    ...(mayBeOpen(filters) ? [{ ...open, ...openConditions(parameters, viewer, filters, eventIds) }] : []),
    ...(mayBeEnded(filters)
      ? endedConditions(parameters, viewer, filters, eventIds).map((conditions) => ({ ...ended, ...conditions }))
      : []),
  ];
}

/** No delivery is older than its event, so the days before the oldest of these need not be looked at. */
function sinceEvents(page: ListPage, eventIds: readonly Uuid[]): ListPage {
  const oldestMs = Math.min(...eventIds.map(uuidTime)) - CLOCK_SLACK_MS;
  return { ...page, sinceMs: Math.max(page.sinceMs ?? 0, oldestMs, 0) };
}
