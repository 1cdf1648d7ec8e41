import { ApiProperty } from '@nestjs/swagger';
import type { PublicKey } from '#endpoints';
import { toTypeId } from '#kernel';

/** RFC 8037, section 2. */
class JwkResponse {
  @ApiProperty({ type: String, enum: ['OKP'] })
  kty: 'OKP';

  @ApiProperty({ type: String, enum: ['Ed25519'] })
  crv: 'Ed25519';

  @ApiProperty({ type: String, enum: ['sig'] })
  use: 'sig';

  @ApiProperty({ type: String, enum: ['EdDSA'] })
  alg: 'EdDSA';

  @ApiProperty({ type: String, description: 'The id of the secret.' })
  kid: string;

  @ApiProperty({ type: String, description: 'The 32 bytes of the key as base64url; `whpk_…` has them as base64.' })
  x: string;
}

export class JwksResponse {
  @ApiProperty({ type: () => [JwkResponse] })
  keys: JwkResponse[];
}

export function toJwk({ id, bytes }: PublicKey): JwkResponse {
  return {
    kty: 'OKP',
    crv: 'Ed25519',
    use: 'sig',
    alg: 'EdDSA',
    kid: toTypeId('sec', id),
    x: bytes.toString('base64url'),
  };
}
