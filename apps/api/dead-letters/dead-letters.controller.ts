import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { DeadLetterGroupReadModel, DeadLetterReadModel, type DeadLetterRow, EventPayloads } from '#insights';
import { Discarder, Replayer } from '#replaying';
import type { Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { By, Caller } from '../auth/caller.decorator.js';
import { found, pathId, Viewing } from '../auth/viewing.js';
import { createdReplay } from '../deliveries/created-replay.js';
import { DeliveryResponse } from '../deliveries/delivery.response.js';
import { Answers, AnswersCreated, AnswersPage } from '../http/api-docs.js';
import { type Page, readPage, toCursor } from '../http/pagination.js';
import { toPayloadPage } from '../http/payload-page.js';
import { answerRaw } from '../http/raw-json.js';
import { ReasonDto } from '../http/reason.dto.js';
import type { FastifyReply } from '../http/request.js';
import { DiscardDto, DiscardManyDto, ListDeadLetterGroupsQuery, ListDeadLettersQuery } from './dead-letter.dto.js';
import { DeadLetterGroupResponse, toDeadLetterGroupResponse } from './dead-letter-group.response.js';
import { DeadLetterResponse, DiscardedResponse, toDeadLetterResponse } from './dead-letter.response.js';
import { DiscardSelectionReader } from './discard-selection.js';

@Controller('v1/dead-letters')
@ApiTags('Dead letters')
export class DeadLettersController {
  constructor(
    private readonly deadLetters: DeadLetterReadModel,
    private readonly groups: DeadLetterGroupReadModel,
    private readonly payloads: EventPayloads,
    private readonly viewing: Viewing,
    private readonly selection: DiscardSelectionReader,
    private readonly replayer: Replayer,
    private readonly discarder: Discarder,
  ) {}

  @Get()
  @Allow('deliveries:read')
  @ApiOperation({ operationId: 'listDeadLetters', summary: 'List dead letters' })
  @AnswersPage(DeadLetterResponse)
  async list(
    @Query() query: ListDeadLettersQuery,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const page = readPage(query, 'dead letters');
    const viewer = await this.viewing.limitedTo(caller, query.tenant);
    const filters = {
      endpointId: await this.viewing.endpoint(viewer, query.endpoint),
      type: query.type ?? null,
      reason: query.reason ?? null,
      resolved: query.resolved ?? null,
    };
    const answer = await toPayloadPage(page, await this.deadLetters.list(viewer, filters, page), {
      viewer,
      payloads: query.include === 'data' ? this.payloads : null,
      eventOf: ({ eventId }) => eventId,
      toItem: toDeadLetterResponse,
    });
    return answerRaw(reply, answer);
  }

  @Post('discard')
  @Allow('deliveries:act')
  @ApiOperation({
    operationId: 'discardDeadLetters',
    summary: 'Discard dead letters',
    description: 'All that match and are not resolved. At least one filter must be given.',
  })
  @Answers(DiscardedResponse)
  async discardMany(
    @By() by: Actor,
    @Body() dto: DiscardManyDto,
    @Caller() caller: Principal,
  ): Promise<DiscardedResponse> {
    const selection = await this.selection.read(dto, caller);
    return { discarded: await this.discarder.discardAll(by, selection, dto.note ?? null) };
  }

  @Get('groups')
  @Allow('deliveries:read')
  @ApiOperation({
    operationId: 'listDeadLetterGroups',
    summary: 'Count dead letters by endpoint and reason',
    description:
      'Those that nobody has resolved. `POST /v1/replays` with `select: failed` and the endpoint and reason of a group replays ' +
      'all of it, `POST /v1/dead-letters/discard` discards it.',
  })
  @AnswersPage(DeadLetterGroupResponse)
  async listGroups(
    @Query() query: ListDeadLetterGroupsQuery,
    @Caller() caller: Principal,
  ): Promise<Page<DeadLetterGroupResponse>> {
    const page = readPage(query, 'groups of dead letters');
    const viewer = await this.viewing.limitedTo(caller, query.tenant);
    const filters = {
      endpoint: await this.viewing.endpointWithTenant(viewer, query.endpoint),
      type: query.type ?? null,
      reason: query.reason ?? null,
      sinceMs: page.sinceMs,
      untilMs: page.untilMs,
    };
    const { groups, stoppedAt } = await this.groups.list(viewer, filters, { after: page.after, limit: page.size });
    return {
      data: groups.map(toDeadLetterGroupResponse),
      nextCursor: stoppedAt === null ? null : toCursor(page, stoppedAt),
    };
  }

  @Get(':deadLetter')
  @Allow('deliveries:read')
  @ApiOperation({ operationId: 'getDeadLetter', summary: 'Get a dead letter' })
  @Answers(DeadLetterResponse)
  async get(@Param('deadLetter') deadLetter: string, @Caller() caller: Principal): Promise<DeadLetterResponse> {
    return toDeadLetterResponse(await this.see(deadLetter, caller));
  }

  @Post(':deadLetter/replay')
  @Allow('deliveries:act')
  @ApiOperation({
    operationId: 'replayDeadLetter',
    summary: 'Deliver a dead letter again',
    description: 'Makes a new delivery and resolves the dead letter, with the reason as its note.',
  })
  @AnswersCreated(DeliveryResponse)
  async replay(
    @By() by: Actor,
    @Param('deadLetter') deadLetter: string,
    @Body() { reason }: ReasonDto,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeliveryResponse> {
    const id = pathId('dl', deadLetter, 'dead letter');
    const opened = await this.replayer.replayDeadLetter(by, id, this.viewing.all(caller), reason ?? null);
    const replay = found(opened, deadLetter, 'dead letter');
    return createdReplay(reply, replay);
  }

  @Post(':deadLetter/discard')
  @Allow('deliveries:act')
  @ApiOperation({ operationId: 'discardDeadLetter', summary: 'Discard a dead letter' })
  @Answers(DeadLetterResponse)
  async discard(
    @By() by: Actor,
    @Param('deadLetter') deadLetter: string,
    @Body() { note }: DiscardDto,
    @Caller() caller: Principal,
  ): Promise<DeadLetterResponse> {
    const { id } = await this.see(deadLetter, caller);
    await this.discarder.discard(by, id, note ?? null);
    return toDeadLetterResponse(await this.see(deadLetter, caller));
  }

  private async see(deadLetter: string, caller: Principal): Promise<DeadLetterRow> {
    const id = pathId('dl', deadLetter, 'dead letter');
    return found(await this.deadLetters.find(this.viewing.all(caller), id), deadLetter, 'dead letter');
  }
}
