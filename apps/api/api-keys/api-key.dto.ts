import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { ROLES, type Role } from '#tenants';
import { IsText, IsTime } from '../http/validators.js';

/** More is no limit. */
const MAX_REQUESTS_PER_SECOND = 100_000;

/** A new key. */
export class CreateApiKeyDto {
  @IsText(1, 256)
  @ApiProperty({ type: String, minLength: 1, maxLength: 256 })
  name: string;

  @IsIn(ROLES)
  @ApiProperty({ type: String, enum: ROLES })
  role: Role;

  @ValidateIf(({ tenant, role }: CreateApiKeyDto) => role === 'tenant' || (tenant !== undefined && tenant !== null))
  @IsString()
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Id or uid; for the role `tenant`, and only there.',
  })
  tenant?: string | null;

  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @IsText(1, 128, { each: true })
  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    description: 'What a publisher may publish, exact or with a wildcard (`payment.*`); all unless given.',
  })
  eventTypes?: string[] | null;

  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1_000)
  @IsString({ each: true })
  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    description: 'The tenants that a publisher may publish for, ids or uids; all unless given.',
  })
  tenants?: string[] | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_REQUESTS_PER_SECOND)
  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: MAX_REQUESTS_PER_SECOND,
    description:
      'How many requests a second it may make of one API process, together with the sessions that are opened with it; as ' +
      '`POSTHORN_KEY_REQUESTS_PER_SECOND` says unless given.',
  })
  requestsPerSecond?: number | null;

  @IsOptional()
  @IsTime()
  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, description: 'In the future.' })
  expiresAt?: string | null;
}
