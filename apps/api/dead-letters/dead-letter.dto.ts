import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { QueryFlag, QueryInteger, QueryText, QueryTime, QueryWord } from '../http/page-query.dto.js';
import { MAX_NOTE } from '../http/reason.dto.js';
import { QueryEventType, QueryTenant, TrafficQuery } from '../http/traffic-query.dto.js';
import { IsEventTypePattern, IsText, IsTime } from '../http/validators.js';

export const REASONS = ['exhausted', 'gone', 'blocked', 'expired'] as const;

type Reason = (typeof REASONS)[number];

const MAX_IDS = 1_000;

/** Which dead letters a list shows. */
export class ListDeadLettersQuery extends TrafficQuery {
  @QueryText('Endpoint: id (of a deleted one too), or your uid.')
  endpoint?: string;

  @QueryWord('Why the delivery died.', REASONS)
  reason?: Reason;

  @QueryFlag('Whether it was replayed or discarded.')
  resolved?: boolean;
}

/** Which unresolved dead letters are grouped. */
export class ListDeadLetterGroupsQuery {
  @QueryInteger('Groups at most.', 1, 250, 50)
  limit?: number;

  @QueryText('`nextCursor` of the page before; belongs to the same filters.', 2_000)
  cursor?: string;

  @QueryTenant()
  tenant?: string;

  @QueryText('Endpoint: id (of a deleted one too), or your uid.')
  endpoint?: string;

  @QueryEventType()
  type?: string;

  @QueryWord('Why the delivery died.', REASONS)
  reason?: Reason;

  @QueryWord('Groups are of what nobody has resolved.', ['false'])
  resolved?: 'false';

  @QueryTime('Died at or after.')
  since?: Date;

  @QueryTime('Died before.')
  until?: Date;
}

export class DiscardDto {
  @IsOptional()
  @IsText(1, MAX_NOTE)
  @ApiPropertyOptional({ type: String, nullable: true, minLength: 1, maxLength: MAX_NOTE, description: 'Why.' })
  note?: string | null;
}

/** Which dead letters to discard: all that match. Something must be said. */
export class DiscardManyDto extends DiscardDto {
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_IDS)
  @IsString({ each: true })
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string' },
    nullable: true,
    minItems: 1,
    maxItems: MAX_IDS,
    description: 'These, as far as the other filters allow.',
  })
  ids?: string[] | null;

  @IsOptional()
  @IsString()
  @MaxLength(256)
  @ApiPropertyOptional({ type: String, nullable: true, description: 'Tenant: id, or your uid.' })
  tenant?: string | null;

  @IsOptional()
  @IsString()
  @MaxLength(256)
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Endpoint: id (of a deleted one too), or your uid.',
  })
  endpoint?: string | null;

  @IsOptional()
  @IsEventTypePattern()
  @ApiPropertyOptional({ type: String, nullable: true, description: 'Event type: exact, or `payment.*`.' })
  type?: string | null;

  @IsOptional()
  @IsIn(REASONS)
  @ApiPropertyOptional({ type: String, nullable: true, enum: [...REASONS] })
  reason?: Reason | null;

  @IsOptional()
  @IsTime()
  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, description: 'Opened at or after.' })
  since?: string | null;

  @IsOptional()
  @IsTime()
  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, description: 'Opened before.' })
  until?: string | null;
}
