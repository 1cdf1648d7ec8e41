import { ApiProperty } from '@nestjs/swagger';
import type { EventType } from '#endpoints';
import type { Json, JsonObject } from '#policy';

export class EventTypeResponse {
  @ApiProperty({ type: String, example: 'payment.succeeded' })
  name: string;

  @ApiProperty({ type: String })
  description: string;

  @ApiProperty({ type: String, nullable: true })
  group: string | null;

  @ApiProperty({ type: Boolean })
  deprecated: boolean;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  schemas: JsonObject | null;

  @ApiProperty({ anyOf: [{}], description: 'Any JSON.' })
  example: Json | null;

  @ApiProperty({
    type: 'array',
    items: { type: 'string' },
    nullable: true,
    description: 'JSON Pointers into `data`: what stands there is shown as "[redacted]" to support.',
    example: ['/card'],
  })
  redact: string[] | null;

  @ApiProperty({ type: 'integer', description: 'Raised by every change; also the ETag.' })
  version: number;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt: string;
}

export function toEventTypeResponse(eventType: EventType): EventTypeResponse {
  return {
    name: eventType.name,
    description: eventType.description,
    group: eventType.group,
    deprecated: eventType.deprecated,
    schemas: eventType.schemas,
    example: eventType.example,
    redact: eventType.redact === null ? null : [...eventType.redact],
    version: eventType.version,
    createdAt: eventType.createdAt.toISOString(),
    updatedAt: eventType.updatedAt.toISOString(),
  };
}
