import { Injectable } from '@nestjs/common';
import { Database, type ListPage } from '#database';
import { type Uuid, uuidFloor, uuidTime } from '#kernel';
import { EventFinder, type EventKeys } from './event-finder.js';
import type { EventPayload } from './event-payloads.js';
import { equals, pageConditions, Parameters, tenantConditions, typeConditions, where } from './query-parts.js';
import { SettledEvents } from './settled-events.js';
import type { Viewer } from './viewer.js';

/** An event without what it carries. */
export interface EventRow {
  readonly id: Uuid;
  readonly tenantId: Uuid;
  readonly uid: string | null;
  readonly type: string;
  readonly subject: string | null;
  readonly source: string | null;
  readonly occurredAt: Date;
  readonly correlationId: string | null;
  readonly schemaVersion: string | null;
  readonly channels: readonly string[] | null;
  readonly endpointId: Uuid | null;
  readonly orderingKey: string | null;
  readonly deliverAt: Date | null;
  readonly expiresAt: Date | null;
  readonly isErased: boolean;
  readonly createdAt: Date;
}

/** What a list of events is limited to; null: does not matter. */
export interface EventFilters extends EventKeys {
  /** Exact, or with `.*` everything below. */
  readonly type: string | null;
  readonly source: string | null;
  /** False: some endpoint has not got it (yet). True: all have, if there were any. */
  readonly delivered: boolean | null;
}

/** Events in ascending order, and where to go on. */
export interface EventFeed {
  readonly rows: readonly EventRow[];
  /** After this position comes what is not in `rows`; null when the list has nothing after the position asked for. */
  readonly position: Uuid | null;
}

const COLUMNS = `e.id, e.tenant_id AS "tenantId", e.uid, e.type, e.subject, e.source, e.occurred_at AS "occurredAt",
  e.correlation_id AS "correlationId", e.schema_version AS "schemaVersion", e.channels, e.endpoint_id AS "endpointId",
  e.ordering_key AS "orderingKey", e.deliver_at AS "deliverAt", e.expires_at AS "expiresAt",
  e.data IS NULL AS "isErased", e.created_at AS "createdAt"`;

const BEFORE_ALL: Uuid = '00000000-0000-0000-0000-000000000000';

/** A delivery's id is made after its event's, but perhaps by another process: clocks agree better than this. */
const CLOCK_SLACK_MS = 60_000;

/** Answers what was published. */
@Injectable()
export class EventReadModel {
  constructor(
    private readonly db: Database,
    private readonly finder: EventFinder,
    private readonly settled: SettledEvents,
  ) {}

  /** One event with its payload; null when there is none that the viewer sees. */
  async find(viewer: Viewer, eventId: Uuid): Promise<(EventRow & EventPayload) | null> {
    const parameters = new Parameters();
    const conditions = [`e.id = ${parameters.add(eventId)}`, ...viewerConditions(parameters, viewer)];
    const [row] = await this.db.query<EventRow & EventPayload>(
      `SELECT ${COLUMNS}, e.data, e.metadata, e.headers FROM events e ${where(conditions)}`,
      parameters.values,
    );
    return row ?? null;
  }

  /** A page of events. In ascending order it may skip what commits late; {@link follow} does not. */
  async list(viewer: Viewer, filters: EventFilters, page: ListPage, below: Uuid | null = null): Promise<EventRow[]> {
    const ofUid = filters.uid === null ? null : await this.finder.byUid(filters.uid, viewer.tenantIds);
    if (ofUid?.length === 0) return [];
    const parameters = new Parameters();
    const conditions = [
      ...(ofUid === null ? [] : [`e.id = ANY (${parameters.add(ofUid)}::uuid[])`]),
      ...viewerConditions(parameters, viewer),
      ...typeConditions(parameters, 'e.type', filters.type),
      ...equals(parameters, 'e.subject', filters.subject),
      ...equals(parameters, 'e.source', filters.source),
      ...equals(parameters, 'e.correlation_id', filters.correlationId),
      ...deliveredConditions(parameters, viewer, filters.delivered, page),
      ...(below === null ? [] : [`e.id < ${parameters.add(below)}`]),
      ...pageConditions(parameters, page, 'e.id'),
    ];
    return this.db.query<EventRow>(
      `SELECT ${COLUMNS} FROM events e ${where(conditions)} ORDER BY e.id ${page.order} LIMIT ${parameters.add(page.limit)}`,
      parameters.values,
    );
  }

  /**
   * A page in ascending order that never skips an event which commits late: at the live end it waits up to a second
   * for ids that were given but not written yet, and stops short of what is still being written.
   */
  async follow(viewer: Viewer, filters: EventFilters, page: ListPage): Promise<EventFeed> {
    const glance = await this.list(viewer, filters, page);
    const newest = glance.at(-1);
    if (!newest) return { rows: [], position: null };
    const below = await this.settled.bound(newest.id);
    const rows = await this.list(viewer, filters, page, below);
    // What appeared only now was not waited for: it comes with the next page.
    const shown = rows.filter(({ id }) => id <= newest.id);
    return { rows: shown, position: shown.at(-1)?.id ?? page.after ?? BEFORE_ALL };
  }
}

function viewerConditions(parameters: Parameters, { tenantIds, publishedBy }: Viewer): string[] {
  return [
    ...tenantConditions(parameters, 'e.tenant_id', tenantIds),
    ...equals(parameters, 'e.published_by', publishedBy),
  ];
}

/**
 * Undelivered is an event that some endpoint has not got, neither by its first delivery nor by a replay. Found from the
 * deliveries' side, which has an index on what did not succeed.
 */
function deliveredConditions(
  parameters: Parameters,
  { tenantIds }: Viewer,
  delivered: boolean | null,
  page: ListPage,
): string[] {
  if (delivered === null) return [];
  const got = (of: string): string =>
    `EXISTS (SELECT FROM deliveries s WHERE s.event_id = ${of}.event_id AND s.endpoint_id = ${of}.endpoint_id
              AND s.status = 'succeeded')`;
  const open = [...tenantConditions(parameters, 'o.tenant_id', tenantIds), `NOT ${got('o')}`];
  const ended = [
    `d.status <> 'succeeded'`,
    ...tenantConditions(parameters, 'd.tenant_id', tenantIds),
    ...sinceConditions(parameters, page),
    `NOT ${got('d')}`,
  ];
  return [
    `e.id ${delivered ? 'NOT IN' : 'IN'} (
       SELECT o.event_id FROM open_deliveries o ${where(open)}
        UNION
       SELECT d.event_id FROM deliveries d ${where(ended)})`,
  ];
}

/** No delivery is older than its event, so the days before the page need not be looked at. */
function sinceConditions(parameters: Parameters, { order, after, sinceMs }: ListPage): string[] {
  const afterMs = order === 'asc' && after !== null ? uuidTime(after) : 0;
  const fromMs = Math.max(Number.isNaN(afterMs) ? 0 : afterMs, sinceMs ?? 0) - CLOCK_SLACK_MS;
  return fromMs > 0 ? [`d.id >= ${parameters.add(uuidFloor(fromMs))}`] : [];
}
