import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { DeliveryRow, EventPayload } from '#insights';
import { toTypeId, toTypeIdOrNull } from '#kernel';
import { RawJson } from '../http/raw-json.js';
import { STATUSES, WAITING_FOR } from './delivery-query.dto.js';

/** One event on its way to one endpoint. */
export class DeliveryResponse {
  @ApiProperty({ type: String, example: 'dlv_01h455vb4pex5vsknk084sn02q' })
  id: string;

  @ApiProperty({ type: String, example: 'evt_01h455vb4pex5vsknk084sn02q' })
  event: string;

  @ApiProperty({ type: String, example: 'ten_01h455vb4pex5vsknk084sn02q' })
  tenant: string;

  @ApiProperty({ type: String, example: 'ep_01h455vb4pex5vsknk084sn02q' })
  endpoint: string;

  @ApiProperty({ type: String, nullable: true, description: 'Null for an event that was meant for its endpoint.' })
  subscription: string | null;

  @ApiProperty({ type: String, description: "The event's." })
  type: string;

  @ApiProperty({ type: String, enum: [...STATUSES], description: '`held`: its endpoint or tenant is paused.' })
  status: string;

  @ApiProperty({ type: String, enum: [...WAITING_FOR], nullable: true, description: 'Null unless pending.' })
  waitingFor: string | null;

  @ApiProperty({ type: 'integer' })
  attemptCount: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'Null in `queue`, `sending` and `order`: that depends on others. While it waits for a circuit: when it is looked at again at the latest, for it comes forward when the circuit closes.',
  })
  nextAttemptAt: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The delivery that this one replays.' })
  replayOf: string | null;

  @ApiProperty({ type: 'integer', nullable: true })
  lastStatusCode: number | null;

  @ApiProperty({ type: String, nullable: true })
  lastErrorCode: string | null;

  @ApiProperty({ type: String, nullable: true })
  cancelReason: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  completedAt: string | null;

  @ApiPropertyOptional({
    oneOf: [{}],
    description: "The event's data, in lists with `include=data`; null once it is erased.",
  })
  data?: unknown;
}

/** `payload`: undefined leaves it out. With one, to be answered with `answerRaw`. */
export function toDeliveryResponse(row: DeliveryRow, payload?: EventPayload): DeliveryResponse {
  return {
    id: toTypeId('dlv', row.id),
    event: toTypeId('evt', row.eventId),
    tenant: toTypeId('ten', row.tenantId),
    endpoint: toTypeId('ep', row.endpointId),
    subscription: toTypeIdOrNull('sub', row.subscriptionId),
    type: row.type,
    status: row.status,
    waitingFor: row.waitingFor,
    attemptCount: row.attemptCount,
    nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
    replayOf: toTypeIdOrNull('dlv', row.replayOf),
    lastStatusCode: row.lastStatusCode,
    lastErrorCode: row.lastErrorCode,
    cancelReason: row.cancelReason,
    createdAt: row.createdAt.toISOString(),
    completedAt: row.completedAt?.toISOString() ?? null,
    ...(payload === undefined ? {} : { data: RawJson.orNull(payload.data) }),
  };
}
