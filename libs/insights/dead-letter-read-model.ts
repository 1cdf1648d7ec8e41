import { Injectable } from '@nestjs/common';
import { Database, type ListPage } from '#database';
import type { Uuid } from '#kernel';
import { equals, pageConditions, Parameters, tenantConditions, typeConditions, where } from './query-parts.js';
import type { Viewer } from './viewer.js';

export type DeadLetterReason = 'exhausted' | 'gone' | 'blocked' | 'expired';

/** A delivery that could not be made, until someone replays or discards it. */
export interface DeadLetterRow {
  readonly id: Uuid;
  readonly deliveryId: Uuid;
  readonly eventId: Uuid;
  readonly endpointId: Uuid;
  readonly tenantId: Uuid;
  readonly type: string;
  readonly reason: DeadLetterReason;
  readonly openedAt: Date;
  readonly resolvedAt: Date | null;
  readonly resolution: 'replayed' | 'discarded' | null;
  readonly note: string | null;
}

/** Null: does not matter. */
export interface DeadLetterListFilters {
  readonly endpointId: Uuid | null;
  /** Exact, or with `.*` everything below. */
  readonly type: string | null;
  readonly reason: DeadLetterReason | null;
  readonly resolved: boolean | null;
}

const COLUMNS = `l.id, l.delivery_id AS "deliveryId", l.event_id AS "eventId", l.endpoint_id AS "endpointId",
  l.tenant_id AS "tenantId", l.type, l.reason, l.opened_at AS "openedAt", l.resolved_at AS "resolvedAt", l.resolution,
  l.note`;

/** Answers what lies in the dead-letter queue. */
@Injectable()
export class DeadLetterReadModel {
  constructor(private readonly db: Database) {}

  /** Null when there is none that the viewer sees. */
  async find(viewer: Viewer, deadLetterId: Uuid): Promise<DeadLetterRow | null> {
    const parameters = new Parameters();
    const conditions = [`l.id = ${parameters.add(deadLetterId)}`, ...viewerConditions(parameters, viewer)];
    const [row] = await this.db.query<DeadLetterRow>(
      `SELECT ${COLUMNS} FROM dead_letters l ${where(conditions)}`,
      parameters.values,
    );
    return row ?? null;
  }

  /** Which of these there are, for the viewer. */
  async existing(viewer: Viewer, deadLetterIds: readonly Uuid[]): Promise<Set<Uuid>> {
    const parameters = new Parameters();
    const conditions = [
      `l.id = ANY (${parameters.add(deadLetterIds)}::uuid[])`,
      ...viewerConditions(parameters, viewer),
    ];
    const rows = await this.db.query<{ id: Uuid }>(
      `SELECT l.id FROM dead_letters l ${where(conditions)}`,
      parameters.values,
    );
    return new Set(rows.map(({ id }) => id));
  }

  async list(viewer: Viewer, filters: DeadLetterListFilters, page: ListPage): Promise<DeadLetterRow[]> {
    const parameters = new Parameters();
    const conditions = [
      ...viewerConditions(parameters, viewer),
      ...equals(parameters, 'l.endpoint_id', filters.endpointId),
      ...typeConditions(parameters, 'l.type', filters.type),
      ...equals(parameters, 'l.reason', filters.reason),
      ...(filters.resolved === null ? [] : [`l.resolved_at IS ${filters.resolved ? 'NOT NULL' : 'NULL'}`]),
      ...pageConditions(parameters, page, 'l.id'),
    ];
    return this.db.query<DeadLetterRow>(
      `SELECT ${COLUMNS} FROM dead_letters l ${where(conditions)}
        ORDER BY l.id ${page.order} LIMIT ${parameters.add(page.limit)}`,
      parameters.values,
    );
  }
}

function viewerConditions(parameters: Parameters, { tenantIds, publishedBy }: Viewer): string[] {
  return [
    ...tenantConditions(parameters, 'l.tenant_id', tenantIds),
    ...(publishedBy === null
      ? []
      : [`EXISTS (SELECT FROM events e WHERE e.id = l.event_id AND e.published_by = ${parameters.add(publishedBy)})`]),
  ];
}
