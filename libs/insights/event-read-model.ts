import { Injectable } from '@nestjs/common';
import { Database, type ListPage } from '#database';
import { DatabaseClock, type Uuid } from '#kernel';
import { type EventFilters, leadOf, viewerConditions } from './event-conditions.js';
import { EventFinder } from './event-finder.js';
import { type EventPayload, toShown, type WholePayload } from './event-payloads.js';
import { assertPosition, type Listed, lookThrough, readSlice, type Slice } from './look.js';
import { Parameters, where } from './query-parts.js';
import { SettledEvents } from './settled-events.js';
import { deliveryRange, undeliveredBranches } from './undelivered.js';
import { hiddenPaths, type Viewer } from './viewer.js';
import { windowsOf } from './windows.js';

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
  readonly isScheduled: boolean;
  readonly expiresAt: Date | null;
  readonly cancelledAt: Date | null;
  readonly cancelReason: string | null;
  readonly isErased: boolean;
  readonly createdAt: Date;
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
  (e.deliver_at IS NOT NULL AND (SELECT true FROM scheduled_events s WHERE s.event_id = e.id) IS NOT NULL) AS "isScheduled",
  e.cancelled_at AS "cancelledAt", e.cancel_reason AS "cancelReason", e.data IS NULL AS "isErased", e.created_at AS "createdAt"`;

const BEFORE_ALL: Uuid = '00000000-0000-0000-0000-000000000000';

/** Undelivered events that one statement finds at most, for they are still to be looked at for the other filters. */
const UNDELIVERED_AT_ONCE = 100;

/** Answers what was published. */
@Injectable()
export class EventReadModel {
  constructor(
    private readonly db: Database,
    private readonly finder: EventFinder,
    private readonly settled: SettledEvents,
    private readonly clock: DatabaseClock,
  ) {}

  /** One event with its payload, as the viewer gets to see it; null when there is none. */
  async find(viewer: Viewer, eventId: Uuid): Promise<(EventRow & EventPayload) | null> {
    const found = await this.findWhole(viewer, eventId);
    return found && toShown(found);
  }

  /** The same with nothing hidden in it yet, for whoever has to look into the data; it is not to be shown. */
  async findWhole(viewer: Viewer, eventId: Uuid): Promise<(EventRow & WholePayload) | null> {
    const parameters = new Parameters();
    const conditions = [`e.id = ${parameters.add(eventId)}`, ...viewerConditions(parameters, viewer)];
    const [row] = await this.db.query<EventRow & WholePayload>(
      `SELECT ${COLUMNS}, e.data, e.metadata, e.headers, ${hiddenPaths(viewer, 'e.type')} AS hidden
         FROM events e ${where(conditions)}`,
      parameters.values,
    );
    return row ?? null;
  }

  /** A page of events. In ascending order it may skip what commits late; {@link follow} does not. */
  async list(
    viewer: Viewer,
    filters: EventFilters,
    page: ListPage,
    below: Uuid | null = null,
  ): Promise<Listed<EventRow>> {
    assertPosition(page);
    const ofUid = filters.uid === null ? null : await this.finder.byUid(filters.uid, viewer.tenantIds);
    const windows = ofUid === null ? windowsOf(page, this.clock.now()) : [page];
    return lookThrough<EventRow>(page, windows, (window, budget) =>
      filters.delivered === false
        ? this.readUndelivered(viewer, filters, window, ofUid, below, budget)
        : this.read(viewer, filters, window, ofUid, below, budget),
    );
  }

  /**
   * A page in ascending order that never skips an event which commits late: at the live end it waits up to a second
   * for ids that were given but not written yet, and stops short of what is still being written.
   */
  async follow(viewer: Viewer, filters: EventFilters, page: ListPage): Promise<EventFeed> {
    const glance = await this.list(viewer, filters, page);
    const newest = glance.stoppedAt ?? glance.rows.at(-1)?.id;
    if (newest === undefined) return { rows: [], position: null };
    const below = await this.settled.bound(newest);
    const { rows, stoppedAt } = await this.list(viewer, filters, page, below);
    // What appeared only now was not waited for: it comes with the next page.
    const shown = rows.filter(({ id }) => id <= newest);
    if (below === null || newest < below) {
      const isFull = rows.length === page.limit;
      const seenTo = stoppedAt ?? (isFull ? rows.at(-1)!.id : newest);
      return { rows: shown, position: seenTo < newest ? seenTo : newest };
    }
    return { rows: shown, position: shown.at(-1)?.id ?? page.after ?? BEFORE_ALL };
  }

  /** `ids`: the events that are meant, when they are known; `below`: only ids below this one. */
  private read(
    viewer: Viewer,
    filters: EventFilters,
    page: ListPage,
    ids: readonly Uuid[] | null,
    below: Uuid | null,
    budget: number,
  ): Promise<Slice<EventRow>> {
    return readSlice<EventRow>(this.db, page, budget, (parameters) => {
      const limit = below === null ? [] : [`e.id < ${parameters.add(below)}`];
      const { leads, rest } = leadOf(parameters, viewer, filters, deliveryRange(page, this.clock.now()), ids);
      return leads.map((lead) => ({ columns: COLUMNS, from: 'events e', id: 'e.id', lead: [...lead, ...limit], rest }));
    });
  }

  /** Found from the deliveries' side, which has indexes on what did not succeed, in the order of their events. */
  private async readUndelivered(
    viewer: Viewer,
    filters: EventFilters,
    page: ListPage,
    ofUid: readonly Uuid[] | null,
    below: Uuid | null,
    budget: number,
  ): Promise<Slice<EventRow>> {
    const limit = Math.max(page.limit, UNDELIVERED_AT_ONCE);
    const found = await readSlice<{ id: Uuid }>(this.db, { ...page, limit }, budget, (parameters) =>
      undeliveredBranches(parameters, viewer, deliveryRange(page, this.clock.now()), ofUid),
    );
    const ids = found.rows.map(({ id }) => id);
    const edge = found.edge ?? (ids.length >= limit ? ids.at(-1)! : null);
    if (ids.length === 0) return { rows: [], edge };
    const all: EventFilters = { ...filters, uid: null, delivered: null };
    const { rows } = await this.read(viewer, all, page, ids, below, ids.length + 1);
    return { rows, edge };
  }
}
