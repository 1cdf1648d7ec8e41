import { ApiProperty } from '@nestjs/swagger';
import { CAPABILITIES, type Capability } from '#tenants';

export class PortalSessionResponse {
  @ApiProperty({
    type: String,
    description: 'Opens the portal. The token stands behind the #, which no browser sends to any server.',
    example: 'https://hooks.example.com/portal/#token=eyJ…',
  })
  url: string;

  @ApiProperty({ type: String, description: 'For `Authorization: Bearer`, against the same API.' })
  token: string;

  @ApiProperty({ type: 'array', items: { type: 'string', enum: [...CAPABILITIES] } })
  capabilities: Capability[];

  @ApiProperty({ type: String, format: 'date-time' })
  expiresAt: string;
}
