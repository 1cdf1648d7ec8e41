import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AUTH_TYPES, type AuthType, CLIENT_AUTHENTICATIONS, type ClientAuthentication } from '#endpoints';

const SECRET = { type: String, description: 'Always ********.' };
const TEXT = { type: String };

/** The fields of the type that were given; secrets as masks. */
export class AuthResponse {
  @ApiProperty({ type: String, enum: [...AUTH_TYPES] })
  type: AuthType;

  @ApiPropertyOptional(TEXT)
  username?: string;

  @ApiPropertyOptional(SECRET)
  password?: string;

  @ApiPropertyOptional(SECRET)
  token?: string;

  @ApiPropertyOptional(TEXT)
  name?: string;

  @ApiPropertyOptional(SECRET)
  value?: string;

  @ApiPropertyOptional(TEXT)
  tokenUrl?: string;

  @ApiPropertyOptional(TEXT)
  clientId?: string;

  @ApiPropertyOptional(SECRET)
  clientSecret?: string;

  @ApiPropertyOptional(TEXT)
  scope?: string;

  @ApiPropertyOptional(TEXT)
  audience?: string;

  @ApiPropertyOptional({ type: String, enum: [...CLIENT_AUTHENTICATIONS] })
  authentication?: ClientAuthentication;

  @ApiPropertyOptional(TEXT)
  certificate?: string;

  @ApiPropertyOptional(SECRET)
  privateKey?: string;

  @ApiPropertyOptional(SECRET)
  passphrase?: string;
}

export class TlsResponse {
  @ApiPropertyOptional(TEXT)
  ca?: string;

  @ApiPropertyOptional(TEXT)
  certificate?: string;

  @ApiPropertyOptional(SECRET)
  privateKey?: string;

  @ApiPropertyOptional(SECRET)
  passphrase?: string;
}
