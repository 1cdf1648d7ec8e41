import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Config } from '#config';
import { EventReadModel, ExplanationReadModel } from '#insights';
import type { Uuid } from '#kernel';
import type { Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { Caller } from '../auth/caller.decorator.js';
import { mayDo } from '../auth/permissions.js';
import { Scope } from '../auth/scope.js';
import { found, pathId, Viewing } from '../auth/viewing.js';
import { Answers, AnswersCreated } from '../http/api-docs.js';
import type { FastifyReply, FastifyRequest } from '../http/request.js';
import { ExplainQuery, LINK_SECONDS, MakeExplainLinkDto } from './explain.dto.js';
import { ExplainLinkResponse, ExplanationResponse, toExplanationResponse } from './explain.response.js';
import { ExplainLinks } from './explain-links.js';

@Controller('v1/events/:event')
@ApiTags('Insights')
export class ExplainController {
  constructor(
    private readonly explanations: ExplanationReadModel,
    private readonly events: EventReadModel,
    private readonly links: ExplainLinks,
    private readonly viewing: Viewing,
    private readonly scope: Scope,
    private readonly config: Config,
  ) {}

  @Get('explain')
  @Allow('events:read')
  @ApiOperation({
    operationId: 'explainEvent',
    summary: 'Why an event was, was not, or is not yet delivered',
    description: "One sentence for each endpoint of the event's tenant, also where nothing was sent.",
  })
  @Answers(ExplanationResponse)
  async explain(
    @Param('event') event: string,
    @Query() { endpoint }: ExplainQuery,
    @Caller() caller: Principal,
  ): Promise<ExplanationResponse> {
    const { eventId, tenantId } = await this.see(event, caller);
    const endpointId = endpoint === undefined ? null : await this.scope.listEndpoint([tenantId], endpoint);
    const tellsNames = mayDo(caller.role, 'audit:read');
    const explanation = await this.explanations.explain(this.viewing.all(caller), eventId, endpointId, tellsNames);
    return toExplanationResponse(found(explanation, event, 'event'));
  }

  @Post('explain-links')
  @Allow('events:share')
  @ApiOperation({
    operationId: 'makeExplainLink',
    summary: 'Make a link that shows the explanation to whoever has it',
    description:
      'To be given to a customer: it needs no key, shows no payload, of URLs only the host, and ends by itself. It cannot ' +
      'be taken back before that.',
  })
  @ApiBody({ type: MakeExplainLinkDto, required: false })
  @AnswersCreated(ExplainLinkResponse)
  async link(
    @Param('event') event: string,
    @Body() { endpoint, expiresInSeconds }: MakeExplainLinkDto,
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ExplainLinkResponse> {
    const { eventId, tenantId } = await this.see(event, caller);
    const endpointId = endpoint == null ? null : await this.scope.bodyEndpoint(tenantId, endpoint);
    const { token, expiresAt } = this.links.make({ eventId, endpointId }, expiresInSeconds ?? LINK_SECONDS);
    const base = this.config.http.publicUrl ?? `${request.protocol}://${request.host}`;
    const url = `${base.replace(/\/$/, '')}/explain/${token}`;
    void reply.header('location', url);
    return { url, expiresAt: expiresAt.toISOString() };
  }

  private async see(event: string, caller: Principal): Promise<{ eventId: Uuid; tenantId: Uuid }> {
    const eventId = pathId('evt', event, 'event');
    const row = await this.events.find(this.viewing.all(caller), eventId);
    return { eventId, tenantId: found(row, event, 'event').tenantId };
  }
}
