import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#audit';
import { type BulkReplay, BulkReplayer, DEFAULT_REPLAY_RATE, ReplayStore } from '#replaying';
import type { Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { By, Caller } from '../auth/caller.decorator.js';
import { found, pathId, Viewing } from '../auth/viewing.js';
import { created } from '../http/answers.js';
import { Answers, AnswersCreated, AnswersPage } from '../http/api-docs.js';
import { NoFieldsDto } from '../http/no-fields.dto.js';
import { type Page, readPage, toPage } from '../http/pagination.js';
import type { FastifyReply } from '../http/request.js';
import { CreateReplayDto } from './replay.dto.js';
import { ListReplaysQuery } from './replay-query.dto.js';
import { ReplayPreviewResponse, ReplayResponse, toReplayPreview, toReplayResponse } from './replay.response.js';
import { ReplaySelectionReader } from './replay-selection.js';

@Controller('v1/replays')
@ApiTags('Replays')
@ApiExtraModels(ReplayPreviewResponse)
export class ReplaysController {
  constructor(
    private readonly replays: ReplayStore,
    private readonly replayer: BulkReplayer,
    private readonly selection: ReplaySelectionReader,
    private readonly viewing: Viewing,
  ) {}

  @Post()
  @Allow('replays:write')
  @ApiOperation({
    operationId: 'createReplay',
    summary: 'Deliver again in bulk',
    description:
      'Everything that matches, oldest first, each as a new delivery to the endpoint as it is now; at most one of an event to ' +
      'an endpoint. What matches nothing is finished at once.',
  })
  @AnswersCreated(ReplayResponse)
  @ApiOkResponse({ type: ReplayPreviewResponse, description: 'What it would be, with `dryRun`.' })
  async create(
    @By() by: Actor,
    @Body() dto: CreateReplayDto,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplayResponse | ReplayPreviewResponse> {
    const selection = await this.selection.read(dto, caller);
    if (dto.dryRun === true) {
      void reply.status(200);
      return toReplayPreview(selection, await this.replayer.count(selection));
    }
    const replay = await this.replayer.start(by, {
      selection,
      ratePerSecond: dto.ratePerSecond ?? DEFAULT_REPLAY_RATE,
      note: dto.note ?? null,
      requestedBy: caller.keyId,
    });
    const answer = toReplayResponse(replay);
    created(reply, `/v1/replays/${answer.id}`);
    return answer;
  }

  @Get()
  @Allow('replays:read')
  @ApiOperation({ operationId: 'listReplays', summary: 'List bulk replays' })
  @AnswersPage(ReplayResponse)
  async list(@Query() query: ListReplaysQuery, @Caller() caller: Principal): Promise<Page<ReplayResponse>> {
    const page = readPage(query, 'replays');
    const viewer = await this.viewing.limitedTo(caller, query.tenant);
    const filters = {
      state: query.state ?? null,
      endpointId: await this.viewing.endpoint(viewer, query.endpoint),
    };
    return toPage(page, await this.replays.list(viewer.tenantIds, filters, page), ({ id }) => id, toReplayResponse);
  }

  @Get(':replay')
  @Allow('replays:read')
  @ApiOperation({ operationId: 'getReplay', summary: 'Get a bulk replay' })
  @Answers(ReplayResponse)
  async get(@Param('replay') replay: string, @Caller() caller: Principal): Promise<ReplayResponse> {
    return toReplayResponse(await this.see(replay, caller));
  }

  @Post(':replay/cancel')
  @Allow('replays:write')
  @ApiOperation({
    operationId: 'cancelReplay',
    summary: 'Stop a bulk replay',
    description:
      'Nothing more is made of it. Deliveries that it has made go their way, and are cancelled one by one. Saying it twice ' +
      'changes nothing; what has ended by itself is 409 `conflict`.',
  })
  @ApiBody({ type: NoFieldsDto, required: false })
  @Answers(ReplayResponse)
  async cancel(
    @By() by: Actor,
    @Param('replay') replay: string,
    @Body() _body: NoFieldsDto,
    @Caller() caller: Principal,
  ): Promise<ReplayResponse> {
    await this.replayer.cancel(by, await this.see(replay, caller));
    return toReplayResponse(await this.see(replay, caller));
  }

  private async see(replay: string, caller: Principal): Promise<BulkReplay> {
    const id = pathId('rpl', replay, 'replay');
    return found(await this.replays.find(id, this.viewing.all(caller).tenantIds), replay, 'replay');
  }
}
