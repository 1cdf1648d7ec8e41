import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { DeliveryReadModel, EventReadModel } from '#insights';
import { toTypeId, type Uuid } from '#kernel';
import { Canceller } from '#replaying';
import type { Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { By, Caller } from '../auth/caller.decorator.js';
import { found, pathId, Viewing } from '../auth/viewing.js';
import { Answers, AnswersNothing, AnswersPage } from '../http/api-docs.js';
import { answerRaw } from '../http/raw-json.js';
import { ReasonDto } from '../http/reason.dto.js';
import type { FastifyReply } from '../http/request.js';
import { readEventPage } from './event-page.js';
import { EventLists } from './event-lists.js';
import { ListEventsQuery } from './event-query.dto.js';
import { EventResponse, EventWithDeliveriesResponse, toEventWithDeliveries } from './event.response.js';

/** What a list in ascending order promises, for the documentation of both lists. */
export const RESYNC =
  'With `order=asc` no event is skipped, also not one that commits late: a page with events always has a `nextCursor` ' +
  'to go on from, and an empty one ends the list for now. A page at the live end may take a second to answer.';

@Controller('v1/events')
@ApiTags('Events')
export class EventsController {
  constructor(
    private readonly events: EventReadModel,
    private readonly deliveries: DeliveryReadModel,
    private readonly lists: EventLists,
    private readonly viewing: Viewing,
    private readonly canceller: Canceller,
  ) {}

  @Get()
  @Allow('events:read')
  @ApiOperation({ operationId: 'listEvents', summary: 'List events', description: RESYNC })
  @AnswersPage(EventResponse)
  async list(
    @Query() query: ListEventsQuery,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const page = readEventPage(query, 'events');
    const viewer = await this.viewing.limitedTo(caller, query.tenant);
    return answerRaw(reply, await this.lists.page(viewer, query, page));
  }

  @Get(':event')
  @Allow('events:read')
  @ApiOperation({ operationId: 'getEvent', summary: 'Get an event with its deliveries' })
  @Answers(EventWithDeliveriesResponse)
  async get(
    @Param('event') event: string,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    return answerRaw(reply, await this.read(pathId('evt', event, 'event'), caller));
  }

  @Post(':event/cancel')
  @Allow('events:cancel')
  @ApiOperation({
    operationId: 'cancelEvent',
    summary: 'Stop what is not delivered yet',
    description:
      'Open deliveries are cancelled, those in flight included (their attempts are still recorded); what was delivered ' +
      'stays delivered. An event that waits for its `deliverAt` is cancelled itself. Saying it twice changes nothing.',
  })
  @Answers(EventWithDeliveriesResponse)
  async cancel(
    @By() by: Actor,
    @Param('event') event: string,
    @Body() { reason }: ReasonDto,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const id = await this.see(event, caller);
    await this.canceller.cancelEvent(by, id, reason ?? null);
    return answerRaw(reply, await this.read(id, caller));
  }

  @Delete(':event/payload')
  @Allow('events:erase')
  @ApiOperation({
    operationId: 'eraseEventPayload',
    summary: 'Erase what an event carries',
    description:
      'Its data, metadata and headers, and what receivers answered, are gone for good; the record stays. Open deliveries ' +
      'are cancelled, and so is the event while it waits for its `deliverAt`. What a worker has taken up already may ' +
      'still go out, within a minute and a half at most.',
  })
  @AnswersNothing()
  async erase(@By() by: Actor, @Param('event') event: string, @Caller() caller: Principal): Promise<void> {
    await this.canceller.erasePayload(by, await this.see(event, caller));
  }

  private async see(event: string, caller: Principal): Promise<Uuid> {
    const id = pathId('evt', event, 'event');
    return found(await this.events.find(this.viewing.all(caller), id), event, 'event').id;
  }

  private async read(id: Uuid, caller: Principal): Promise<EventWithDeliveriesResponse> {
    const row = found(await this.events.find(this.viewing.all(caller), id), toTypeId('evt', id), 'event');
    return toEventWithDeliveries(row, await this.deliveries.ofEvent(id));
  }
}
