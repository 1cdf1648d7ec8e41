import { Body, Controller, Get, Post, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { type Endpoint, EndpointHealthReadModel, EndpointSwitch, RateLimitReadModel } from '#endpoints';
import { MissedReadModel } from '#insights';
import type { Uuid } from '#kernel';
import { Allow } from '../auth/allow.decorator.js';
import { By, EndpointId, TenantId } from '../auth/caller.decorator.js';
import { tagged } from '../http/answers.js';
import { Answers } from '../http/api-docs.js';
import { NoFieldsDto } from '../http/no-fields.dto.js';
import type { FastifyReply } from '../http/request.js';
import { DisableEndpointDto } from './endpoint.dto.js';
import { EndpointResponse, toOneEndpointResponse } from './endpoint.response.js';
import { EndpointHealthResponse, toEndpointHealthResponse } from './endpoint-health.response.js';

const CLOSES_CIRCUIT =
  'An open circuit is closed, and a pause that the endpoint asked for ends, also when it is enabled already.';

@Controller('v1/tenants/:tenant/endpoints/:endpoint')
@ApiTags('Endpoints')
export class EndpointStateController {
  constructor(
    private readonly endpoints: EndpointSwitch,
    private readonly health: EndpointHealthReadModel,
    private readonly rates: RateLimitReadModel,
    private readonly missed: MissedReadModel,
  ) {}

  @Post('pause')
  @Allow('endpoints:operate')
  @ApiOperation({
    operationId: 'pauseEndpoint',
    summary: 'Hold deliveries until the endpoint is resumed',
    description: 'Events that fall due meanwhile are matched and held as well. Saying it twice changes nothing.',
  })
  @ApiBody({ type: NoFieldsDto, required: false })
  @Answers(EndpointResponse, { tagged: true })
  async pause(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @EndpointId() endpointId: Uuid,
    @Body() _body: NoFieldsDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndpointResponse> {
    return this.answer(reply, await this.endpoints.turn(by, tenantId, endpointId, 'pause'));
  }

  @Post('resume')
  @Allow('endpoints:operate')
  @ApiOperation({
    operationId: 'resumeEndpoint',
    summary: 'Send what was held, and go on',
    description: CLOSES_CIRCUIT,
  })
  @ApiBody({ type: NoFieldsDto, required: false })
  @Answers(EndpointResponse, { tagged: true })
  async resume(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @EndpointId() endpointId: Uuid,
    @Body() _body: NoFieldsDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndpointResponse> {
    return this.answer(reply, await this.endpoints.turn(by, tenantId, endpointId, 'resume'));
  }

  @Post('enable')
  @Allow('endpoints:operate')
  @ApiOperation({
    operationId: 'enableEndpoint',
    summary: 'Take deliveries again',
    description:
      'What the endpoint has missed is told as `missed`, with the body for `POST /v1/replays` that delivers all of it; ' +
      `\`GET /v1/deliveries?endpoint=…&status=cancelled\` lists it. ${CLOSES_CIRCUIT} One that has to prove first that it wants the traffic is refused ` +
      'with `endpoint_unverified`.',
  })
  @ApiBody({ type: NoFieldsDto, required: false })
  @Answers(EndpointResponse, { tagged: true })
  async enable(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @EndpointId() endpointId: Uuid,
    @Body() _body: NoFieldsDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndpointResponse> {
    return this.answer(reply, await this.endpoints.turn(by, tenantId, endpointId, 'enable'));
  }

  @Post('disable')
  @Allow('endpoints:operate')
  @ApiOperation({ operationId: 'disableEndpoint', summary: 'Cancel what is open, and take no deliveries' })
  @ApiBody({ type: DisableEndpointDto, required: false })
  @Answers(EndpointResponse, { tagged: true })
  async disable(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @EndpointId() endpointId: Uuid,
    @Body() body: DisableEndpointDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndpointResponse> {
    return this.answer(reply, await this.endpoints.turn(by, tenantId, endpointId, 'disable', body.reason ?? null));
  }

  @Get('health')
  @Allow('endpoints:read')
  @ApiOperation({ operationId: 'getEndpointHealth', summary: 'How the endpoint has been doing, and why' })
  @Answers(EndpointHealthResponse)
  async getHealth(@TenantId() tenantId: Uuid, @EndpointId() endpointId: Uuid): Promise<EndpointHealthResponse> {
    const health = await this.health.get(tenantId, endpointId);
    return toEndpointHealthResponse(endpointId, health, await this.rates.get(tenantId, endpointId));
  }

  private async answer(reply: FastifyReply, endpoint: Endpoint): Promise<EndpointResponse> {
    return tagged(reply, toOneEndpointResponse(endpoint, await this.missed.of(endpoint)));
  }
}
