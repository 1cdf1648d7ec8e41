import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { ExplanationReadModel, type Viewer } from '#insights';
import { PosthornError } from '#kernel';
import type { FastifyReply, FastifyRequest } from '../http/request.js';
import { ExplainLinks } from './explain-links.js';
import {
  PAGE_HEADERS,
  SharedExplanationResponse,
  toPage,
  toRefusalPage,
  toSharedExplanation,
} from './shared-explanation.js';

const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
const PAGE = { 'text/html': { schema: { type: 'string' as const } } };

/** Who made the link has seen the event; the link says the rest. */
const ANYONE: Viewer = { tenantIds: null, publishedBy: null, seesRedacted: false };

@Controller('explain')
@ApiTags('Insights')
@ApiExtraModels(SharedExplanationResponse)
export class SharedExplanationController {
  constructor(
    private readonly links: ExplainLinks,
    private readonly explanations: ExplanationReadModel,
  ) {}

  @Get(':token')
  @ApiOperation({
    operationId: 'readExplainLink',
    summary: 'Read an explanation by its link',
    description: 'No key is needed. A page for browsers, JSON for everybody else.',
  })
  @ApiResponse({
    status: 200,
    content: { ...PAGE, 'application/json': { schema: { $ref: getSchemaPath(SharedExplanationResponse) } } },
  })
  @ApiResponse({
    status: 404,
    description: 'Not a link of ours, or the event is gone.',
    content: { ...PAGE, ...PROBLEM },
  })
  @ApiResponse({ status: 410, description: 'Its time is over.', content: { ...PAGE, ...PROBLEM } })
  async read(
    @Param('token') token: string,
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SharedExplanationResponse | string> {
    void reply.header('cache-control', 'no-store');
    if (!headers.accept?.includes('text/html')) return this.load(token);
    void reply.headers(PAGE_HEADERS);
    try {
      return toPage(await this.load(token));
    } catch (error) {
      if (!(error instanceof PosthornError)) throw error;
      void reply.status(error.code === 'link_expired' ? 410 : 404);
      return toRefusalPage(error.message);
    }
  }

  private async load(token: string): Promise<SharedExplanationResponse> {
    const { eventId, endpointId } = this.links.open(token);
    const explanation = await this.explanations.explain(ANYONE, eventId, endpointId);
    if (explanation === null) throw new PosthornError('not_found', 'What this link was about is gone.');
    return toSharedExplanation(explanation);
  }
}
