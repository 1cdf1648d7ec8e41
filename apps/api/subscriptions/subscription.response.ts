import { ApiProperty } from '@nestjs/swagger';
import type { Subscription } from '#endpoints';
import { toTypeId } from '#kernel';
import type { JsonObject } from '#policy';

export class SubscriptionResponse {
  @ApiProperty({ type: String, example: 'sub_01jdf0v3m8ezrt8z6b5hv4hq3n' })
  id: string;

  @ApiProperty({ type: String })
  tenant: string;

  @ApiProperty({ type: String })
  endpoint: string;

  @ApiProperty({ type: [String], example: ['payment.*'] })
  eventTypes: string[];

  @ApiProperty({ type: 'array', items: { type: 'string' }, nullable: true })
  channels: string[] | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { 'data.amount': { $gte: 100 } },
  })
  filter: JsonObject | null;

  @ApiProperty({ type: Boolean })
  enabled: boolean;

  @ApiProperty({ type: 'integer', description: 'Raised by every change; also the ETag.' })
  version: number;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt: string;
}

export function toSubscriptionResponse(subscription: Subscription): SubscriptionResponse {
  return {
    id: toTypeId('sub', subscription.id),
    tenant: toTypeId('ten', subscription.tenantId),
    endpoint: toTypeId('ep', subscription.endpointId),
    eventTypes: [...subscription.eventTypes],
    channels: subscription.channels && [...subscription.channels],
    filter: subscription.filter,
    enabled: subscription.enabled,
    version: subscription.version,
    createdAt: subscription.createdAt.toISOString(),
    updatedAt: subscription.updatedAt.toISOString(),
  };
}
