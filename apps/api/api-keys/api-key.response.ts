import { ApiProperty } from '@nestjs/swagger';
import { toTypeId, toTypeIdOrNull } from '#kernel';
import { type ApiKeyRow, ROLES, type Role } from '#tenants';

export class ApiKeyResponse {
  @ApiProperty({ type: String, example: 'key_01h455vb4pex5vsknk084sn02q' })
  id: string;

  @ApiProperty({ type: String })
  name: string;

  @ApiProperty({ type: String, enum: ROLES })
  role: Role;

  @ApiProperty({ type: String, nullable: true })
  tenant: string | null;

  @ApiProperty({ type: [String], nullable: true, description: 'What a publisher may publish; null: everything.' })
  eventTypes: string[] | null;

  @ApiProperty({ type: [String], nullable: true, description: 'Whom a publisher may publish for; null: all tenants.' })
  tenants: string[] | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'How many requests a second it may make of one API process; null: as configured for all.',
  })
  requestsPerSecond: number | null;

  @ApiProperty({ type: String, description: 'How the key begins, to recognise it by.' })
  prefix: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'To the minute.' })
  lastUsedAt: string | null;
}

export class NewApiKeyResponse extends ApiKeyResponse {
  @ApiProperty({ type: String, description: 'The key itself: shown now and never again.' })
  key: string;
}

export function toApiKeyResponse(row: ApiKeyRow): ApiKeyResponse {
  return {
    id: toTypeId('key', row.id),
    name: row.name,
    role: row.role,
    tenant: toTypeIdOrNull('ten', row.tenantId),
    eventTypes: row.eventTypes === null ? null : [...row.eventTypes],
    tenants: row.tenantIds?.map((id) => toTypeId('ten', id)) ?? null,
    requestsPerSecond: row.requestsPerSecond,
    prefix: row.prefix,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
