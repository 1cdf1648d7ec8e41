import { ApiPropertyOptional } from '@nestjs/swagger';
import { IfGiven, IsText } from '../http/validators.js';

const MAX_CHALLENGE = 256;

export class VerifyEndpointDto {
  @IfGiven()
  @IsText(1, MAX_CHALLENGE)
  @ApiPropertyOptional({
    type: String,
    minLength: 1,
    maxLength: MAX_CHALLENGE,
    description:
      'The `challenge` of the request that the receiver got last, for receivers which cannot answer with it. Nothing is sent ' +
      'then. Good for an hour, and once.',
  })
  challenge?: string;
}
