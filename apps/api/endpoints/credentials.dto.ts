import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { AUTH_TYPES, type AuthType, CLIENT_AUTHENTICATIONS, type ClientAuthentication } from '#endpoints';
import { IfGiven } from '../http/validators.js';

const MAX_NAME = 1_024;
const MAX_SECRET = 4_096;
const MAX_PEM = 32_768;
const MAX_URL = 2_048;

const MASKED = 'Shown as ********; a mask that is sent back leaves it as it is.';

function Text(maxLength: number, description: string): PropertyDecorator {
  return (target, field) => {
    IsOptional()(target, field);
    IsString()(target, field);
    MaxLength(maxLength)(target, field);
    ApiPropertyOptional({ type: String, nullable: true, maxLength, description })(target, field);
  };
}

/**
 * Which fields go with which type is said in the descriptions and decided in `libs/endpoints`: a merge patch may name any
 * of them alone.
 */
export class AuthDto {
  @IfGiven()
  @IsIn([...AUTH_TYPES])
  @ApiPropertyOptional({
    type: String,
    enum: [...AUTH_TYPES],
    description:
      'Required. `basic`: username, password. `bearer`: token. `header`: name, value. `oauth2` (client credentials): ' +
      'tokenUrl, clientId, clientSecret, and scope, audience, authentication if need be. `mtls`: certificate, ' +
      'privateKey, and passphrase if the key is encrypted. A patch with another type replaces all of it.',
  })
  type?: AuthType;

  @Text(MAX_NAME, '`basic`: without colons; may be empty.')
  username?: string | null;

  @Text(MAX_SECRET, `\`basic\`: may be empty. ${MASKED}`)
  password?: string | null;

  @Text(MAX_SECRET, `\`bearer\`: visible ASCII. ${MASKED}`)
  token?: string | null;

  @Text(128, '`header`: the name of a header that Posthorn and the connection do not set.')
  name?: string | null;

  @Text(MAX_SECRET, `\`header\`: visible ASCII. ${MASKED}`)
  value?: string | null;

  @Text(MAX_URL, '`oauth2`: where access tokens are fetched. The same rules hold as for the URL of the endpoint.')
  tokenUrl?: string | null;

  @Text(MAX_NAME, '`oauth2`.')
  clientId?: string | null;

  @Text(MAX_SECRET, `\`oauth2\`. ${MASKED}`)
  clientSecret?: string | null;

  @Text(MAX_NAME, '`oauth2`: words with a space between them.')
  scope?: string | null;

  @Text(MAX_NAME, '`oauth2`: for token endpoints that ask for one.')
  audience?: string | null;

  @IsOptional()
  @IsIn([...CLIENT_AUTHENTICATIONS])
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    enum: [...CLIENT_AUTHENTICATIONS],
    default: 'basic',
    description: '`oauth2`: whether id and secret go to the token endpoint in a header or in the body.',
  })
  authentication?: ClientAuthentication | null;

  @Text(MAX_PEM, '`mtls`: the client certificate in PEM, and after it the chain up to its authority, if any.')
  certificate?: string | null;

  @Text(MAX_PEM, `\`mtls\`: the key of the certificate in PEM. ${MASKED}`)
  privateKey?: string | null;

  @Text(MAX_NAME, `\`mtls\`: what the private key is encrypted with. ${MASKED}`)
  passphrase?: string | null;
}

export class TlsDto {
  @Text(
    MAX_PEM,
    'Authorities in PEM that the certificate of the endpoint has to come from. The public ones count no longer then.',
  )
  ca?: string | null;

  @Text(MAX_PEM, 'A client certificate in PEM, for endpoints that want one beside what `auth` says.')
  certificate?: string | null;

  @Text(MAX_PEM, `The key of the certificate in PEM. ${MASKED}`)
  privateKey?: string | null;

  @Text(MAX_NAME, `What the private key is encrypted with. ${MASKED}`)
  passphrase?: string | null;
}
