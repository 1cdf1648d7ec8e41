import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { AttemptReadModel, type DeliveryFilters, DeliveryReadModel, type DeliveryRow, EventPayloads } from '#insights';
import { parseTypeId, type Uuid } from '#kernel';
import { Canceller, Replayer } from '#replaying';
import type { Principal } from '#tenants';
import { toAttemptPage } from '../attempts/attempt-page.js';
import { AttemptResponse } from '../attempts/attempt.response.js';
import { Allow } from '../auth/allow.decorator.js';
import { By, Caller } from '../auth/caller.decorator.js';
import { found, pathId, queryId, Viewing } from '../auth/viewing.js';
import { Answers, AnswersCreated, AnswersPage } from '../http/api-docs.js';
import { type Page, readPage } from '../http/pagination.js';
import { toPayloadPage } from '../http/payload-page.js';
import { answerRaw } from '../http/raw-json.js';
import { ReasonDto } from '../http/reason.dto.js';
import type { FastifyReply } from '../http/request.js';
import { PayloadPageQuery } from '../http/traffic-query.dto.js';
import { ListDeliveriesQuery } from './delivery-query.dto.js';
import { DeliveryResponse, toDeliveryResponse } from './delivery.response.js';
import { createdReplay } from './created-replay.js';

@Controller('v1/deliveries')
@ApiTags('Deliveries')
export class DeliveriesController {
  constructor(
    private readonly deliveries: DeliveryReadModel,
    private readonly attempts: AttemptReadModel,
    private readonly payloads: EventPayloads,
    private readonly viewing: Viewing,
    private readonly replayer: Replayer,
    private readonly canceller: Canceller,
  ) {}

  @Get()
  @Allow('deliveries:read')
  @ApiOperation({ operationId: 'listDeliveries', summary: 'List deliveries, open and ended' })
  @AnswersPage(DeliveryResponse)
  async list(
    @Query() query: ListDeliveriesQuery,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const page = readPage(query, 'deliveries');
    const viewer = await this.viewing.limitedTo(caller, query.tenant);
    const filters = toFilters(query, await this.viewing.endpoint(viewer, query.endpoint));
    const listed = await this.deliveries.list(viewer, filters, page);
    const answer = await toPayloadPage(page, listed, {
      viewer,
      payloads: query.include === 'data' ? this.payloads : null,
      eventOf: ({ eventId }) => eventId,
      toItem: toDeliveryResponse,
    });
    return answerRaw(reply, answer);
  }

  @Get(':delivery')
  @Allow('deliveries:read')
  @ApiOperation({ operationId: 'getDelivery', summary: 'Get a delivery' })
  @Answers(DeliveryResponse)
  async get(@Param('delivery') delivery: string, @Caller() caller: Principal): Promise<DeliveryResponse> {
    return toDeliveryResponse(await this.see(delivery, caller));
  }

  @Get(':delivery/attempts')
  @Allow('deliveries:read')
  @ApiOperation({ operationId: 'listAttempts', summary: 'List the attempts of a delivery' })
  @AnswersPage(AttemptResponse)
  async listAttempts(
    @Param('delivery') delivery: string,
    @Query() query: PayloadPageQuery,
    @Caller() caller: Principal,
  ): Promise<Page<AttemptResponse>> {
    const row = await this.see(delivery, caller);
    const page = readPage(query, `attempts of ${row.id}`);
    const rows = await this.attempts.list(this.viewing.all(caller), row, page);
    return toAttemptPage(page, rows, query.include === 'data');
  }

  @Post(':delivery/replay')
  @Allow('deliveries:act')
  @ApiOperation({
    operationId: 'replayDelivery',
    summary: 'Deliver again',
    description:
      'Makes a new delivery of the same event to the endpoint as it is now, on the full schedule. ' +
      'A dead letter that the first one left is resolved, with the reason as its note. What is still open, and so also what is ' +
      'still retrying, is not replayed: 409 `not_replayable`, and its schedule goes on undisturbed.',
  })
  @AnswersCreated(DeliveryResponse)
  async replay(
    @By() by: Actor,
    @Param('delivery') delivery: string,
    @Body() { reason }: ReasonDto,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeliveryResponse> {
    const id = pathId('dlv', delivery, 'delivery');
    const opened = await this.replayer.replayDelivery(by, id, this.viewing.all(caller), reason ?? null);
    const replay = found(opened, delivery, 'delivery');
    return createdReplay(reply, replay);
  }

  @Post(':delivery/cancel')
  @Allow('deliveries:act')
  @ApiOperation({
    operationId: 'cancelDelivery',
    summary: 'Stop a delivery',
    description:
      'In flight too: the attempt under way is still recorded, and nothing follows it. What has ended is 409 `conflict`.',
  })
  @Answers(DeliveryResponse)
  async cancel(
    @By() by: Actor,
    @Param('delivery') delivery: string,
    @Body() { reason }: ReasonDto,
    @Caller() caller: Principal,
  ): Promise<DeliveryResponse> {
    const { id } = await this.see(delivery, caller);
    await this.canceller.cancelDelivery(by, id, reason ?? null);
    return toDeliveryResponse(await this.see(delivery, caller));
  }

  private async see(delivery: string, caller: Principal): Promise<DeliveryRow> {
    const id = pathId('dlv', delivery, 'delivery');
    return found(await this.deliveries.find(this.viewing.all(caller), id), delivery, 'delivery');
  }
}

function toFilters(query: ListDeliveriesQuery, endpointId: Uuid | null): DeliveryFilters {
  const { replay } = query;
  return {
    endpointId,
    eventId: queryId('evt', query.event, 'event'),
    type: query.type ?? null,
    subject: query.subject ?? null,
    uid: query.uid ?? null,
    correlationId: query.correlationId ?? null,
    status: query.status ?? null,
    waitingFor: query.waitingFor ?? null,
    statusCode: query.statusCode ?? null,
    statusClass: query.statusClass ? Number(query.statusClass[0]) : null,
    errorCode: query.errorCode ?? null,
    isReplay: replay === 'true' ? true : replay === 'false' ? false : null,
    replayId: replay === undefined ? null : parseTypeId('rpl', replay),
  };
}
