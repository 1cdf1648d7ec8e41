import { ApiProperty } from '@nestjs/swagger';
import { IsText } from '../http/validators.js';

export class SignInDto {
  @IsText(1, 1_024)
  @ApiProperty({ type: String, maxLength: 1_024, description: 'An API key.' })
  key: string;
}
