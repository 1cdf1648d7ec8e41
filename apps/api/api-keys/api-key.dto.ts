import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsOptional, IsString, ValidateIf } from 'class-validator';
import { ROLES, type Role } from '#tenants';
import { IsText, IsTime } from '../http/validators.js';

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
  @IsTime()
  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, description: 'In the future.' })
  expiresAt?: string | null;
}
