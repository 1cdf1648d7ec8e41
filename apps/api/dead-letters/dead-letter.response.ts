import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { DeadLetterReason, DeadLetterRow, EventPayload } from '#insights';
import { toTypeId } from '#kernel';
import { RawJson } from '../http/raw-json.js';
import { REASONS } from './dead-letter.dto.js';

/** A delivery that could not be made, until someone replays or discards it. */
export class DeadLetterResponse {
  @ApiProperty({ type: String, example: 'dl_01h455vb4pex5vsknk084sn02q' })
  id: string;

  @ApiProperty({ type: String, example: 'dlv_01h455vb4pex5vsknk084sn02q' })
  delivery: string;

  @ApiProperty({ type: String, example: 'evt_01h455vb4pex5vsknk084sn02q' })
  event: string;

  @ApiProperty({ type: String, example: 'ep_01h455vb4pex5vsknk084sn02q' })
  endpoint: string;

  @ApiProperty({ type: String, example: 'ten_01h455vb4pex5vsknk084sn02q' })
  tenant: string;

  @ApiProperty({ type: String, description: "The event's." })
  type: string;

  @ApiProperty({ type: String, enum: [...REASONS] })
  reason: DeadLetterReason;

  @ApiProperty({ type: String, format: 'date-time' })
  openedAt: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  resolvedAt: string | null;

  @ApiProperty({ type: String, enum: ['replayed', 'discarded'], nullable: true })
  resolution: 'replayed' | 'discarded' | null;

  @ApiProperty({ type: String, nullable: true })
  note: string | null;

  @ApiPropertyOptional({
    oneOf: [{}],
    description: "The event's data, in lists with `include=data`; null once it is erased.",
  })
  data?: unknown;
}

export class DiscardedResponse {
  @ApiProperty({ type: 'integer', description: 'How many were discarded; what was resolved before does not count.' })
  discarded: number;
}

/** `payload`: undefined leaves it out. With one, to be answered with `answerRaw`. */
export function toDeadLetterResponse(row: DeadLetterRow, payload?: EventPayload): DeadLetterResponse {
  return {
    id: toTypeId('dl', row.id),
    delivery: toTypeId('dlv', row.deliveryId),
    event: toTypeId('evt', row.eventId),
    endpoint: toTypeId('ep', row.endpointId),
    tenant: toTypeId('ten', row.tenantId),
    type: row.type,
    reason: row.reason,
    openedAt: row.openedAt.toISOString(),
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    resolution: row.resolution,
    note: row.note,
    ...(payload === undefined ? {} : { data: RawJson.orNull(payload.data) }),
  };
}
