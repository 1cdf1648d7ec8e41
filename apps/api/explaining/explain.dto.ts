import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { QueryText } from '../http/page-query.dto.js';

const MINUTE_SECONDS = 60;
const DAY_SECONDS = 86_400;

/** A week: as long as a customer may take to read their mail. */
export const LINK_SECONDS = 7 * DAY_SECONDS;
const LONGEST_LINK_SECONDS = 30 * DAY_SECONDS;

export class ExplainQuery {
  @QueryText("Only of this endpoint of the event's tenant: id, or your uid.")
  endpoint?: string;
}

export class MakeExplainLinkDto {
  @IsOptional()
  @IsString()
  @MaxLength(256)
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: "Only of this endpoint of the event's tenant: id, or your uid.",
  })
  endpoint?: string | null;

  @IsOptional()
  @IsInt()
  @Min(MINUTE_SECONDS)
  @Max(LONGEST_LINK_SECONDS)
  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: MINUTE_SECONDS,
    maximum: LONGEST_LINK_SECONDS,
    default: LINK_SECONDS,
    description: 'For how long it can be read.',
  })
  expiresInSeconds?: number | null;
}
