import { ApiProperty } from '@nestjs/swagger';
import type { SignatureReport } from '#insights';
import { toTypeId, toTypeIdOrNull, type Uuid } from '#kernel';
import { CHECK_CODES, type CheckCode, type SchemeCheck, type SchemeName, SCHEMES } from '#signing';

class SchemeCheckResponse {
  @ApiProperty({ type: String, enum: [...SCHEMES] })
  scheme: SchemeName;

  @ApiProperty({ type: String, description: 'Where its signature stands.', example: 'webhook-signature' })
  header: string;

  @ApiProperty({ type: Boolean })
  verified: boolean;

  @ApiProperty({
    type: String,
    enum: [...CHECK_CODES],
    description:
      '`verified`, or which part does not match. `secret_misread`: the right secret, decoded where it is text or the ' +
      'other way about. `wrong_secret`: the body is the one that was sent. `no_match`: nobody knows what was sent.',
  })
  code: CheckCode;

  @ApiProperty({ type: String, description: 'The same in words.' })
  message: string;

  @ApiProperty({ type: String, nullable: true, description: 'The id of the secret that it was made with.' })
  secret: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'The time that was signed.' })
  timestamp: string | null;
}

export class SignatureCheckResponse {
  @ApiProperty({ type: String })
  endpoint: string;

  @ApiProperty({ type: Boolean, description: 'Whether the signature of one scheme at least holds.' })
  verified: boolean;

  @ApiProperty({
    type: String,
    enum: ['as_sent', 'changed', 'unknown'],
    description:
      'Beside that of the event which `webhook-id` names; `unknown` where there is none, or the caller does not see all of it.',
  })
  body: 'as_sent' | 'changed' | 'unknown';

  @ApiProperty({ type: () => [SchemeCheckResponse], description: 'One for each scheme of the endpoint.' })
  schemes: SchemeCheckResponse[];
}

export function toSignatureCheckResponse(
  endpointId: Uuid,
  { checks, isBodyAsSent }: SignatureReport,
): SignatureCheckResponse {
  return {
    endpoint: toTypeId('ep', endpointId),
    verified: checks.some(({ code }) => code === 'verified'),
    body: isBodyAsSent === null ? 'unknown' : isBodyAsSent ? 'as_sent' : 'changed',
    schemes: checks.map(toSchemeCheckResponse),
  };
}

function toSchemeCheckResponse({ scheme, header, code, message, secretId, timestampSeconds }: SchemeCheck) {
  return {
    scheme,
    header,
    verified: code === 'verified',
    code,
    message,
    secret: toTypeIdOrNull('sec', secretId),
    timestamp: timestampSeconds === null ? null : toTime(timestampSeconds),
  };
}

/** Null for what is no time that a date can have. */
function toTime(seconds: number): string | null {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
