import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsText } from './validators.js';

export const MAX_NOTE = 1_000;

/** Why someone does it, in their words. */
export class ReasonDto {
  @IsOptional()
  @IsText(1, MAX_NOTE)
  @ApiPropertyOptional({ type: String, nullable: true, minLength: 1, maxLength: MAX_NOTE, description: 'Why.' })
  reason?: string | null;
}
