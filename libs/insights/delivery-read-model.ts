import { Injectable } from '@nestjs/common';
import { Database, type ListPage } from '#database';
import type { Uuid } from '#kernel';
import {
  type DeliveryFilters,
  type DeliveryStatus,
  endedConditions,
  mayBeEnded,
  mayBeOpen,
  openConditions,
} from './delivery-conditions.js';
import { EventFinder } from './event-finder.js';
import { pageConditions, Parameters, where } from './query-parts.js';
import type { Viewer } from './viewer.js';

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
   CASE WHEN o.due_at < 'infinity' AND o.waiting_for NOT IN ('queue', 'sending') THEN o.due_at END AS "nextAttemptAt",
   NULL::text AS "cancelReason", NULL::timestamptz AS "completedAt"`;

const ENDED = `${SHARED('d')},
   d.status, NULL::text AS "waitingFor", NULL::timestamptz AS "nextAttemptAt", d.cancel_reason AS "cancelReason",
   d.completed_at AS "completedAt"`;

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
  ) {}

  /** Null when there is none that the viewer sees. */
  async find(viewer: Viewer, deliveryId: Uuid): Promise<DeliveryRow | null> {
    const page: ListPage = { limit: 1, after: null, order: 'asc' };
    const [row] = await this.run(viewer, {}, page, null, deliveryId);
    return row ?? null;
  }

  /** The deliveries of an event that the viewer is known to see, oldest first. */
  async ofEvent(eventId: Uuid): Promise<DeliveryRow[]> {
    const page: ListPage = { limit: MAX_OF_EVENT, after: null, order: 'asc' };
    return this.run({ tenantIds: null, publishedBy: null }, {}, page, [eventId], null);
  }

  async list(viewer: Viewer, filters: DeliveryFilters, page: ListPage): Promise<DeliveryRow[]> {
    const { eventId, uid = null, subject = null, correlationId = null } = filters;
    const found = await this.events.find({ uid, subject, correlationId }, viewer.tenantIds);
    const eventIds = eventId ? (found ?? [eventId]).filter((id) => id === eventId) : found;
    if (eventIds?.length === 0) return [];
    // Keys that have named their events need not be looked at again.
    const rest = found === null ? filters : { ...filters, uid: null, subject: null, correlationId: null };
    return this.run(viewer, rest, page, eventIds, null);
  }

  /** `eventIds`: the events that the filters' keys have led to; null when they are to be looked at row by row. */
  private async run(
    viewer: Viewer,
    filters: DeliveryFilters,
    page: ListPage,
    eventIds: readonly Uuid[] | null,
    deliveryId: Uuid | null,
  ): Promise<DeliveryRow[]> {
    const parameters = new Parameters();
    const limit = parameters.add(page.limit);
    const branch = (columns: string, table: string, t: string, conditions: readonly string[]): string => {
      const all = [
        ...(deliveryId === null ? [] : [`${t}.id = ${parameters.add(deliveryId)}`]),
        ...conditions,
        ...pageConditions(parameters, page, `${t}.id`),
      ];
      return `(SELECT ${columns} FROM ${table} ${t} ${where(all)} ORDER BY ${t}.id ${page.order} LIMIT ${limit})`;
    };
    const branches: string[] = [];
    if (mayBeOpen(filters)) {
      branches.push(branch(OPEN, 'open_deliveries', 'o', openConditions(parameters, viewer, filters, eventIds)));
    }
    if (mayBeEnded(filters)) {
      branches.push(branch(ENDED, 'deliveries', 'd', endedConditions(parameters, viewer, filters, eventIds)));
    }
    if (branches.length === 0) return [];
    if (branches.length === 1) return this.db.query<DeliveryRow>(branches[0]!, parameters.values);
    const sql = `${branches.join(' UNION ALL ')} ORDER BY id ${page.order} LIMIT ${limit}`;
    return this.db.query<DeliveryRow>(sql, parameters.values);
  }
}
