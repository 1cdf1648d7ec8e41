import { ApiProperty } from '@nestjs/swagger';
import type { Verification } from '#delivering';
import type { Endpoint, EndpointStatus } from '#endpoints';
import { AttemptResponse } from '../attempts/attempt.response.js';
import { OwnershipResponse, toOwnershipResponse } from './endpoint.response.js';

export class EndpointVerificationResponse {
  @ApiProperty({ type: Boolean, description: 'Whether the URL has proven that it wants the traffic.' })
  verified: boolean;

  @ApiProperty({ type: String, description: 'What was seen, and what to do about it.' })
  detail: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Until when the challenge that was sent may be given here as `challenge`.',
  })
  challengeExpiresAt: string | null;

  @ApiProperty({
    type: () => AttemptResponse,
    nullable: true,
    description: 'The request, with the challenge masked, and its answer without a body; null when nothing was sent.',
  })
  attempt: AttemptResponse | null;

  @ApiProperty({ type: String, enum: ['enabled', 'paused', 'disabled'], description: 'Of the endpoint, as it is now.' })
  status: EndpointStatus;

  @ApiProperty({ type: () => OwnershipResponse })
  ownership: OwnershipResponse;
}

export function toEndpointVerificationResponse(
  { isVerified, detail, challengeExpiresAt }: Verification,
  attempt: AttemptResponse | null,
  { status, ownership }: Endpoint,
): EndpointVerificationResponse {
  return {
    verified: isVerified,
    detail,
    challengeExpiresAt: challengeExpiresAt?.toISOString() ?? null,
    attempt,
    status,
    ownership: toOwnershipResponse(ownership),
  };
}
