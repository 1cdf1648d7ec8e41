import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Config } from '#config';
import { PosthornError } from '#kernel';
import { Metrics } from '#telemetry';
import type { FastifyReply } from '../http/request.js';

@Controller('metrics')
@ApiTags('Operation')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'getMetrics', summary: 'Metrics in the format of Prometheus' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  @ApiResponse({
    status: 404,
    description: 'They are on a port of their own (METRICS_PORT).',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  })
  async get(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { metricsPort } = this.config.http;
    if (metricsPort !== null) throw new PosthornError('route_not_found', `Metrics are on port ${metricsPort}.`);
    const { contentType, text } = await this.metrics.expose();
    void reply.header('content-type', contentType);
    return text;
  }
}
