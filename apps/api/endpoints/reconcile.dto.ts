import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, IsOptional } from 'class-validator';
import { BodyTime } from '../http/body-fields.js';
import { IsText, IsTime } from '../http/validators.js';

const MAX_IDS = 10_000;

/** What an endpoint's owner has received. */
export class ReconcileDto {
  @IsTime()
  @ApiProperty({ type: String, format: 'date-time', description: 'From when on, of when the delivery was made.' })
  since: string;

  @BodyTime('Until when; now, unless given.')
  until?: string | null;

  @IsArray()
  @ArrayMaxSize(MAX_IDS)
  @IsText(1, 256, { each: true })
  @ApiProperty({
    type: 'array',
    items: { type: 'string' },
    maxItems: MAX_IDS,
    description: 'The ids (`evt_…`) of the events that were received in that time.',
  })
  ids: string[];

  @IsOptional()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean, nullable: true, description: 'Whether to replay what is missing.' })
  replay?: boolean | null;
}
