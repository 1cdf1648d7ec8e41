import { Body, Controller, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { TestSender } from '#delivering';
import { AttemptReadModel } from '#insights';
import { toAttemptId, type Uuid } from '#kernel';
import type { Principal } from '#tenants';
import { AttemptResponse, toAttemptResponse } from '../attempts/attempt.response.js';
import { Allow } from '../auth/allow.decorator.js';
import { Caller, EndpointId } from '../auth/caller.decorator.js';
import { found, Viewing } from '../auth/viewing.js';
import { Answers } from '../http/api-docs.js';
import { NoFieldsDto } from '../http/no-fields.dto.js';

@Controller('v1/tenants/:tenant/endpoints/:endpoint')
@ApiTags('Endpoints')
export class EndpointTestController {
  constructor(
    private readonly sender: TestSender,
    private readonly attempts: AttemptReadModel,
    private readonly viewing: Viewing,
  ) {}

  @Post('test')
  @Allow('endpoints:operate')
  @ApiOperation({
    operationId: 'testEndpoint',
    summary: 'Send a test event now and answer with the attempt',
    description:
      'A real, signed request of type `posthorn.test`, in whatever state the endpoint is, unless it has yet to prove that it wants the traffic. It is not retried. If it succeeds, an open circuit is closed.',
  })
  @ApiBody({ type: NoFieldsDto, required: false })
  @Answers(AttemptResponse)
  async test(
    @EndpointId() endpointId: Uuid,
    @Caller() caller: Principal,
    @Body() _body: NoFieldsDto,
  ): Promise<AttemptResponse> {
    const { deliveryId } = await this.sender.send(endpointId, caller.keyId);
    const view = await this.attempts.find(this.viewing.all(caller), deliveryId, 1);
    return toAttemptResponse(found(view, toAttemptId(deliveryId, 1), 'attempt'));
  }
}
