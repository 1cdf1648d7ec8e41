import { ApiProperty } from '@nestjs/swagger';

export class ReconcileResponse {
  @ApiProperty({
    type: [String],
    description:
      'Events that were to go to the endpoint and are not among `ids`, oldest first, whatever became of their deliveries: what ' +
      'is still on its way is missing too. Without tests, and without deliveries that somebody has cancelled.',
  })
  missing: string[];

  @ApiProperty({ type: [String], description: 'Those of `ids` that never were to go to this endpoint.' })
  unknown: string[];

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When there was more than one answer looks at: `since` of the next request. null: this was all.',
  })
  nextSince: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'The bulk replay (`rpl_…`) of what is missing and no longer on its way; null when none was asked for or needed.',
  })
  replay: string | null;
}
