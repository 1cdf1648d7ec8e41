import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PosthornError } from '#kernel';
import type { Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { Authentication } from '../auth/authentication.js';
import { Caller } from '../auth/caller.decorator.js';
import { Viewing } from '../auth/viewing.js';
import type { FastifyReply, FastifyRequest } from '../http/request.js';
import { LiveStream } from './live-stream.js';
import { LiveStreams } from './live-streams.js';

@Controller('v1/live')
@ApiTags('Insights')
export class LiveController {
  constructor(
    private readonly streams: LiveStreams,
    private readonly authentication: Authentication,
    private readonly viewing: Viewing,
  ) {}

  @Get()
  @Allow('live:read')
  @ApiOperation({
    operationId: 'watch',
    summary: 'Be told what changes, as it changes',
    description:
      'Server-sent events, each with its `kind` and JSON: `delivery {id, tenant, endpoint, event, status}` after an ' +
      'attempt, about a second later; `overview`, as of `GET /v1/stats/overview`, for those who see all tenants; `more` ' +
      'when there was more than is told, or when the stream was interrupted: read again what you show. They are hints: ' +
      'what counts is what lists say. A comment every 15 seconds keeps the connection open; who reads too slowly is cut off.',
  })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  watch(@Caller() caller: Principal, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { tenantIds } = this.viewing.all(caller);
    const reader = caller.session?.id ?? caller.keyId;
    this.streams.assertRoom(reader, caller.tenantId);
    const stream = new LiveStream(reply.raw, tenantIds, reader, () => this.isAllowed(request));
    reply.hijack();
    stream.begin(reply.getHeaders());
    // Whoever asks for the head alone reads nothing.
    if (request.method === 'HEAD') return stream.end();
    this.streams.add(stream, request.headers['last-event-id'] !== undefined);
  }

  private async isAllowed(request: FastifyRequest): Promise<boolean> {
    try {
      await this.authentication.of(request);
      return true;
    } catch (error) {
      if (error instanceof PosthornError) return false;
      throw error;
    }
  }
}
