import { ApiProperty } from '@nestjs/swagger';
import { toTypeId, toTypeIdOrNull } from '#kernel';
import {
  type BulkReplay,
  ENDED_STATUSES,
  type EndedStatus,
  REPLAY_STATES,
  type ReplayCount,
  type ReplaySelection,
  type ReplayState,
  type Select,
  SELECTS,
  SKIP_REASONS,
  type SkipReason,
} from '#replaying';

/** What is to be delivered again. */
class ReplayOfResponse {
  @ApiProperty({ type: String, enum: [...SELECTS] })
  select: Select;

  @ApiProperty({ type: String, nullable: true, description: 'null: deliveries of several tenants, or of all.' })
  tenant: string | null;

  @ApiProperty({ type: String, nullable: true })
  endpoint: string | null;

  @ApiProperty({ type: String, enum: [...ENDED_STATUSES], nullable: true })
  status: EndedStatus | null;

  @ApiProperty({ type: String, nullable: true })
  type: string | null;

  @ApiProperty({ type: String, nullable: true })
  reason: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  since: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'Frozen when it was asked for.' })
  until: string;

  @ApiProperty({ type: 'integer', nullable: true, description: 'How many `ids` were given.' })
  idCount: number | null;

  @ApiProperty({ type: 'integer', description: 'How much there is to replay, as far as is known.' })
  matched: number;

  @ApiProperty({
    type: Boolean,
    description: 'Whether `matched` is all; false: there is more, and counting it takes long.',
  })
  matchedExact: boolean;
}

/** The answer to `dryRun: true`. */
export class ReplayPreviewResponse extends ReplayOfResponse {
  @ApiProperty({ type: Boolean, enum: [true] })
  dryRun: true;
}

/** Deliveries that are made again in bulk, and how far that has come. */
export class ReplayResponse extends ReplayOfResponse {
  @ApiProperty({ type: String, example: 'rpl_01h455vb4pex5vsknk084sn02q' })
  id: string;

  @ApiProperty({
    type: String,
    enum: [...REPLAY_STATES],
    description:
      '`running` until everything that matches was replayed and those deliveries have ended; `cancelled`: nothing more is ' +
      'made, what was made goes on; `failed`: it could not go on, see `error`.',
  })
  state: ReplayState;

  @ApiProperty({ type: String, nullable: true })
  error: string | null;

  @ApiProperty({ type: 'integer', description: 'Deliveries made: `GET /v1/deliveries?replay=rpl_…` lists them.' })
  replayed: number;

  @ApiProperty({ type: 'integer', description: 'What matched and was not replayed.' })
  skipped: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: `Why, and how often each: ${SKIP_REASONS.map((reason) => `\`${reason}\``).join(', ')}.`,
  })
  skippedBecause: Partial<Record<SkipReason, number>>;

  @ApiProperty({ type: 'integer', description: 'Deliveries made and not over yet.' })
  pending: number;

  @ApiProperty({ type: 'integer' })
  succeeded: number;

  @ApiProperty({ type: 'integer', description: 'Deliveries that have died again.' })
  failed: number;

  @ApiProperty({ type: 'integer' })
  cancelled: number;

  @ApiProperty({ type: Number })
  ratePerSecond: number;

  @ApiProperty({ type: String, nullable: true })
  note: string | null;

  @ApiProperty({ type: String, description: 'The API key, `key_…`.' })
  requestedBy: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'On whose behalf, as the caller said in `Posthorn-Actor`.',
  })
  actor: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When the last delivery was made.' })
  replayedAt: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When it ended.' })
  finishedAt: string | null;
}

export function toReplayPreview(selection: ReplaySelection, { matched, isExact }: ReplayCount): ReplayPreviewResponse {
  return { dryRun: true, ...toReplayOf(selection), matched, matchedExact: isExact };
}

export function toReplayResponse(replay: BulkReplay): ReplayResponse {
  const { selection, skips, replayed, succeeded, failed, cancelled } = replay;
  return {
    id: toTypeId('rpl', replay.id),
    ...toReplayOf(selection),
    state: replay.state,
    error: replay.error,
    matched: replay.matched,
    matchedExact: replay.isMatchedExact,
    replayed,
    skipped: Object.values(skips).reduce((sum, count) => sum + count, 0),
    skippedBecause: skips,
    pending: replayed - succeeded - failed - cancelled,
    succeeded,
    failed,
    cancelled,
    ratePerSecond: replay.ratePerSecond,
    note: replay.note,
    requestedBy: toTypeId('key', replay.requestedBy),
    actor: replay.actor,
    createdAt: replay.createdAt.toISOString(),
    replayedAt: replay.replayedAt?.toISOString() ?? null,
    finishedAt: replay.endedAt?.toISOString() ?? null,
  };
}

function toReplayOf(selection: ReplaySelection): Omit<ReplayOfResponse, 'matched' | 'matchedExact'> {
  const { tenantIds, sinceMs, named } = selection;
  return {
    select: selection.select,
    tenant: toTypeIdOrNull('ten', tenantIds?.length === 1 ? tenantIds[0]! : null),
    endpoint: toTypeIdOrNull('ep', selection.endpointId),
    status: selection.status,
    type: selection.type,
    reason: selection.reason,
    since: sinceMs === null ? null : new Date(sinceMs).toISOString(),
    until: new Date(selection.untilMs).toISOString(),
    idCount: named === null ? null : named.deliveryIds.length + named.eventIds.length,
  };
}
