import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { AttemptReadModel } from '#insights';
import { parseAttemptId, type Uuid } from '#kernel';
import type { Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { Caller } from '../auth/caller.decorator.js';
import { notFound } from '../auth/scope.js';
import { found, Viewing } from '../auth/viewing.js';
import { Answers } from '../http/api-docs.js';
import { AttemptResponse, CurlResponse, toAttemptResponse } from './attempt.response.js';

@Controller('v1/attempts')
@ApiTags('Deliveries')
export class AttemptsController {
  constructor(
    private readonly attempts: AttemptReadModel,
    private readonly viewing: Viewing,
  ) {}

  @Get(':attempt')
  @Allow('deliveries:read')
  @ApiOperation({ operationId: 'getAttempt', summary: 'Get an attempt: request and response as they were' })
  @Answers(AttemptResponse)
  async get(@Param('attempt') attempt: string, @Caller() caller: Principal): Promise<AttemptResponse> {
    const { deliveryId, number } = readId(attempt);
    const view = await this.attempts.find(this.viewing.all(caller), deliveryId, number);
    return toAttemptResponse(found(view, attempt, 'attempt'));
  }

  @Get(':attempt/curl')
  @Allow('deliveries:read')
  @ApiOperation({
    operationId: 'getAttemptCurl',
    summary: 'Get a curl command that repeats an attempt',
    description:
      'To the endpoint as it is now, with a signature made now. Credentials among its headers stay masked. Whoever does not ' +
      'see all of the data gets `[redacted]` in its place, and the signature masked.',
  })
  @Answers(CurlResponse)
  @ApiResponse({
    status: 409,
    description: 'The payload is gone, or the endpoint was deleted.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  })
  async curl(@Param('attempt') attempt: string, @Caller() caller: Principal): Promise<CurlResponse> {
    const { deliveryId, number } = readId(attempt);
    const command = await this.attempts.curl(this.viewing.all(caller), deliveryId, number);
    return { curl: found(command, attempt, 'attempt') };
  }
}

function readId(attempt: string): { deliveryId: Uuid; number: number } {
  const id = parseAttemptId(attempt);
  if (id === null) throw notFound(attempt, 'attempt');
  return id;
}
