import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { EndpointStore, EndpointVersionsReadModel } from '#endpoints';
import type { Uuid } from '#kernel';
import { Allow } from '../auth/allow.decorator.js';
import { By, EndpointId, TenantId } from '../auth/caller.decorator.js';
import { notFound } from '../auth/scope.js';
import { IfMatch, tagged } from '../http/answers.js';
import { Answers, AnswersPage } from '../http/api-docs.js';
import { NoFieldsDto } from '../http/no-fields.dto.js';
import { PageQuery } from '../http/page-query.dto.js';
import { type Page, readPage, toPage } from '../http/pagination.js';
import type { FastifyReply } from '../http/request.js';
import { EndpointResponse, toEndpointResponse } from './endpoint.response.js';
import { EndpointVersionResponse, toEndpointVersionResponse } from './endpoint-version.response.js';

@Controller('v1/tenants/:tenant/endpoints/:endpoint/versions')
@ApiTags('Endpoints')
export class EndpointVersionsController {
  constructor(
    private readonly versions: EndpointVersionsReadModel,
    private readonly endpoints: EndpointStore,
  ) {}

  @Get()
  @Allow('endpoints:read')
  @ApiOperation({
    operationId: 'listEndpointVersions',
    summary: 'What the endpoint and its subscriptions have been, and who changed them',
    description: 'Kept as long as attempts that were made with a version; the present one always.',
  })
  @AnswersPage(EndpointVersionResponse)
  async list(@EndpointId() endpointId: Uuid, @Query() query: PageQuery): Promise<Page<EndpointVersionResponse>> {
    const page = readPage(query, `versions of ${endpointId}`);
    const rows = await this.versions.list(endpointId, page);
    return toPage(page, rows, ({ version }) => String(version), toEndpointVersionResponse);
  }

  @Post(':version/restore')
  @Allow('endpoints:write')
  @ApiOperation({
    operationId: 'restoreEndpointVersion',
    summary: 'Go back to an earlier version',
    description:
      'Makes a new version in which the endpoint and its subscriptions are as they were. Secrets, `auth`, `tls`, credentials ' +
      'among the headers, and whether it is enabled, stay as they are, unless the URL has to be proven. What is refused by now, such as its URL, is 422.',
  })
  @ApiBody({ type: NoFieldsDto, required: false })
  @ApiHeader({ name: 'If-Match', required: false, description: 'The `ETag` of the endpoint that was read.' })
  @Answers(EndpointResponse, { tagged: true })
  async restore(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @EndpointId() endpointId: Uuid,
    @Param('version') version: string,
    @Body() _body: NoFieldsDto,
    @IfMatch() expectedVersion: number | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EndpointResponse> {
    if (!/^[1-9]\d{0,8}$/.test(version)) throw notFound(version, 'version');
    const endpoint = await this.endpoints.restore(by, tenantId, endpointId, Number(version), expectedVersion);
    return tagged(reply, toEndpointResponse(endpoint));
  }
}
