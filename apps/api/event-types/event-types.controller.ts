import { Body, Controller, Delete, Get, Param, Patch, Put, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { EventTypeStore } from '#endpoints';
import { Allow } from '../auth/allow.decorator.js';
import { By } from '../auth/caller.decorator.js';
import { created, IfMatch, tagged } from '../http/answers.js';
import { Answers, AnswersCreated, AnswersNothing, AnswersPage } from '../http/api-docs.js';
import { type Page, readPage, toPage } from '../http/pagination.js';
import type { FastifyReply } from '../http/request.js';
import { ListEventTypesQuery, PatchEventTypeDto, PutEventTypeDto } from './event-type.dto.js';
import { EventTypeResponse, toEventTypeResponse } from './event-type.response.js';

@Controller('v1/event-types')
@ApiTags('Event types')
export class EventTypesController {
  constructor(private readonly eventTypes: EventTypeStore) {}

  @Get()
  @Allow('event-types:read')
  @ApiOperation({ operationId: 'listEventTypes', summary: 'The catalog of event types' })
  @AnswersPage(EventTypeResponse)
  async list(@Query() query: ListEventTypesQuery): Promise<Page<EventTypeResponse>> {
    const page = readPage(query, 'event types');
    const filters = { group: query.group ?? null, deprecated: query.deprecated ?? null };
    return toPage(page, await this.eventTypes.list(filters, page), ({ position }) => position, toEventTypeResponse);
  }

  @Put(':name')
  @Allow('event-types:write')
  @ApiOperation({
    operationId: 'putEventType',
    summary: 'Create or replace an event type',
    description: 'What is left out goes back to its default. Names beginning with `posthorn.` are reserved.',
  })
  @Answers(EventTypeResponse, { tagged: true })
  @AnswersCreated(EventTypeResponse, { tagged: true })
  async put(
    @By() by: Actor,
    @Param('name') name: string,
    @Body() body: PutEventTypeDto,
    @IfMatch() version: number | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EventTypeResponse> {
    const written = await this.eventTypes.put(by, name, body, version);
    if (written.created) created(reply, `/v1/event-types/${name}`);
    return tagged(reply, toEventTypeResponse(written.eventType));
  }

  @Get(':name')
  @Allow('event-types:read')
  @ApiOperation({ operationId: 'getEventType', summary: 'Get an event type' })
  @Answers(EventTypeResponse, { tagged: true })
  async get(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<EventTypeResponse> {
    return tagged(reply, toEventTypeResponse(await this.eventTypes.get(name)));
  }

  @Patch(':name')
  @Allow('event-types:write')
  @ApiOperation({
    operationId: 'patchEventType',
    summary: 'Change an event type',
    description: 'A JSON Merge Patch (RFC 7396): what is left out stays, null clears.',
  })
  @Answers(EventTypeResponse, { tagged: true })
  async patch(
    @By() by: Actor,
    @Param('name') name: string,
    @Body() body: PatchEventTypeDto,
    @IfMatch() version: number | null,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EventTypeResponse> {
    return tagged(reply, toEventTypeResponse(await this.eventTypes.patch(by, name, body, version)));
  }

  @Delete(':name')
  @Allow('event-types:write')
  @ApiOperation({ operationId: 'deleteEventType', summary: 'Delete an event type' })
  @AnswersNothing()
  async delete(@By() by: Actor, @Param('name') name: string, @IfMatch() version: number | null): Promise<void> {
    await this.eventTypes.delete(by, name, version);
  }
}
