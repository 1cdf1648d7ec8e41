import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { DeliveryRow, EventPayload, EventRow } from '#insights';
import { toTypeId, toTypeIdOrNull } from '#kernel';
import { maskHeaders } from '#policy';
import { DeliveryResponse, toDeliveryResponse } from '../deliveries/delivery.response.js';
import { RawJson } from '../http/raw-json.js';

const ANY_JSON = { oneOf: [{}] };

/** An event. What it carries (`data`, `metadata`, `headers`) is in lists only with `include=data`. */
export class EventResponse {
  @ApiProperty({ type: String, example: 'evt_01h455vb4pex5vsknk084sn02q' })
  id: string;

  @ApiProperty({ type: String, nullable: true })
  uid: string | null;

  @ApiProperty({ type: String, example: 'ten_01h455vb4pex5vsknk084sn02q' })
  tenant: string;

  @ApiProperty({ type: String, example: 'payment.succeeded' })
  type: string;

  @ApiPropertyOptional({
    ...ANY_JSON,
    description:
      'As it was published, byte for byte, but for what its type redacts and the caller does not see; null once it is erased.',
  })
  data?: unknown;

  @ApiProperty({ type: String, nullable: true, description: 'The business key.' })
  subject: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The publishing service.' })
  source: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  occurredAt: string;

  @ApiProperty({ type: String, nullable: true })
  correlationId: string | null;

  @ApiProperty({ type: String, nullable: true })
  schemaVersion: string | null;

  @ApiProperty({ type: 'array', items: { type: 'string' }, nullable: true })
  channels: string[] | null;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, nullable: true })
  metadata?: unknown;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    nullable: true,
    description: 'Sent with each request of this event; credentials as ********.',
  })
  headers?: Record<string, string> | null;

  @ApiProperty({ type: String, nullable: true, description: 'The one endpoint that it was meant for.' })
  endpoint: string | null;

  @ApiProperty({ type: String, nullable: true })
  orderingKey: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  deliverAt: string | null;

  @ApiProperty({
    type: Boolean,
    description:
      'Whether it still waits for `deliverAt`. It is matched, and its deliveries are made, when that has come.',
  })
  scheduled: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'When the event was cancelled before any delivery was made of it. (Cancelled deliveries say so themselves.)',
  })
  cancelledAt: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'The reason given, `requested`, `payload_erased`, `tenant_deleted`, or `endpoint_deleted`: the one it was for.',
  })
  cancelReason: string | null;

  @ApiProperty({ type: Boolean, description: 'Whether its content was erased.' })
  payloadErased: boolean;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;
}

/** One event with what became of it. */
export class EventWithDeliveriesResponse extends EventResponse {
  @ApiProperty({
    type: () => [DeliveryResponse],
    description: 'Oldest first, 1,000 at most; `/v1/deliveries?event=` lists them all.',
  })
  deliveries: DeliveryResponse[];
}

/** `payload`: undefined leaves out what the event carries. To be answered with `answerRaw`. */
export function toEventResponse(row: EventRow, payload?: EventPayload): EventResponse {
  return {
    id: toTypeId('evt', row.id),
    uid: row.uid,
    tenant: toTypeId('ten', row.tenantId),
    type: row.type,
    ...(payload === undefined ? {} : { data: RawJson.orNull(payload.data) }),
    subject: row.subject,
    source: row.source,
    occurredAt: row.occurredAt.toISOString(),
    correlationId: row.correlationId,
    schemaVersion: row.schemaVersion,
    channels: row.channels === null ? null : [...row.channels],
    ...(payload === undefined ? {} : { metadata: RawJson.orNull(payload.metadata), headers: toHeaders(payload) }),
    endpoint: toTypeIdOrNull('ep', row.endpointId),
    orderingKey: row.orderingKey,
    deliverAt: row.deliverAt?.toISOString() ?? null,
    scheduled: row.isScheduled,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    cancelledAt: row.cancelledAt?.toISOString() ?? null,
    cancelReason: row.cancelReason,
    payloadErased: row.isErased,
    createdAt: row.createdAt.toISOString(),
  };
}

export function toEventWithDeliveries(
  row: EventRow & EventPayload,
  deliveries: readonly DeliveryRow[],
): EventWithDeliveriesResponse {
  return Object.assign(toEventResponse(row, row), {
    deliveries: deliveries.map((delivery) => toDeliveryResponse(delivery)),
  });
}

function toHeaders({ headers }: EventPayload): Record<string, string> | null {
  return headers === null ? null : { ...maskHeaders(JSON.parse(headers) as Record<string, string>) };
}
