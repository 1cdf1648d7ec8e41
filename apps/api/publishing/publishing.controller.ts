import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { Caller } from '../auth/caller.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import type { FastifyReply, FastifyRequest } from '../http/request.js';
import type { Principal } from '#tenants';
import { DescribeBatch, DescribePublish } from './publishing.docs.js';
import type { BatchResponse, PublishedResponse } from './publishing.response.js';
import { EventIntake } from './event-intake.js';

/** Where events come in. The body arrives as the bytes that were sent, and `data` is never parsed and written anew. */
@Controller('v1/events')
export class PublishingController {
  constructor(private readonly intake: EventIntake) {}

  @Post()
  @Allow('events:publish')
  @HttpCode(202)
  @DescribePublish()
  async publish(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Caller() caller: Principal,
  ): Promise<PublishedResponse> {
    const answer = await this.intake.takeOne(request.body as Buffer, traceparentOf(request), caller);
    if (answer.duplicate) void reply.status(200);
    return answer;
  }

  @Post('batch')
  @Allow('events:publish')
  @HttpCode(202)
  @DescribeBatch()
  publishBatch(@Req() request: FastifyRequest, @Caller() caller: Principal): Promise<BatchResponse> {
    return this.intake.takeBatch(request.body as Buffer, traceparentOf(request), caller, request.id);
  }
}

/** W3C Trace Context, version 00: what does not look like it is not passed on. */
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

function traceparentOf(request: FastifyRequest): string | null {
  const { traceparent } = request.headers;
  return typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? traceparent : null;
}
