import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { toRule } from '#endpoints';
import { type Uuid, uuidFloor, uuidTime } from '#kernel';
import type { JsonObject } from '#policy';
import { type DeliveryRow, DeliveryReadModel } from './delivery-read-model.js';
import { EventReadModel } from './event-read-model.js';
import { Doers } from './doers.js';
import { explainDelivery } from './explain-delivery.js';
import type {
  ExplainedDelivery,
  ExplainedEndpoint,
  ExplainedEvent,
  ExplainedSubscription,
  Explanation,
} from './explain-facts.js';
import { explainNoDelivery } from './explain-no-delivery.js';
import { Redaction } from './redaction.js';
import type { Viewer } from './viewer.js';

/** What became of an event at one endpoint. */
export interface EndpointExplanation extends Explanation {
  readonly endpoint: ExplainedEndpoint;
  /** The delivery that the sentence is about: the newest of the event to this endpoint. Null when there is none. */
  readonly delivery: DeliveryRow | null;
  /** All of them, oldest first: replays included. */
  readonly deliveryIds: readonly Uuid[];
}

export interface EventExplanation {
  readonly event: ExplainedEvent;
  /** Those that got a delivery first. */
  readonly endpoints: readonly EndpointExplanation[];
  /** Whether the tenant has more endpoints than are told of; each can be asked for by its id. */
  readonly hasMore: boolean;
}

/** Endpoints that one answer tells of, at most. */
const MOST_ENDPOINTS = 250;

/** Answers "where is it?": for each endpoint of the event's tenant one sentence, also where nothing was sent. */
@Injectable()
export class ExplanationReadModel {
  constructor(
    private readonly db: Database,
    private readonly events: EventReadModel,
    private readonly deliveries: DeliveryReadModel,
    private readonly doers: Doers,
  ) {}

  /**
   * Of all endpoints, or of one. Null when there is no such event for the viewer. `tellsNames`: whether the viewer may know
   * who has done what; only then are people and keys named.
   */
  async explain(
    viewer: Viewer,
    eventId: Uuid,
    endpointId: Uuid | null,
    tellsNames = false,
  ): Promise<EventExplanation | null> {
    const found = await this.events.findWhole(viewer, eventId);
    if (found === null) return null;
    const [pauses, rows] = await Promise.all([this.pauses(found.tenantId), this.deliveries.ofEvent(eventId)]);
    const event: ExplainedEvent = { ...found, ...pauses, tenantPausedBy: null, cancelledBy: null };
    const byEndpoint = groupBy(rows, (row) => row.endpointId);
    const endpoints = await this.endpoints(event.tenantId, [...byEndpoint.keys()], endpointId);
    const shown = endpoints.slice(0, MOST_ENDPOINTS);
    const newest = shown.flatMap(({ id }) => byEndpoint.get(id)?.at(-1) ?? []);
    const redaction = new Redaction(event.data, event.hidden);
    const [courses, subscriptions] = await Promise.all([this.courses(newest, redaction), this.subscriptions(shown)]);
    if (tellsNames) await this.doers.name(event, shown, courses);
    return {
      event,
      endpoints: shown.map((endpoint) => {
        const own = byEndpoint.get(endpoint.id) ?? [];
        const course = courses.get(own.at(-1)?.id ?? '');
        const explanation = course
          ? explainDelivery(event, endpoint, course)
          : explainNoDelivery(event, endpoint, subscriptions.get(endpoint.id) ?? []);
        return { ...explanation, endpoint, delivery: course?.row ?? null, deliveryIds: own.map(({ id }) => id) };
      }),
      hasMore: endpoints.length > shown.length,
    };
  }

  private async pauses(tenantId: Uuid): Promise<Pick<ExplainedEvent, 'tenantPausedAt' | 'platformPausedAt'>> {
    const [row] = await this.db.query<Pick<ExplainedEvent, 'tenantPausedAt' | 'platformPausedAt'>>(
      `SELECT paused_at AS "tenantPausedAt",
              (SELECT turned_on_at FROM switches WHERE name = 'deliveries_paused') AS "platformPausedAt"
         FROM tenants WHERE id = $1`,
      [tenantId],
    );
    return row ?? { tenantPausedAt: null, platformPausedAt: null };
  }

  /** The living endpoints of a tenant, and those of the deleted that have a delivery or are asked for. */
  private endpoints(tenantId: Uuid, delivered: readonly Uuid[], only: Uuid | null): Promise<ExplainedEndpoint[]> {
    return this.db.query<ExplainedEndpoint>(
      `SELECT p.id, p.uid, p.url, p.status, p.disabled_reason AS "disabledReason",
              p.status_changed_at AS "statusChangedAt", NULL::text AS "statusBy", p.created_at AS "createdAt", p.deleted_at AS "deletedAt",
              p.rate_limit AS "rateLimit", p.rate_period_seconds AS "ratePeriodSeconds",
              c.state AS "circuitState", c.since AS "circuitSince", c.reason AS "circuitReason",
              CASE WHEN c.paused_until > clock_timestamp() THEN c.paused_until END AS "askedPauseUntil"
         FROM endpoints p LEFT JOIN endpoint_circuits c ON c.endpoint_id = p.id
        WHERE p.tenant_id = $1 AND ($3::uuid IS NULL AND p.deleted_at IS NULL OR p.id = ANY ($2::uuid[]) OR p.id = $3)
          AND ($3::uuid IS NULL OR p.id = $3)
        ORDER BY p.id = ANY ($2::uuid[]) DESC, p.id LIMIT $4`,
      [tenantId, delivered, only, MOST_ENDPOINTS + 1],
    );
  }

  private async subscriptions(
    endpoints: readonly ExplainedEndpoint[],
  ): Promise<Map<Uuid, readonly ExplainedSubscription[]>> {
    const rows = await this.db.query<Omit<ExplainedSubscription, 'filter'> & { filter: JsonObject | null }>(
      `SELECT id, endpoint_id AS "endpointId", event_types AS "eventTypes", channels, filter, enabled,
              created_at AS "createdAt", updated_at AS "updatedAt"
         FROM subscriptions WHERE endpoint_id = ANY ($1::uuid[]) AND deleted_at IS NULL ORDER BY id`,
      [endpoints.map(({ id }) => id)],
    );
    return groupBy(rows.map(toRule), ({ endpointId }) => endpointId);
  }

  /** What is known of these deliveries beside their rows, by their ids. */
  private async courses(rows: readonly DeliveryRow[], redaction: Redaction): Promise<Map<Uuid, ExplainedDelivery>> {
    if (rows.length === 0) return new Map();
    const ids = rows.map(({ id }) => id);
    const oldest = uuidFloor(Math.min(...ids.map(uuidTime)));
    const found = await this.db.query<Omit<ExplainedDelivery, 'row'> & { id: Uuid }>(
      `SELECT asked.id,
              (SELECT to_jsonb(a) FROM (
                 SELECT duration_ms AS "durationMs", status_code AS "statusCode", error
                   FROM attempts WHERE delivery_id = asked.id AND delivery_id >= $2
                  ORDER BY number DESC, generation DESC LIMIT 1) a) AS "lastAttempt",
              (SELECT to_jsonb(l) FROM (
                 SELECT reason, resolution, note FROM dead_letters WHERE delivery_id = asked.id) l) AS "deadLetter", NULL::text AS "cancelledBy",
              (SELECT h.id FROM open_deliveries o JOIN open_deliveries h
                   ON h.endpoint_id = o.endpoint_id AND h.order_key = o.order_key AND h.order_seq IS NOT NULL
                  AND h.waiting_for <> 'order' AND h.id <> o.id
                WHERE o.id = asked.id AND o.waiting_for = 'order' LIMIT 1) AS behind
         FROM unnest($1::uuid[]) AS asked(id)`,
      [ids, oldest],
    );
    const byId = new Map(
      found.map(({ id, lastAttempt, ...course }) => {
        return [
          id,
          { ...course, lastAttempt: lastAttempt && { ...lastAttempt, error: redaction.error(lastAttempt.error) } },
        ];
      }),
    );
    return new Map(rows.map((row) => [row.id, { row, ...byId.get(row.id)! }]));
  }
}

function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => Uuid): Map<Uuid, Row[]> {
  const groups = new Map<Uuid, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
