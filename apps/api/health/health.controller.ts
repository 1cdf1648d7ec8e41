import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from '../http/request.js';
import { Readiness } from '../readiness.js';
import { LivenessResponse, ReadinessResponse } from './health.response.js';

@Controller('health')
@ApiTags('Operation')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process answers: that is all this says, so that a lost database does not make anybody restart it. */
  @Get('live')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process answers' })
  @ApiOkResponse({ type: LivenessResponse })
  live(): LivenessResponse {
    return { status: 'live' };
  }

  @Get('ready')
  @ApiOperation({ operationId: 'getReadiness', summary: 'Whether the API can do its work' })
  @ApiOkResponse({ type: ReadinessResponse })
  @ApiResponse({ status: 503, type: ReadinessResponse })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessResponse> {
    const report = await this.readiness.report();
    void reply.status(report.status === 'ready' ? 200 : 503);
    return report;
  }
}
