import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { toTypeId } from '#kernel';
import type { TenantRow } from '#tenants';

export class PortalThemeResponse {
  @ApiPropertyOptional({ type: String })
  name?: string;

  @ApiPropertyOptional({ type: String })
  logoUrl?: string;

  @ApiPropertyOptional({ type: String })
  color?: string;
}

export class TenantSettingsResponse {
  @ApiPropertyOptional({ type: 'integer' })
  maxEndpoints?: number;

  @ApiPropertyOptional({ type: 'integer' })
  publishPerSecond?: number;

  @ApiPropertyOptional({ type: 'integer' })
  payloadRetentionDays?: number;

  @ApiPropertyOptional({ type: Boolean })
  allowHttp?: boolean;

  @ApiPropertyOptional({ type: Boolean })
  requireOwnershipProof?: boolean;

  @ApiPropertyOptional({ type: PortalThemeResponse })
  portal?: PortalThemeResponse;
}

export class TenantResponse {
  @ApiProperty({ type: String, example: 'ten_01h455vb4pex5vsknk084sn02q' })
  id: string;

  @ApiProperty({ type: String, nullable: true })
  uid: string | null;

  @ApiProperty({ type: String })
  name: string;

  @ApiProperty({ type: Object, additionalProperties: true })
  metadata: Record<string, unknown>;

  @ApiProperty({ type: TenantSettingsResponse, description: 'What is set for this tenant; all else is as configured.' })
  settings: TenantSettingsResponse;

  @ApiProperty({ type: Boolean, description: 'Whether its deliveries are held.' })
  paused: boolean;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  pausedAt: string | null;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time' })
  updatedAt: string;
}

export function toTenantResponse(row: TenantRow): TenantResponse {
  return {
    id: toTypeId('ten', row.id),
    uid: row.uid,
    name: row.name,
    metadata: row.metadata,
    settings: row.settings,
    paused: row.pausedAt !== null,
    pausedAt: row.pausedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
