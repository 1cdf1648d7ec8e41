import { ApiProperty } from '@nestjs/swagger';
import { type EndpointSecret, publicKeyOf, toWhsec } from '#endpoints';
import { toTypeId } from '#kernel';
import { SECRET_ENCODINGS, type SecretEncoding } from '#signing';

export class SecretResponse {
  @ApiProperty({ type: String, example: 'sec_01jdf0v3m8ezrt8z6b5hv4hq3n' })
  id: string;

  @ApiProperty({
    type: String,
    description: 'As it was generated or brought along; `secretEncoding` says how to read it.',
  })
  secret: string;

  @ApiProperty({ type: String, enum: [...SECRET_ENCODINGS] })
  secretEncoding: SecretEncoding;

  @ApiProperty({
    type: String,
    nullable: true,
    description: "The same key as Standard Webhooks' libraries take it, `whsec_…`; null for an Ed25519 key pair.",
  })
  whsec: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What receivers verify `v1a` signatures with, `whpk_…`; null for a secret of HMACs.',
  })
  publicKey: string | null;

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
    secretEncoding: secret.encoding,
    whsec: toWhsec(secret),
    publicKey: publicKeyOf(secret),
    createdAt: secret.createdAt.toISOString(),
    activatesAt: secret.activatesAt.toISOString(),
    expiresAt: secret.expiresAt?.toISOString() ?? null,
  };
}
