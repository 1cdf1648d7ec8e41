import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { DEFAULT_GRACE_SECONDS, MAX_GRACE_SECONDS } from '#endpoints';
import { type KeyKind, SECRET_ENCODINGS, type SecretEncoding } from '#signing';
import { IfGiven, IsTime } from '../http/validators.js';

const KEY_KINDS: readonly KeyKind[] = ['hmac', 'ed25519'];

export class RotateSecretDto {
  @IfGiven()
  @IsString()
  @MaxLength(2_048)
  @ApiPropertyOptional({ type: String, maxLength: 2_048, description: 'Generated unless brought along.' })
  secret?: string;

  @IfGiven()
  @IsIn(SECRET_ENCODINGS)
  @ApiPropertyOptional({
    type: String,
    enum: [...SECRET_ENCODINGS],
    description: 'How the secret is written; unless given, as it begins: `whsec_` or `whsk_`.',
  })
  secretEncoding?: SecretEncoding;

  @IfGiven()
  @IsIn(KEY_KINDS)
  @ApiPropertyOptional({
    type: String,
    enum: [...KEY_KINDS],
    description: 'Which to make, where the endpoint signs with both kinds; `hmac` unless given. The other kind stays.',
  })
  kind?: KeyKind;

  @IfGiven()
  @IsTime()
  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description:
      'From when the new secret signs; now unless given. Where a scheme has one signature only, the older one signs until ' +
      'then and no longer. Only one secret of a kind may wait for its time.',
  })
  activatesAt?: string;

  @IfGiven()
  @IsInt()
  @Min(0)
  @Max(MAX_GRACE_SECONDS)
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: MAX_GRACE_SECONDS,
    default: DEFAULT_GRACE_SECONDS,
    description: 'How long the older secrets go on signing beside the new one, where a scheme has several signatures.',
  })
  graceSeconds?: number;
}
