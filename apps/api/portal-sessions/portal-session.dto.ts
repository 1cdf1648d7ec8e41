import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMinSize, ArrayUnique, IsArray, IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { CAPABILITIES, type Capability } from '#tenants';

export const DEFAULT_LIFETIME_SECONDS = 3_600;

export class OpenPortalSessionDto {
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(CAPABILITIES, { each: true })
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', enum: [...CAPABILITIES] },
    nullable: true,
    minItems: 1,
    description:
      'What the session may do; all of it unless given. `view`: read. `manage_endpoints`: create, change, pause, test ' +
      'endpoints and subscriptions. `see_secrets`: read secrets and what event types redact, and rotate secrets with ' +
      '`manage_endpoints`. `replay`: replay, cancel, discard.',
  })
  capabilities?: Capability[] | null;

  @IsOptional()
  @IsInt()
  @Min(60)
  @Max(86_400)
  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 60,
    maximum: 86_400,
    default: DEFAULT_LIFETIME_SECONDS,
  })
  expiresInSeconds?: number | null;
}
