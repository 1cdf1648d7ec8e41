import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { parseTypeId, toTypeId, type Uuid } from '#kernel';
import { Authenticator, type Principal, TenantStore } from '#tenants';
import { Allow, MayNotExistYet } from '../auth/allow.decorator.js';
import { By, Caller, TenantId } from '../auth/caller.decorator.js';
import { notFound } from '../auth/scope.js';
import { created } from '../http/answers.js';
import { Answers, AnswersCreated, AnswersNothing, AnswersPage } from '../http/api-docs.js';
import { PageQuery } from '../http/page-query.dto.js';
import { type Page, readPage, toPage } from '../http/pagination.js';
import type { FastifyReply } from '../http/request.js';
import { refusal } from '../http/validation.pipe.js';
import { isUid } from '../http/validators.js';
import { CreateTenantDto, PatchTenantDto, PutTenantDto } from './tenant.dto.js';
import { TenantResponse, toTenantResponse } from './tenant.response.js';
import { patchTenant, toTenantInput } from './tenant-input.js';

@Controller('v1/tenants')
@ApiTags('Tenants')
export class TenantsController {
  constructor(
    private readonly tenants: TenantStore,
    private readonly authenticator: Authenticator,
  ) {}

  @Post()
  @Allow('tenants:write')
  @ApiOperation({ operationId: 'createTenant', summary: 'Create a tenant' })
  @AnswersCreated(TenantResponse)
  async create(
    @By() by: Actor,
    @Body() dto: CreateTenantDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TenantResponse> {
    const row = await this.tenants.create(by, toTenantInput(dto, dto.uid ?? null));
    created(reply, `/v1/tenants/${toTypeId('ten', row.id)}`);
    return toTenantResponse(row);
  }

  @Get()
  @Allow('tenants:read')
  @ApiOperation({ operationId: 'listTenants', summary: 'List tenants' })
  @AnswersPage(TenantResponse)
  async list(@Query() query: PageQuery, @Caller() caller: Principal): Promise<Page<TenantResponse>> {
    const page = readPage(query, 'tenants');
    const rows = await this.tenants.list(page, caller.tenantId);
    return toPage(page, rows, ({ id }) => id, toTenantResponse);
  }

  @Get(':tenant')
  @Allow('tenants:read')
  @ApiOperation({ operationId: 'getTenant', summary: 'Read a tenant' })
  @Answers(TenantResponse)
  async get(@TenantId() id: Uuid, @Param('tenant') reference: string): Promise<TenantResponse> {
    return found(await this.tenants.find(id), reference);
  }

  @Put(':tenant')
  @Allow('tenants:write')
  @MayNotExistYet('tenant')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'putTenant',
    summary: 'Create or replace the tenant of a uid',
    description: 'With an id of ours instead of a uid, the tenant must exist.',
  })
  @Answers(TenantResponse)
  @ApiCreatedResponse({ type: TenantResponse })
  async put(
    @By() by: Actor,
    @Param('tenant') reference: string,
    @Body() dto: PutTenantDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TenantResponse> {
    const id = parseTypeId('ten', reference);
    if (id) return found(await this.tenants.patch(by, id, ({ uid }) => toTenantInput(dto, uid)), reference);
    assertUid(reference);
    const { row, created: isNew } = await this.tenants.put(by, reference, toTenantInput(dto));
    if (isNew) created(reply, `/v1/tenants/${toTypeId('ten', row.id)}`);
    return toTenantResponse(row);
  }

  @Patch(':tenant')
  @Allow('tenants:write')
  @ApiOperation({ operationId: 'patchTenant', summary: 'Change a tenant (merge patch)' })
  @Answers(TenantResponse)
  async patch(
    @By() by: Actor,
    @TenantId() id: Uuid,
    @Param('tenant') reference: string,
    @Body() dto: PatchTenantDto,
  ): Promise<TenantResponse> {
    return found(await this.tenants.patch(by, id, (current) => patchTenant(current, dto)), reference);
  }

  @Delete(':tenant')
  @Allow('tenants:write')
  @ApiOperation({
    operationId: 'deleteTenant',
    summary: 'Delete a tenant and all that belongs to it',
    description:
      'Its endpoints, subscriptions and keys go with it, and open deliveries are cancelled. Within minutes, depending on ' +
      'how much there is, its secrets and headers, the payloads of its events and what receivers answered are erased for ' +
      'good; the record of what was delivered stays until retention takes it.',
  })
  @AnswersNothing()
  async delete(@By() by: Actor, @TenantId() id: Uuid, @Param('tenant') reference: string): Promise<void> {
    if (!(await this.tenants.delete(by, id))) throw notFound(reference, 'tenant');
    this.authenticator.forgetTenant(id);
  }

  @Post(':tenant/pause')
  @Allow('tenants:pause')
  @ApiOperation({
    operationId: 'pauseTenant',
    summary: 'Hold all deliveries of a tenant',
    description: 'Events that fall due meanwhile are matched and held as well. Saying it twice changes nothing.',
  })
  @Answers(TenantResponse)
  async pause(@By() by: Actor, @TenantId() id: Uuid, @Param('tenant') reference: string): Promise<TenantResponse> {
    return found(await this.tenants.setPaused(by, id, true), reference);
  }

  @Post(':tenant/resume')
  @Allow('tenants:pause')
  @ApiOperation({ operationId: 'resumeTenant', summary: 'Let the held deliveries of a tenant go' })
  @Answers(TenantResponse)
  async resume(@By() by: Actor, @TenantId() id: Uuid, @Param('tenant') reference: string): Promise<TenantResponse> {
    return found(await this.tenants.setPaused(by, id, false), reference);
  }
}

/** The row that a store answered; null when the tenant went between the guard's look and ours. */
function found(row: Parameters<typeof toTenantResponse>[0] | null, reference: string): TenantResponse {
  if (!row) throw notFound(reference, 'tenant');
  return toTenantResponse(row);
}

function assertUid(reference: string): void {
  if (isUid(reference)) return;
  const message = 'is neither an id nor a uid (1 to 256 of A-Z a-z 0-9 . _ : - not beginning like one of our ids)';
  throw refusal([{ pointer: '', code: 'invalid_uid', message: `names "${reference}", which ${message}` }]);
}
