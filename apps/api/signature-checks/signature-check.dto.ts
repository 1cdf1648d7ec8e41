import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { IfGiven, IsJsonObject } from '../http/validators.js';

const MAX_NAME = 256;
const MAX_HEADERS_BYTES = 64 * 1024;
/** An event of a megabyte, as a form. */
const MAX_BODY_CHARACTERS = 4 * 1024 * 1024;
const MAX_TOLERANCE_SECONDS = 31_536_000;
export const DEFAULT_TOLERANCE_SECONDS = 300;

export class CheckSignatureDto {
  @IsString()
  @MaxLength(MAX_NAME)
  @ApiProperty({ type: String, maxLength: MAX_NAME, description: 'Id or uid of the endpoint that received it.' })
  endpoint: string;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_NAME)
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: MAX_NAME,
    description: 'Id or uid of its tenant; needed where a uid of the endpoint stands for several.',
  })
  tenant?: string | null;

  @IsJsonObject(MAX_HEADERS_BYTES)
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'As they were received, in any case of their names.',
    example: { 'webhook-id': 'evt_…', 'webhook-timestamp': '1764000000', 'webhook-signature': 'v1,…' },
  })
  headers: Record<string, unknown>;

  @IsString()
  @MaxLength(MAX_BODY_CHARACTERS)
  @ApiProperty({
    type: String,
    maxLength: MAX_BODY_CHARACTERS,
    description: 'The raw body as text, before any parser has touched it.',
  })
  body: string;

  @IfGiven()
  @IsInt()
  @Min(1)
  @Max(MAX_TOLERANCE_SECONDS)
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MAX_TOLERANCE_SECONDS,
    default: DEFAULT_TOLERANCE_SECONDS,
    description: 'How far the time of the signature may be from now.',
  })
  toleranceSeconds?: number;
}
