import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { SubscriptionReadModel, SubscriptionStore } from '#endpoints';
import { parseTypeId, toTypeId, type Uuid } from '#kernel';
import { Allow } from '../auth/allow.decorator.js';
import { By, TenantId } from '../auth/caller.decorator.js';
import { notFound, Scope } from '../auth/scope.js';
import { created, IfMatch, tagged } from '../http/answers.js';
import { Answers, AnswersCreated, AnswersNothing, AnswersPage } from '../http/api-docs.js';
import { type Page, readPage, toPage } from '../http/pagination.js';
import type { FastifyReply } from '../http/request.js';
import { CreateSubscriptionDto, ListSubscriptionsQuery, PatchSubscriptionDto } from './subscription.dto.js';
import { SubscriptionResponse, toSubscriptionResponse } from './subscription.response.js';

@Controller('v1/tenants/:tenant/subscriptions')
@ApiTags('Subscriptions')
export class SubscriptionsController {
  constructor(
    private readonly subscriptions: SubscriptionStore,
    private readonly read: SubscriptionReadModel,
    private readonly scope: Scope,
  ) {}

  @Post()
  @Allow('subscriptions:write')
  @ApiOperation({ operationId: 'createSubscription', summary: 'Subscribe an endpoint to events' })
  @AnswersCreated(SubscriptionResponse, { tagged: true })
  async create(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @Body() body: CreateSubscriptionDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubscriptionResponse> {
    const endpointId = await this.scope.bodyEndpoint(tenantId, body.endpoint);
    const { eventTypes, channels, filter, enabled } = body;
    const subscription = await this.subscriptions.create(by, tenantId, {
      endpointId,
      eventTypes,
      channels,
      filter,
      enabled,
    });
    const answer = toSubscriptionResponse(subscription);
    created(reply, `/v1/tenants/${toTypeId('ten', tenantId)}/subscriptions/${answer.id}`);
    return tagged(reply, answer);
  }

  @Get()
  @Allow('subscriptions:read')
  @ApiOperation({ operationId: 'listSubscriptions', summary: "List a tenant's subscriptions" })
  @AnswersPage(SubscriptionResponse)
  async list(@TenantId() tenantId: Uuid, @Query() query: ListSubscriptionsQuery): Promise<Page<SubscriptionResponse>> {
    const page = readPage(query, `subscriptions of ${tenantId}`);
    const endpointId = query.endpoint === undefined ? null : await this.scope.listEndpoint([tenantId], query.endpoint);
    const rows = await this.read.list(tenantId, { endpointId, enabled: query.enabled ?? null }, page);
    return toPage(page, rows, ({ id }) => id, toSubscriptionResponse);
  }

  @Get(':subscription')
  @Allow('subscriptions:read')
  @ApiOperation({ operationId: 'getSubscription', summary: 'Get a subscription' })
  @Answers(SubscriptionResponse, { tagged: true })
  async get(
    @TenantId() tenantId: Uuid,
    @Param('subscription') subscription: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubscriptionResponse> {
    return tagged(reply, toSubscriptionResponse(await this.read.get(tenantId, readId(subscription))));
  }

  @Patch(':subscription')
  @Allow('subscriptions:write')
  @ApiOperation({
    operationId: 'patchSubscription',
    summary: 'Change a subscription',
    description: 'A JSON Merge Patch (RFC 7396). A subscription stays with its endpoint.',
  })
  @Answers(SubscriptionResponse, { tagged: true })
  async patch(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @Param('subscription') subscription: string,
    @Body() body: PatchSubscriptionDto,
    @IfMatch() version: number | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SubscriptionResponse> {
    const changed = await this.subscriptions.patch(by, tenantId, readId(subscription), body, version);
    return tagged(reply, toSubscriptionResponse(changed));
  }

  @Delete(':subscription')
  @Allow('subscriptions:write')
  @ApiOperation({
    operationId: 'deleteSubscription',
    summary: 'Delete a subscription',
    description: 'Deliveries that it has made go on.',
  })
  @AnswersNothing()
  async delete(
    @By() by: Actor,
    @TenantId() tenantId: Uuid,
    @Param('subscription') subscription: string,
    @IfMatch() version: number | null,
  ): Promise<void> {
    await this.subscriptions.delete(by, tenantId, readId(subscription), version);
  }
}

function readId(text: string): Uuid {
  const id = parseTypeId('sub', text);
  if (id === null) throw notFound(text, 'subscription');
  return id;
}
