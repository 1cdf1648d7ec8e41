import { Body, Controller, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ReceiverChecker } from '#delivering';
import type { Uuid } from '#kernel';
import type { Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { Caller, EndpointId } from '../auth/caller.decorator.js';
import { Answers } from '../http/api-docs.js';
import { NoFieldsDto } from '../http/no-fields.dto.js';
import { EndpointCheckResponse, toEndpointCheckResponse } from './endpoint-check.response.js';

@Controller('v1/tenants/:tenant/endpoints/:endpoint')
@ApiTags('Endpoints')
export class EndpointCheckController {
  constructor(private readonly checker: ReceiverChecker) {}

  @Post('check')
  @Allow('endpoints:operate')
  @ApiOperation({
    operationId: 'checkEndpoint',
    summary: 'Whether the receiver is ready for real traffic',
    description:
      'Sends it four requests of type `posthorn.test`, one after the other: a good one, one with a wrong signature, one ' +
      'that is an hour old, and the good one again. A receiver that verifies refuses the second and the third with 4xx. ' +
      'Also looked at: how long it takes, and until when its certificate is valid. Each request is on record as a test.',
  })
  @ApiBody({ type: NoFieldsDto, required: false })
  @Answers(EndpointCheckResponse)
  async check(
    @EndpointId() endpointId: Uuid,
    @Caller() caller: Principal,
    @Body() _body: NoFieldsDto,
  ): Promise<EndpointCheckResponse> {
    return toEndpointCheckResponse(await this.checker.check(endpointId, caller.keyId));
  }
}
