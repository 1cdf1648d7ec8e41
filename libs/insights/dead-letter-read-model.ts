import { Injectable } from '@nestjs/common';
import { Database, type ListPage } from '#database';
import type { Uuid } from '#kernel';
import { assertPosition, type Branch, type Listed, lookThrough, readSlice } from './look.js';
import { equals, eventOf, leadByTenants, Parameters, tenantConditions, typeConditions, where } from './query-parts.js';
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

  async list(viewer: Viewer, filters: DeadLetterListFilters, page: ListPage): Promise<Listed<DeadLetterRow>> {
    assertPosition(page);
    return lookThrough<DeadLetterRow>(page, [page], (stretch, budget) =>
      readSlice<DeadLetterRow>(this.db, stretch, budget, (parameters) => branches(parameters, viewer, filters)),
    );
  }
}

function branches(parameters: Parameters, viewer: Viewer, filters: DeadLetterListFilters): Branch[] {
  const { endpointId, type, reason, resolved } = filters;
  const ofEndpoint = equals(parameters, 'l.endpoint_id', endpointId);
  const tenants = leadByTenants(parameters, 'l.tenant_id', endpointId === null ? viewer.tenantIds : null);
  const rest = [
    ...tenants.rest,
    ...(endpointId === null ? [] : tenantConditions(parameters, 'l.tenant_id', viewer.tenantIds)),
    ...typeConditions(parameters, 'l.type', type),
    ...equals(parameters, 'l.reason', reason),
    ...(resolved === true ? ['l.resolved_at IS NOT NULL'] : []),
    ...publisherConditions(parameters, viewer),
  ];
  // What is not resolved has indexes of its own.
  const unresolved = resolved === false ? ['l.resolved_at IS NULL'] : [];
  const common = { columns: COLUMNS, from: 'dead_letters l', id: 'l.id', rest };
  return tenants.leads.map((lead) => ({ ...common, lead: [...lead, ...ofEndpoint, ...unresolved] }));
}

function viewerConditions(parameters: Parameters, viewer: Viewer): string[] {
  return [...tenantConditions(parameters, 'l.tenant_id', viewer.tenantIds), ...publisherConditions(parameters, viewer)];
}

function publisherConditions(parameters: Parameters, { publishedBy }: Viewer): string[] {
  return publishedBy === null ? [] : [eventOf('l', equals(parameters, 'e.published_by', publishedBy))];
}
