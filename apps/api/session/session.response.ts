import { ApiProperty } from '@nestjs/swagger';
import { toTypeId } from '#kernel';
import { CAPABILITIES, type Capability, type Principal, ROLES, type Role, type TenantRow } from '#tenants';
import { type Permission, PERMISSIONS, permissionsOf } from '../auth/permissions.js';

/** How a tenant's pages look; what is null is as the house has it. */
export class ThemeResponse {
  @ApiProperty({ type: String, description: "The tenant's own name unless its settings say another." })
  name: string;

  @ApiProperty({ type: String, nullable: true })
  logoUrl: string | null;

  @ApiProperty({ type: String, nullable: true, description: '`#rrggbb`.' })
  color: string | null;
}

const KINDS = ['api_key', 'browser', 'portal'] as const;

export class SessionResponse {
  @ApiProperty({
    type: String,
    enum: KINDS,
    description: '`browser`: signed in with a key. `portal`: opened for a tenant.',
  })
  kind: (typeof KINDS)[number];

  @ApiProperty({ type: String, enum: ROLES })
  role: Role;

  @ApiProperty({ type: String, nullable: true, description: 'The tenant whose objects it sees and no others.' })
  tenant: string | null;

  @ApiProperty({ type: String, description: 'The API key, or the one that the session was opened with.' })
  apiKey: string;

  @ApiProperty({
    type: 'array',
    items: { type: 'string', enum: [...CAPABILITIES] },
    nullable: true,
    description: 'What a portal session is cut down to; null: as much as the role.',
  })
  capabilities: Capability[] | null;

  @ApiProperty({
    type: 'array',
    items: { type: 'string', enum: Object.keys(PERMISSIONS) },
    description: 'All that it may do, so that a page shows nothing that would be refused.',
  })
  permissions: Permission[];

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: it does not end by itself.' })
  expiresAt: string | null;

  @ApiProperty({ type: ThemeResponse, nullable: true, description: 'Where it is bound to a tenant.' })
  portal: ThemeResponse | null;
}

/** `tenant`: the one that the caller is bound to. */
export function toSessionResponse(principal: Principal, tenant: TenantRow | null): SessionResponse {
  const { session, role, tenantId, keyId, expiresAt } = principal;
  return {
    kind: session?.kind ?? 'api_key',
    role,
    tenant: tenantId && toTypeId('ten', tenantId),
    apiKey: toTypeId('key', keyId),
    capabilities: session?.capabilities ? [...session.capabilities] : null,
    permissions: permissionsOf(principal),
    expiresAt: expiresAt?.toISOString() ?? null,
    portal: tenant && toThemeResponse(tenant),
  };
}

function toThemeResponse({ name, settings }: TenantRow): ThemeResponse {
  const theme = settings.portal ?? {};
  return { name: theme.name ?? name, logoUrl: theme.logoUrl ?? null, color: theme.color ?? null };
}
