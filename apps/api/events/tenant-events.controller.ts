import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Uuid } from '#kernel';
import type { Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { Caller, TenantId } from '../auth/caller.decorator.js';
import { Viewing } from '../auth/viewing.js';
import { AnswersPage } from '../http/api-docs.js';
import { answerRaw } from '../http/raw-json.js';
import type { FastifyReply } from '../http/request.js';
import { readEventPage } from './event-page.js';
import { EventLists } from './event-lists.js';
import { ListTenantEventsQuery } from './event-query.dto.js';
import { EventResponse } from './event.response.js';
import { RESYNC } from './events.controller.js';

@Controller('v1/tenants/:tenant/events')
@ApiTags('Events')
export class TenantEventsController {
  constructor(
    private readonly lists: EventLists,
    private readonly viewing: Viewing,
  ) {}

  @Get()
  @Allow('events:read')
  @ApiOperation({ operationId: 'listTenantEvents', summary: "List a tenant's events", description: RESYNC })
  @AnswersPage(EventResponse)
  async list(
    @TenantId() tenantId: Uuid,
    @Query() query: ListTenantEventsQuery,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const page = readEventPage(query, `events of ${tenantId}`);
    const viewer = { ...this.viewing.all(caller), tenantIds: [tenantId] };
    return answerRaw(reply, await this.lists.page(viewer, query, page));
  }
}
