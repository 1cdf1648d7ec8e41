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

interface Row extends Omit<DeadLetterGroup, 'isExact' | 'sample'> {
  readonly looked: number;
  readonly deadLetterId: Uuid;
  readonly deliveryId: Uuid;
  readonly isErrorShown: boolean;
}

/** How a delivery ended. */
type Ending = Omit<DeadLetterSample, 'deadLetterId'>;

/** Planned with the values, it touches the days of these deliveries alone. $1 deliveries. */
const ENDINGS = `
  SELECT asked.id AS "deliveryId", d.last_status_code AS "lastStatusCode", d.last_error_code AS "lastErrorCode",
         (SELECT a.error FROM attempts a WHERE a.delivery_id = asked.id AND a.delivery_id = ANY ($1::uuid[])
           ORDER BY a.number DESC LIMIT 1) AS error
    FROM unnest($1::uuid[]) AS asked(id)
    LEFT JOIN deliveries d ON d.id = asked.id AND d.id = ANY ($1::uuid[])`;

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
    const found = rows.filter(({ isEmpty }) => !isEmpty);
    const endings = await this.endingsOf(found.map(({ deliveryId }) => deliveryId));
    return {
      groups: found.map((row) => toGroup(row, endings.get(row.deliveryId), counted)),
      stoppedAt: last === undefined || rows.length < limit ? null : toPosition(last),
    };
  }

  private async endingsOf(deliveryIds: readonly Uuid[]): Promise<Map<Uuid, Ending>> {
    if (deliveryIds.length === 0) return new Map();
    const rows = await this.db.query<Ending>(ENDINGS, [deliveryIds]);
    return new Map(rows.map((row) => [row.deliveryId, row]));
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
  // By `id` too: where all else is given, there would be no order to keep, and whoever looks for the next, which there is
  // not, would read the whole table.
  const next = (position: string): string => `
    SELECT tenant_id, endpoint_id, reason FROM dead_letters
     WHERE ${where} AND (tenant_id, endpoint_id, reason) > (${position})
     ORDER BY tenant_id, endpoint_id, reason, id LIMIT 1`;
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
  const first = (order: 'ASC' | 'DESC'): string =>
    `(SELECT l.id FROM dead_letters l WHERE ${ofGroup} ORDER BY l.id ${order} LIMIT 1)`;
  // Without a filter all of a group match: the ends of the index are its newest and its oldest, however many there are.
  const looked =
    rest.length === 0
      ? `SELECT n AS looked, n AS count, ${first('DESC')} AS newest, ${first('ASC')} AS oldest
           FROM (SELECT count(*)::int AS n FROM (${newest('l.id', counted)}) l) counted`
      : `SELECT looked, coalesce(cardinality(ids), 0) AS count, ids[1] AS newest, ids[cardinality(ids)] AS oldest
           FROM (SELECT count(*)::int AS looked, array_agg(id) FILTER (WHERE "isMatch") AS ids
                   FROM (${newest(`l.id, (${isMatch}) IS TRUE AS "isMatch"`, counted)}) l) counted`;
  const sql = `${hop}
    SELECT hop.tenant_id AS "tenantId", hop.endpoint_id AS "endpointId", hop.reason, looked.looked, looked.count,
           looked.newest IS NULL AS "isEmpty", oldest.opened_at AS "oldestAt", newest.opened_at AS "newestAt", typed.types,
           newest.id AS "deadLetterId", newest.delivery_id AS "deliveryId",
           ${hiddenPaths(viewer, 'newest.type')} = '{}' AS "isErrorShown"
      FROM hop
     CROSS JOIN LATERAL (${looked}) looked
      LEFT JOIN LATERAL (SELECT * FROM dead_letters WHERE id = looked.newest LIMIT 1) newest ON true
      LEFT JOIN LATERAL (SELECT opened_at FROM dead_letters WHERE id = looked.oldest LIMIT 1) oldest ON true
      LEFT JOIN LATERAL (
        SELECT array_agg(DISTINCT type ORDER BY type) AS types
          FROM (${newest(`l.type, (${isMatch}) IS TRUE AS "isMatch"`, TYPED)}) l WHERE "isMatch"
      ) typed ON true
     ORDER BY hop.n`;
  return { sql, counted };
}

function toGroup(row: Row, ending: Ending | undefined, counted: number): DeadLetterGroup {
  const { deadLetterId, deliveryId, isErrorShown, looked, types, ...group } = row;
  const { lastStatusCode = null, lastErrorCode = null, error = null } = ending ?? {};
  const sample = { deadLetterId, deliveryId, lastStatusCode, lastErrorCode, error: isErrorShown ? error : null };
  return { ...group, types: types ?? [], isExact: looked < counted, sample };
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
