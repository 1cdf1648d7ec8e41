import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsOptional, IsUrl, Matches, Max, Min } from 'class-validator';
import { Nested } from '../http/dto-fields.js';
import { IfGiven, IsJsonObject, IsText, IsUid } from '../http/validators.js';

export const MAX_METADATA_BYTES = 16 * 1024;

const UID = 'Your own name for the tenant: taken wherever its id is, unique among the living.';

export class PortalThemeDto {
  @IsOptional()
  @IsText(1, 64)
  @ApiPropertyOptional({ type: String, nullable: true, minLength: 1, maxLength: 64 })
  name?: string | null;

  @IsOptional()
  @IsText(1, 2_048)
  @IsUrl(
    { protocols: ['https'], require_protocol: true, disallow_auth: true },
    { message: '$property must be an https URL' },
  )
  @ApiPropertyOptional({ type: String, format: 'uri', nullable: true, maxLength: 2_048, description: 'By https.' })
  logoUrl?: string | null;

  @IsOptional()
  @Matches(/^#[0-9a-f]{6}$/i, { message: '$property must be a colour such as #0b7285' })
  @ApiPropertyOptional({ type: String, nullable: true, pattern: '^#[0-9A-Fa-f]{6}$' })
  color?: string | null;
}

export class TenantSettingsDto {
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  @ApiPropertyOptional({ type: 'integer', nullable: true, minimum: 0, maximum: 1_000_000 })
  maxEndpoints?: number | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Events that may be published for the tenant each second; more are refused with `rate_limited`.',
  })
  publishPerSecond?: number | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(3_650)
  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: 3_650,
    description:
      'What events carry and receivers answer is erased after so many days, if that is sooner than POSTHORN_RETENTION_DAYS; ' +
      'the record stays. What is still not delivered by then is cancelled.',
  })
  payloadRetentionDays?: number | null;

  @IsOptional()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean, nullable: true, description: 'Endpoints may have `http://` URLs.' })
  allowHttp?: boolean | null;

  @IsOptional()
  @IsBoolean()
  @ApiPropertyOptional({
    type: Boolean,
    nullable: true,
    description:
      'A new endpoint, and one that gets another URL, is disabled (`disabledReason: "unverified"`) until that URL has proven ' +
      'with `POST …/endpoints/{endpoint}/verify` that it wants the traffic. Endpoints that are enabled when this is set stay so.',
  })
  requireOwnershipProof?: boolean | null;

  @IsOptional()
  @Nested(() => PortalThemeDto)
  @ApiPropertyOptional({ type: PortalThemeDto, description: "How the tenant's portal looks." })
  portal?: PortalThemeDto | null;
}

/** All of a tenant that can be given; the uid is the one in the path. */
export class PutTenantDto {
  @IsText(1, 256)
  @ApiProperty({ type: String, minLength: 1, maxLength: 256 })
  name: string;

  @IsOptional()
  @IsJsonObject(MAX_METADATA_BYTES)
  @ApiPropertyOptional({
    type: Object,
    nullable: true,
    additionalProperties: true,
    description: 'Yours; at most 16 KiB.',
  })
  metadata?: Record<string, unknown> | null;

  @IsOptional()
  @Nested(() => TenantSettingsDto)
  @ApiPropertyOptional({ type: TenantSettingsDto })
  settings?: TenantSettingsDto | null;
}

/** A new tenant. */
export class CreateTenantDto extends PutTenantDto {
  @IsOptional()
  @IsUid()
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 256, description: UID })
  uid?: string | null;
}

/** A merge patch (RFC 7396): what is left out stays, null clears. */
export class PatchTenantDto {
  @IsOptional()
  @IsUid()
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 256, description: UID })
  uid?: string | null;

  @IfGiven()
  @IsText(1, 256)
  @ApiPropertyOptional({ type: String, minLength: 1, maxLength: 256 })
  name?: string;

  @IsOptional()
  @IsJsonObject(MAX_METADATA_BYTES)
  @ApiPropertyOptional({ type: Object, nullable: true, additionalProperties: true })
  metadata?: Record<string, unknown> | null;

  @IsOptional()
  @Nested(() => TenantSettingsDto)
  @ApiPropertyOptional({ type: TenantSettingsDto })
  settings?: TenantSettingsDto | null;
}
