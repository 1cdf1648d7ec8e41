import { ApiProperty } from '@nestjs/swagger';
import type { DeadLetterGroup, DeadLetterReason } from '#insights';
import { toTypeId } from '#kernel';
import { REASONS } from './dead-letter.dto.js';

/** The newest of a group, as an example of what went wrong. */
class DeadLetterSampleResponse {
  @ApiProperty({ type: String, example: 'dl_01h455vb4pex5vsknk084sn02q' })
  deadLetter: string;

  @ApiProperty({ type: String, example: 'dlv_01h455vb4pex5vsknk084sn02q' })
  delivery: string;

  @ApiProperty({ type: 'integer', nullable: true })
  lastStatusCode: number | null;

  @ApiProperty({ type: String, nullable: true })
  lastErrorCode: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'What the last attempt came to, in words. Null also where the event type redacts what the caller may not see.',
  })
  error: string | null;
}

/** Unresolved dead letters of one endpoint, for one reason. */
export class DeadLetterGroupResponse {
  @ApiProperty({ type: String, example: 'ten_01h455vb4pex5vsknk084sn02q' })
  tenant: string;

  @ApiProperty({ type: String, example: 'ep_01h455vb4pex5vsknk084sn02q' })
  endpoint: string;

  @ApiProperty({ type: String, enum: [...REASONS] })
  reason: DeadLetterReason;

  @ApiProperty({ type: 'integer' })
  count: number;

  @ApiProperty({ type: Boolean, description: 'Whether `count` is all; false: there are more than were looked at.' })
  countExact: boolean;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the first of them died.' })
  oldestAt: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the last of them died.' })
  newestAt: string;

  @ApiProperty({ type: 'array', items: { type: 'string' }, description: 'Event types among the newest.' })
  types: string[];

  @ApiProperty({ type: () => DeadLetterSampleResponse })
  sample: DeadLetterSampleResponse;
}

export function toDeadLetterGroupResponse(group: DeadLetterGroup): DeadLetterGroupResponse {
  const { sample } = group;
  return {
    tenant: toTypeId('ten', group.tenantId),
    endpoint: toTypeId('ep', group.endpointId),
    reason: group.reason,
    count: group.count,
    countExact: group.isExact,
    oldestAt: group.oldestAt.toISOString(),
    newestAt: group.newestAt.toISOString(),
    types: [...group.types],
    sample: {
      deadLetter: toTypeId('dl', sample.deadLetterId),
      delivery: toTypeId('dlv', sample.deliveryId),
      lastStatusCode: sample.lastStatusCode,
      lastErrorCode: sample.lastErrorCode,
      error: sample.error,
    },
  };
}
