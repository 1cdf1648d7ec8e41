import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { DEFAULT_GRACE_SECONDS, SECRET_ENCODINGS, type SecretEncoding } from '#endpoints';
import { IfGiven, IsTime } from '../http/validators.js';

const MAX_GRACE_SECONDS = 30 * 86_400;

export class RotateSecretDto {
  @IfGiven()
  @IsString()
  @MaxLength(2_048)
  @ApiPropertyOptional({ type: String, maxLength: 2_048, description: 'Generated unless brought along.' })
  secret?: string;

  @IfGiven()
  @IsIn(SECRET_ENCODINGS)
  @ApiPropertyOptional({ type: String, enum: [...SECRET_ENCODINGS], default: 'whsec' })
  secretEncoding?: SecretEncoding;

  @IfGiven()
  @IsTime()
  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'From when the new secret signs; now unless given. Only one secret may wait for its time.',
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
    description: 'How long the older secrets go on signing once the new one does.',
  })
  graceSeconds?: number;
}
