import { Injectable } from '@nestjs/common';
import { Database, type Executor, keyset, type ListPage } from '#database';
import type { Uuid } from '#kernel';
import { ENDED_COLUMNS, type EndedReplay } from './ended-replay.js';
import type { EndedStatus, NamedOriginals, ReplaySelection, Select } from './replay-selection.js';
import type { SkipReason } from './skip-reason.js';

export type ReplayState = 'running' | 'finished' | 'cancelled' | 'failed';

export const REPLAY_STATES: readonly ReplayState[] = ['running', 'finished', 'cancelled', 'failed'];

/** A bulk replay that is asked for. */
export interface NewReplay {
  readonly id: Uuid;
  readonly selection: ReplaySelection;
  readonly ratePerSecond: number;
  readonly note: string | null;
  /** The API key, and whom its caller says it acts for. */
  readonly requestedBy: Uuid;
  readonly actor: string | null;
  /** How many matched when it was asked for, and whether all were counted. */
  readonly counted: number;
  readonly isCounted: boolean;
}

/** A bulk replay and how far it has come. */
export interface BulkReplay extends Omit<NewReplay, 'counted' | 'isCounted'> {
  readonly state: ReplayState;
  /** Why it could not go on. */
  readonly error: string | null;
  /** How many match, as far as is known, and whether that is all. */
  readonly matched: number;
  readonly isMatchedExact: boolean;
  readonly replayed: number;
  readonly skips: Readonly<Partial<Record<SkipReason, number>>>;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly createdAt: Date;
  /** When the last of what matches was made. */
  readonly replayedAt: Date | null;
  readonly endedAt: Date | null;
}

/** Null: does not matter. */
export interface ReplayFilters {
  readonly state: ReplayState | null;
  readonly endpointId: Uuid | null;
}

/** A row of a selection, as {@link SELECTION_COLUMNS} reads it. */
export interface SelectionRow {
  readonly select: Select;
  readonly tenantIds: readonly Uuid[] | null;
  readonly endpointId: Uuid | null;
  readonly status: EndedStatus | null;
  readonly type: string | null;
  readonly reason: string | null;
  readonly since: Date | null;
  readonly until: Date;
  readonly deliveryIds: readonly Uuid[] | null;
  readonly eventIds: readonly Uuid[] | null;
}

export const SELECTION_COLUMNS = `selects AS "select", tenant_ids AS "tenantIds", endpoint_id AS "endpointId", status, type,
  reason, since, until, delivery_ids AS "deliveryIds", event_ids AS "eventIds"`;

/** Until all was looked at, what was counted at the beginning is the best that is known. */
const COLUMNS = `id, ${SELECTION_COLUMNS}, rate_per_second AS "ratePerSecond", note, requested_by AS "requestedBy", actor,
  state, error, CASE WHEN walked_at IS NULL THEN greatest(counted, matched) ELSE matched END AS matched,
  walked_at IS NOT NULL OR is_counted AS "isMatchedExact", replayed, skips, succeeded, failed, cancelled,
  created_at AS "createdAt", walked_at AS "replayedAt", ended_at AS "endedAt"`;

type Row = SelectionRow & Omit<BulkReplay, 'selection'>;

/** Bulk replays as rows: asked for, looked up, called off. What moves them on is in {@link ReplayProgress}. */
@Injectable()
export class ReplayStore {
  constructor(private readonly db: Database) {}

  /** One that matches nothing is finished as it begins. */
  async insert(tx: Executor, { selection, ...replay }: NewReplay): Promise<BulkReplay> {
    const { tenantIds, sinceMs, untilMs, named } = selection;
    const [row] = await tx.query<Row>(
      `INSERT INTO replays (id, tenant_id, tenant_ids, endpoint_id, selects, status, type, reason, since, until,
              delivery_ids, event_ids, rate_per_second, note, requested_by, actor, counted, is_counted, state, walked_at,
              ended_at)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
              CASE WHEN is_empty THEN 'finished' ELSE 'running' END, CASE WHEN is_empty THEN now END,
              CASE WHEN is_empty THEN now END
         FROM (SELECT $17::int = 0 AND $18::bool AS is_empty, clock_timestamp() AS now) begun
       RETURNING ${COLUMNS}`,
      [
        replay.id,
        tenantIds?.length === 1 ? tenantIds[0] : null,
        tenantIds,
        selection.endpointId,
        selection.select,
        selection.status,
        selection.type,
        selection.reason,
        sinceMs === null ? null : new Date(sinceMs),
        new Date(untilMs),
        named?.deliveryIds ?? null,
        named?.eventIds ?? null,
        replay.ratePerSecond,
        replay.note,
        replay.requestedBy,
        replay.actor,
        replay.counted,
        replay.isCounted,
      ],
    );
    return toReplay(row!);
  }

  /** Null when there is none that is all about these tenants (null: about whomever). */
  async find(id: Uuid, tenantIds: readonly Uuid[] | null): Promise<BulkReplay | null> {
    const [row] = await this.db.query<Row>(
      `SELECT ${COLUMNS} FROM replays WHERE id = $1 AND ($2::uuid[] IS NULL OR tenant_ids <@ $2)`,
      [id, tenantIds],
    );
    return row ? toReplay(row) : null;
  }

  async list(
    tenantIds: readonly Uuid[] | null,
    { state, endpointId }: ReplayFilters,
    page: ListPage,
  ): Promise<BulkReplay[]> {
    const { where, order, values } = keyset(page, 'id', [
      ...(tenantIds === null ? [] : [ofTenants(tenantIds)]),
      ...(state === null ? [] : [['state = ?', state] as const]),
      ...(endpointId === null ? [] : [['endpoint_id = ?', endpointId] as const]),
    ]);
    const rows = await this.db.query<Row>(`SELECT ${COLUMNS} FROM replays ${where} ${order}`, values);
    return rows.map(toReplay);
  }

  /** Nothing more is made; what was made goes its way. Waits for a batch that is being made. Null when it has ended. */
  async cancel(tx: Executor, id: Uuid): Promise<EndedReplay | null> {
    const [cancelled] = await tx.query<EndedReplay>(
      `UPDATE replays r SET state = 'cancelled', ended_at = clock_timestamp() WHERE r.id = $1 AND r.state = 'running'
       RETURNING ${ENDED_COLUMNS}`,
      [id],
    );
    return cancelled ?? null;
  }
}

/** One tenant has an index of its replays. */
function ofTenants(tenantIds: readonly Uuid[]): readonly [string, unknown] {
  return tenantIds.length === 1 ? ['tenant_id = ?', tenantIds[0]] : ['tenant_ids <@ ?::uuid[]', tenantIds];
}

export function toSelection(row: SelectionRow): ReplaySelection {
  const named: NamedOriginals | null =
    row.deliveryIds === null ? null : { deliveryIds: row.deliveryIds, eventIds: row.eventIds ?? [] };
  return {
    select: row.select,
    tenantIds: row.tenantIds,
    endpointId: row.endpointId,
    status: row.status,
    type: row.type,
    reason: row.reason,
    sinceMs: row.since?.getTime() ?? null,
    untilMs: row.until.getTime(),
    named,
  };
}

function toReplay(row: Row): BulkReplay {
  return { ...row, selection: toSelection(row) };
}
