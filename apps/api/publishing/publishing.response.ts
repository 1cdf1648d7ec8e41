import { ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import type { Problem } from '../http/problem.js';

const WARNINGS = ['unknown_event_type', 'unknown_schema_version', 'unusable_schema', 'no_subscription'] as const;

export type PublishWarning = (typeof WARNINGS)[number];

/** What a publisher is told of an event that is on disk. */
export class PublishedResponse {
  @ApiProperty({ example: 'evt_01h455vb4pex5vsknk084sn02q' })
  id: string;

  @ApiProperty({ description: 'Deliveries made of it, those to disabled endpoints (recorded as cancelled) included.' })
  deliveryCount: number;

  @ApiPropertyOptional({
    description:
      'True when it waits for its `deliverAt`: it is matched, and its deliveries are made, when that has come.',
  })
  scheduled?: true;

  @ApiPropertyOptional({ description: 'True when the event was published before under this uid: nothing was sent.' })
  duplicate?: true;

  @ApiPropertyOptional({
    isArray: true,
    enum: WARNINGS,
    description:
      '`unknown_event_type`: not in the catalog. `unknown_schema_version`: its type has schemas, and none of this version; ' +
      'the data was not checked. `unusable_schema`: kept from before schemas were enforced, and does not compile.',
  })
  warnings?: readonly PublishWarning[];
}

/** What became of one event of a batch that was refused. */
export class RefusedResponse {
  @ApiProperty({ allOf: [{ $ref: '#/components/schemas/Problem' }] })
  error: Problem;
}

export type BatchResult = PublishedResponse | RefusedResponse;

export class BatchResponse {
  @ApiProperty({
    description: 'One for each event, in their order.',
    type: 'array',
    items: { oneOf: [{ $ref: getSchemaPath(PublishedResponse) }, { $ref: getSchemaPath(RefusedResponse) }] },
  })
  results: BatchResult[];
}
