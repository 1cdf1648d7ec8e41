import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { AttemptTrigger, AttemptView } from '#insights';
import { toAttemptId, toTypeId } from '#kernel';
import { ATTEMPT_ERRORS } from '../deliveries/delivery-query.dto.js';

const HEADERS = {
  type: 'object' as const,
  additionalProperties: { type: 'string' as const },
  description: 'Names in lower case, credentials as ********.',
};

export class AttemptTimingsResponse {
  @ApiProperty({ type: Number, nullable: true })
  dnsMs: number | null;

  @ApiProperty({ type: Number, nullable: true })
  connectMs: number | null;

  @ApiProperty({ type: Number, nullable: true })
  tlsMs: number | null;

  @ApiProperty({ type: Number, nullable: true })
  firstByteMs: number | null;
}

export class AttemptRequestResponse {
  @ApiProperty({ type: String, enum: ['POST'] })
  method: 'POST';

  @ApiProperty({ type: String, nullable: true })
  url: string | null;

  @ApiProperty(HEADERS)
  headers: Record<string, string>;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description:
      'With `[redacted]` in the place of what the event type redacts and the caller does not see; the signature is masked ' +
      'then. Null when the payload was erased. In lists only with `include=data`.',
  })
  body?: string | null;
}

export class AttemptAnswerResponse {
  @ApiProperty(HEADERS)
  headers: Record<string, string>;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description:
      'Its first 16 KiB; `[redacted]` where it may repeat what the event type redacts and the caller does not see. In lists ' +
      'only with `include=data`.',
  })
  body?: string | null;

  @ApiProperty({ type: Boolean, description: 'Whether there was more of the body than is kept.' })
  truncated: boolean;
}

/** One HTTP request, and what came of it. */
export class AttemptResponse {
  @ApiProperty({ type: String, example: 'att_01h455vb4pex5vsknk084sn02q_1' })
  id: string;

  @ApiProperty({ type: String, example: 'dlv_01h455vb4pex5vsknk084sn02q' })
  delivery: string;

  @ApiProperty({ type: 'integer', description: '1 for the first.' })
  number: number;

  @ApiProperty({ type: String, enum: ['schedule', 'replay', 'test'] })
  trigger: AttemptTrigger;

  @ApiProperty({ type: String, format: 'date-time' })
  startedAt: string;

  @ApiProperty({ type: 'integer' })
  durationMs: number;

  @ApiProperty({ type: String, enum: ['succeeded', 'failed'] })
  outcome: 'succeeded' | 'failed';

  @ApiProperty({ type: 'integer', nullable: true, description: 'Null when there was no answer.' })
  statusCode: number | null;

  @ApiProperty({ type: String, enum: [...ATTEMPT_ERRORS], nullable: true })
  errorCode: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What went wrong, in words.' })
  error: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The address that the request went to.' })
  remoteAddress: string | null;

  @ApiProperty({ type: AttemptTimingsResponse })
  timings: AttemptTimingsResponse;

  @ApiProperty({ type: AttemptRequestResponse })
  request: AttemptRequestResponse;

  @ApiProperty({ type: AttemptAnswerResponse })
  response: AttemptAnswerResponse;
}

export class CurlResponse {
  @ApiProperty({ type: String, description: 'For a POSIX shell. Valid for about five minutes.' })
  curl: string;
}

/** `withBodies`: in lists only on demand. */
export function toAttemptResponse(attempt: AttemptView, withBodies = true): AttemptResponse {
  const { request, response } = attempt;
  return {
    id: toAttemptId(attempt.deliveryId, attempt.number),
    delivery: toTypeId('dlv', attempt.deliveryId),
    number: attempt.number,
    trigger: attempt.trigger,
    startedAt: attempt.startedAt.toISOString(),
    durationMs: attempt.durationMs,
    outcome: attempt.succeeded ? 'succeeded' : 'failed',
    statusCode: attempt.statusCode,
    errorCode: attempt.errorCode,
    error: attempt.error,
    remoteAddress: attempt.remoteAddress,
    timings: {
      dnsMs: attempt.dnsMs,
      connectMs: attempt.connectMs,
      tlsMs: attempt.tlsMs,
      firstByteMs: attempt.firstByteMs,
    },
    request: {
      method: request.method,
      url: request.url,
      headers: { ...request.headers },
      ...(withBodies ? { body: request.body } : {}),
    },
    response: {
      headers: { ...response.headers },
      ...(withBodies ? { body: response.body } : {}),
      truncated: response.truncated,
    },
  };
}
