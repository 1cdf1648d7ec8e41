import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { EndpointReadModel, type EndpointRef, EndpointStore, type WrittenEndpoint } from '#endpoints';
import { MissedReadModel } from '#insights';
import { parseTypeId, toTypeId, type Uuid } from '#kernel';
import type { Principal } from '#tenants';
import { Allow, MayNotExistYet } from '../auth/allow.decorator.js';
import { By, Caller, EndpointId, TenantId } from '../auth/caller.decorator.js';
import { isAllowed } from '../auth/permissions.js';
import { created, IfMatch, tagged } from '../http/answers.js';
import { Answers, AnswersCreated, AnswersNothing, AnswersPage } from '../http/api-docs.js';
import { type Page, readPage, toPage } from '../http/pagination.js';
import type { FastifyReply } from '../http/request.js';
import { refusal } from '../http/validation.pipe.js';
import { isUid } from '../http/validators.js';
import { CreateEndpointDto, ListEndpointsQuery, PatchEndpointDto } from './endpoint.dto.js';
import {
  CreatedEndpointResponse,
  EndpointResponse,
  toEndpointResponse,
  toOneEndpointResponse,
  toWrittenEndpointResponse,
} from './endpoint.response.js';

@Controller('v1/tenants/:tenant/endpoints')
@ApiTags('Endpoints')
export class EndpointsController {
  constructor(
    private readonly endpoints: EndpointStore,
    private readonly read: EndpointReadModel,
    private readonly missed: MissedReadModel,
  ) {}

  @Post()
  @Allow('endpoints:write')
  @ApiOperation({ operationId: 'createEndpoint', summary: 'Register an endpoint' })
  @AnswersCreated(CreatedEndpointResponse, { tagged: true })
  async create(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @Caller() caller: Principal,
    @Body() body: CreateEndpointDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndpointResponse> {
    return answerWritten(reply, caller, await this.endpoints.create(by, tenantId, body));
  }

  @Get()
  @Allow('endpoints:read')
  @ApiOperation({ operationId: 'listEndpoints', summary: "List a tenant's endpoints" })
  @AnswersPage(EndpointResponse)
  async list(@TenantId() tenantId: Uuid, @Query() query: ListEndpointsQuery): Promise<Page<EndpointResponse>> {
    const page = readPage(query, `endpoints of ${tenantId}`);
    const rows = await this.read.list(tenantId, { status: query.status ?? null }, page);
    return toPage(page, rows, ({ id }) => id, toEndpointResponse);
  }

  @Put(':endpoint')
  @Allow('endpoints:write')
  @MayNotExistYet('endpoint')
  @ApiOperation({
    operationId: 'putEndpoint',
    summary: 'Create or replace an endpoint',
    description:
      'Named by its uid, the endpoint is created when there is none. What is left out goes back to its default; ' +
      'secrets, and without `eventTypes` subscriptions too, stay as they are.',
  })
  @Answers(EndpointResponse, { tagged: true })
  @AnswersCreated(CreatedEndpointResponse, { tagged: true })
  async put(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @Caller() caller: Principal,
    @Param('endpoint') endpoint: string,
    @Body() body: CreateEndpointDto,
    @IfMatch() version: number | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndpointResponse> {
    return answerWritten(reply, caller, await this.endpoints.put(by, tenantId, readReference(endpoint), body, version));
  }

  @Get(':endpoint')
  @Allow('endpoints:read')
  @ApiOperation({ operationId: 'getEndpoint', summary: 'Get an endpoint' })
  @Answers(EndpointResponse, { tagged: true })
  async get(
    @TenantId() tenantId: Uuid,
    @EndpointId() endpointId: Uuid,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndpointResponse> {
    const endpoint = await this.read.get(tenantId, endpointId);
    return tagged(reply, toOneEndpointResponse(endpoint, await this.missed.of(endpoint)));
  }

  @Patch(':endpoint')
  @Allow('endpoints:write')
  @ApiOperation({
    operationId: 'patchEndpoint',
    summary: 'Change an endpoint',
    description: 'A JSON Merge Patch (RFC 7396): what is left out stays, null means the default.',
  })
  @Answers(EndpointResponse, { tagged: true })
  async patch(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @EndpointId() endpointId: Uuid,
    @Body() body: PatchEndpointDto,
    @IfMatch() version: number | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndpointResponse> {
    return tagged(reply, toEndpointResponse(await this.endpoints.patch(by, tenantId, endpointId, body, version)));
  }

  @Delete(':endpoint')
  @Allow('endpoints:write')
  @ApiOperation({
    operationId: 'deleteEndpoint',
    summary: 'Delete an endpoint',
    description: 'Its subscriptions and secrets end with it; deliveries that are still open are cancelled.',
  })
  @AnswersNothing()
  async delete(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @EndpointId() endpointId: Uuid,
    @IfMatch() version: number | null,
  ): Promise<void> {
    await this.endpoints.delete(by, tenantId, endpointId, version);
  }
}

function answerWritten(reply: FastifyReply, caller: Principal, written: WrittenEndpoint): EndpointResponse {
  const { tenantId, id } = written.endpoint;
  const path = `/v1/tenants/${toTypeId('ten', tenantId)}/endpoints/${toTypeId('ep', id)}`;
  if (written.secrets !== null) created(reply, path);
  return tagged(reply, toWrittenEndpointResponse(written, isAllowed(caller, 'secrets:read')));
}

function readReference(text: string): EndpointRef {
  const id = parseTypeId('ep', text);
  if (id !== null) return { id };
  const message = `names "${text}", which is neither an id nor a uid (1 to 256 of A-Z a-z 0-9 . _ : -)`;
  if (isUid(text)) return { uid: text };
  throw refusal([{ pointer: '', code: 'invalid_uid', message }]);
}
