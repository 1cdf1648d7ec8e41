import { ApiProperty } from '@nestjs/swagger';
import { type EndpointHealth, type EndpointThrottle, MAX_COUNTED_WAITING, type RateLimitState } from '#endpoints';
import { toTypeId, type Uuid } from '#kernel';
import { CircuitResponse, toCircuitResponse } from './endpoint.response.js';

class MeasureResponse {
  @ApiProperty({ type: Number, nullable: true, description: 'null: nothing was sent yet.' })
  value: number | null;

  @ApiProperty({ type: String, description: 'Where the value comes from, in words.' })
  reason: string;
}

class CircuitHealthResponse extends CircuitResponse {
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the next delivery is tried, unless it is closed.',
  })
  nextProbeAt: string | null;
}

class RateLimitStateResponse {
  @ApiProperty({ type: 'integer' })
  limit: number;

  @ApiProperty({ type: 'integer' })
  periodSeconds: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When a delivery that comes now is sent; null: at once.',
  })
  nextSlotAt: string | null;

  @ApiProperty({
    type: 'integer',
    description: `Deliveries that wait for their slots; counted up to ${MAX_COUNTED_WAITING}.`,
  })
  waiting: number;

  @ApiProperty({ type: String, description: 'The same in words.' })
  reason: string;
}

class ThrottleResponse {
  @ApiProperty({
    type: String,
    enum: ['slowed', 'paused'],
    description: '`slowed`: fewer requests at a time. `paused`: none until the time it named with `Retry-After`.',
  })
  state: 'slowed' | 'paused';

  @ApiProperty({ type: String, format: 'date-time' })
  since: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  until: string | null;

  @ApiProperty({ type: String, description: 'What it answered, in words.' })
  reason: string;
}

export class EndpointHealthResponse {
  @ApiProperty({ type: String })
  endpoint: string;

  @ApiProperty({ type: () => MeasureResponse, description: 'Attempts that succeeded, 0 to 1.' })
  successRate: MeasureResponse;

  @ApiProperty({ type: () => MeasureResponse, description: 'Of an attempt, on average.' })
  latencyMs: MeasureResponse;

  @ApiProperty({ type: () => MeasureResponse, description: 'Failed attempts since the last that succeeded.' })
  failuresInARow: MeasureResponse;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastSuccessAt: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastFailureAt: string | null;

  @ApiProperty({ type: () => CircuitHealthResponse })
  circuit: CircuitHealthResponse;

  @ApiProperty({ type: () => RateLimitStateResponse, nullable: true, description: 'null: its rate is not limited.' })
  rateLimit: RateLimitStateResponse | null;

  @ApiProperty({
    type: () => ThrottleResponse,
    nullable: true,
    description:
      'Null unless it has answered 429, 502, 503 or 504 within the last minute, or asked for a longer pause.',
  })
  throttle: ThrottleResponse | null;
}

export function toEndpointHealthResponse(
  endpointId: Uuid,
  health: EndpointHealth,
  rate: RateLimitState | null,
): EndpointHealthResponse {
  const attempts = health.succeeded + health.failed;
  const perAttempt = (sum: number, digits: number): number | null =>
    attempts === 0 ? null : Number((sum / attempts).toFixed(digits));
  return {
    endpoint: toTypeId('ep', endpointId),
    successRate: {
      value: perAttempt(health.succeeded, 4),
      reason: attempts === 0 ? 'No attempt was made yet.' : `${health.succeeded} of ${attempts} attempts succeeded.`,
    },
    latencyMs: {
      value: perAttempt(health.durationMsSum, 1),
      reason: attempts === 0 ? 'No attempt was made yet.' : `The average of ${attempts} attempts.`,
    },
    failuresInARow: { value: health.failuresInARow, reason: tellFailures(health) },
    lastSuccessAt: health.lastSuccessAt?.toISOString() ?? null,
    lastFailureAt: health.lastFailureAt?.toISOString() ?? null,
    circuit: Object.assign(toCircuitResponse(health.circuit), {
      nextProbeAt: health.circuit.nextProbeAt?.toISOString() ?? null,
    }),
    rateLimit: rate && toRateLimitState(rate),
    throttle: health.throttle && toThrottleResponse(health.throttle),
  };
}

function toThrottleResponse({ since, until, reason }: EndpointThrottle): ThrottleResponse {
  return {
    state: until === null ? 'slowed' : 'paused',
    since: since.toISOString(),
    until: until?.toISOString() ?? null,
    reason: `It answered with ${reason}.`,
  };
}

function toRateLimitState({ limit, periodSeconds, nextSlotAt, waiting }: RateLimitState): RateLimitStateResponse {
  const next = nextSlotAt?.toISOString() ?? null;
  const reason =
    `At most ${limit} ${limit === 1 ? 'request' : 'requests'} in ${periodSeconds} s; ${tellWaiting(waiting)}; ` +
    `the next free slot is ${next === null ? 'now' : `at ${next}`}.`;
  return { limit, periodSeconds, nextSlotAt: next, waiting, reason };
}

function tellWaiting(waiting: number): string {
  if (waiting === 0) return 'no delivery waits';
  if (waiting === 1) return '1 delivery waits';
  return `${waiting} deliveries ${waiting >= MAX_COUNTED_WAITING ? 'or more wait' : 'wait'}`;
}

function tellFailures(health: EndpointHealth): string {
  if (health.failuresInARow === 0) {
    return health.lastSuccessAt === null ? 'No attempt has failed.' : 'The last attempt succeeded.';
  }
  const { lastStatusCode: status, lastErrorCode: code } = health;
  const last = status !== null ? `status ${status}` : (code ?? 'an unknown error');
  return `The last failure was ${last}, at ${health.lastFailureAt?.toISOString()}.`;
}
