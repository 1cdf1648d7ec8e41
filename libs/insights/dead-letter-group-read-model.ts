import { Injectable } from '@nestjs/common';
import { assertUuidPosition, Database } from '#database';
import { PosthornError, type Uuid, uuidFloor } from '#kernel';
import type { DeadLetterReason } from './dead-letter-read-model.js';
import { equals, eventOf, Parameters, tenantConditions, typeConditions } from './query-parts.js';
import { hiddenPaths, type Viewer } from './viewer.js';

/** What lies in the dead-letter queue of one endpoint for one reason. */
export interface DeadLetterGroup {
  readonly tenantId: Uuid;
  readonly endpointId: Uuid;
  readonly reason: DeadLetterReason;
  /** Those that were counted; when it is not exact there are more. */
  readonly count: number;
  readonly isExact: boolean;
  readonly oldestAt: Date;
  readonly newestAt: Date;
  /** Event types among the newest. */
  readonly types: readonly string[];
  readonly sample: DeadLetterSample;
}

/** The newest of a group, and how it ended; null: not on record any more, or there was no such thing. */
export interface DeadLetterSample {
  readonly deadLetterId: Uuid;
  readonly deliveryId: Uuid;
  readonly lastStatusCode: number | null;
  readonly lastErrorCode: string | null;
  /** Null also where some of the event is hidden from the viewer: a receiver may have repeated it. */
  readonly error: string | null;
}

/** Null: does not matter. */
export interface DeadLetterGroupFilters {
  readonly endpoint: { readonly id: Uuid; readonly tenantId: Uuid } | null;
  /** Exact, or with `.*` everything below. */
  readonly type: string | null;
  readonly reason: DeadLetterReason | null;
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
}

export interface DeadLetterGroups {
  readonly groups: readonly DeadLetterGroup[];
  /** Where to go on; null: at the end. */
  readonly stoppedAt: string | null;
}

/** Dead letters of a group that are counted; and when each has to be looked at for it. */
const COUNTED = 10_000;
const LOOKED_AT = 1_000;

/** The newest of a group, whose types are told. */
const TYPED = 100;

interface Row extends Omit<DeadLetterGroup, 'isExact' | 'sample'>, DeadLetterSample {
  readonly looked: number;
}

/**
 * Answers what unresolved dead letters there are by endpoint and reason. Groups are found by hopping along an index from one
 * to the next, and of each a bounded number is counted: a million dead letters cost no more than ten thousand.
 */
@Injectable()
export class DeadLetterGroupReadModel {
  constructor(private readonly db: Database) {}

  /** `after` is `stoppedAt` of the part before; a part may be short, or empty, and go on. */
  async list(
    viewer: Viewer,
    filters: DeadLetterGroupFilters,
    { after, limit }: { readonly after: string | null; readonly limit: number },
  ): Promise<DeadLetterGroups> {
    const parameters = new Parameters();
    const hop = hopStatement(parameters, viewer, filters, after, limit);
    const { sql, counted } = groupStatement(parameters, viewer, filters, hop);
    const rows = await this.db.query<Row & { readonly isEmpty: boolean }>(sql, parameters.values);
    const last = rows.at(-1);
    return {
      groups: rows.filter(({ isEmpty }) => !isEmpty).map((row) => toGroup(row, counted)),
      stoppedAt: last === undefined || rows.length < limit ? null : toPosition(last),
    };
  }
}

/** The groups of a part, in the order of the index. */
function hopStatement(
  parameters: Parameters,
  { tenantIds }: Viewer,
  { endpoint, reason }: DeadLetterGroupFilters,
  after: string | null,
  limit: number,
): string {
  const one = endpoint?.tenantId ?? (tenantIds?.length === 1 ? tenantIds[0]! : null);
  const where = [
    'resolved_at IS NULL',
    ...equals(parameters, 'tenant_id', one),
    ...(one === null ? tenantConditions(parameters, 'tenant_id', tenantIds) : []),
    ...equals(parameters, 'endpoint_id', endpoint?.id ?? null),
    ...equals(parameters, 'reason', reason),
  ].join(' AND ');
  const [tenantId, endpointId, lastReason] = readPosition(after).map((part) => parameters.add(part));
  const next = (position: string): string => `
    SELECT tenant_id, endpoint_id, reason FROM dead_letters
     WHERE ${where} AND (tenant_id, endpoint_id, reason) > (${position})
     ORDER BY tenant_id, endpoint_id, reason LIMIT 1`;
  return `
    WITH RECURSIVE hop AS (
      (SELECT *, 1 AS n FROM (${next(`${tenantId}::uuid, ${endpointId}::uuid, ${lastReason}::text`)}) first)
      UNION ALL
      SELECT following.*, hop.n + 1
        FROM hop CROSS JOIN LATERAL (${next('hop.tenant_id, hop.endpoint_id, hop.reason')}) following
       WHERE hop.n < ${parameters.add(limit)}
    )`;
}

/** Each group with what is told of it: counted from its newest back, as far as is looked. */
function groupStatement(
  parameters: Parameters,
  viewer: Viewer,
  { type, sinceMs, untilMs }: DeadLetterGroupFilters,
  hop: string,
): { sql: string; counted: number } {
  const { publishedBy } = viewer;
  const range = [
    ...(sinceMs === null ? [] : [`l.id >= ${parameters.add(uuidFloor(sinceMs))}`]),
    ...(untilMs === null ? [] : [`l.id < ${parameters.add(uuidFloor(untilMs))}`]),
  ];
  const rest = [
    ...typeConditions(parameters, 'l.type', type),
    ...(publishedBy === null ? [] : [eventOf('l', equals(parameters, 'e.published_by', publishedBy))]),
  ];
  const counted = rest.length === 0 ? COUNTED : LOOKED_AT;
  const ofGroup = [
    'l.resolved_at IS NULL AND l.tenant_id = hop.tenant_id AND l.endpoint_id = hop.endpoint_id AND l.reason = hop.reason',
    ...range,
  ].join(' AND ');
  const newest = (columns: string, rows: number): string =>
    `SELECT ${columns} FROM dead_letters l WHERE ${ofGroup} ORDER BY l.id DESC LIMIT ${rows}`;
  const isMatch = rest.length === 0 ? 'true' : rest.join(' AND ');
  const sql = `${hop}
    SELECT hop.tenant_id AS "tenantId", hop.endpoint_id AS "endpointId", hop.reason, looked.looked, looked.count,
           looked.newest IS NULL AS "isEmpty", oldest.opened_at AS "oldestAt", newest.opened_at AS "newestAt", typed.types,
           newest.id AS "deadLetterId", newest.delivery_id AS "deliveryId", ended.last_status_code AS "lastStatusCode",
           ended.last_error_code AS "lastErrorCode",
           CASE WHEN ${hiddenPaths(viewer, 'newest.type')} = '{}' THEN attempt.error END AS error
      FROM hop
     CROSS JOIN LATERAL (
       SELECT looked, coalesce(cardinality(ids), 0) AS count, ids[1] AS newest, ids[cardinality(ids)] AS oldest
         FROM (SELECT count(*)::int AS looked, array_agg(id) FILTER (WHERE "isMatch") AS ids
                 FROM (${newest(`l.id, (${isMatch}) IS TRUE AS "isMatch"`, counted)}) l) counted
     ) looked
      LEFT JOIN LATERAL (SELECT * FROM dead_letters WHERE id = looked.newest LIMIT 1) newest ON true
      LEFT JOIN LATERAL (
        SELECT opened_at FROM dead_letters
         WHERE id = CASE WHEN looked.looked < ${counted} THEN looked.oldest ELSE ${oldestOf(ofGroup, rest, 'looked.oldest')} END
         LIMIT 1
      ) oldest ON true
      LEFT JOIN LATERAL (
        SELECT array_agg(DISTINCT type ORDER BY type) AS types
          FROM (${newest(`l.type, (${isMatch}) IS TRUE AS "isMatch"`, TYPED)}) l WHERE "isMatch"
      ) typed ON true
      LEFT JOIN LATERAL (
        SELECT last_status_code, last_error_code FROM deliveries WHERE id = newest.delivery_id LIMIT 1
      ) ended ON true
      LEFT JOIN LATERAL (
        SELECT error FROM attempts WHERE delivery_id = newest.delivery_id ORDER BY number DESC LIMIT 1
      ) attempt ON true
     ORDER BY hop.n`;
  return { sql, counted };
}

/** The other end of the index; with a filter, the oldest of those that were looked at. */
function oldestOf(ofGroup: string, rest: readonly string[], looked: string): string {
  return rest.length > 0 ? looked : `(SELECT l.id FROM dead_letters l WHERE ${ofGroup} ORDER BY l.id LIMIT 1)`;
}

function toGroup(row: Row, counted: number): DeadLetterGroup {
  const { deadLetterId, deliveryId, lastStatusCode, lastErrorCode, error, looked, ...group } = row;
  const sample = { deadLetterId, deliveryId, lastStatusCode, lastErrorCode, error };
  return { ...group, types: group.types ?? [], isExact: looked < counted, sample };
}

const BEGINNING = uuidFloor(0);

function toPosition({
  tenantId,
  endpointId,
  reason,
}: Pick<DeadLetterGroup, 'tenantId' | 'endpointId' | 'reason'>): string {
  return [tenantId, endpointId, reason].join(' ');
}

/** Throws `invalid_cursor` unless it is a position of ours. */
function readPosition(position: string | null): [Uuid, Uuid, string] {
  if (position === null) return [BEGINNING, BEGINNING, ''];
  const [tenantId, endpointId, reason, ...more] = position.split(' ');
  if (tenantId === undefined || endpointId === undefined || reason === undefined || more.length > 0) {
    throw new PosthornError('invalid_cursor', 'The cursor is not one of ours, or belongs to other filters.');
  }
  assertUuidPosition(tenantId);
  assertUuidPosition(endpointId);
  return [tenantId, endpointId, reason];
}
