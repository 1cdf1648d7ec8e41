import { ApiProperty } from '@nestjs/swagger';
import type { EndpointSecret } from '#endpoints';
import { toTypeId } from '#kernel';

export class SecretResponse {
  @ApiProperty({ type: String, example: 'sec_01jdf0v3m8ezrt8z6b5hv4hq3n' })
  id: string;

  @ApiProperty({ type: String, description: '`whsec_` and the base64 of the key, however it was brought.' })
  secret: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time' })
  activatesAt: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt: string | null;
}

export function toSecretResponse(secret: EndpointSecret): SecretResponse {
  return {
    id: toTypeId('sec', secret.id),
    secret: secret.secret,
    createdAt: secret.createdAt.toISOString(),
    activatesAt: secret.activatesAt.toISOString(),
    expiresAt: secret.expiresAt?.toISOString() ?? null,
  };
}
