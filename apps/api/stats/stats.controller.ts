import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { OverviewReadModel, type Viewer } from '#insights';
import { DatabaseClock, PosthornError, type Uuid } from '#kernel';
import { ALL, TrafficReadModel, type TrafficScope } from '#stats';
import type { Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { Caller } from '../auth/caller.decorator.js';
import { Scope } from '../auth/scope.js';
import { Viewing } from '../auth/viewing.js';
import { Answers } from '../http/api-docs.js';
import { OverviewResponse, toOverviewResponse } from './overview.response.js';
import { OverviewQuery, StatsQuery } from './stats.dto.js';
import { type StatsOf, StatsResponse, toStatsResponse } from './stats.response.js';
import { decideWindow } from './stats-window.js';

@Controller('v1/stats')
@ApiTags('Insights')
export class StatsController {
  constructor(
    private readonly traffic: TrafficReadModel,
    private readonly overview: OverviewReadModel,
    private readonly viewing: Viewing,
    private readonly scope: Scope,
    private readonly clock: DatabaseClock,
  ) {}

  @Get()
  @Allow('stats:read')
  @ApiOperation({
    operationId: 'getStats',
    summary: 'Counts, success rate and latency by time',
    description:
      'Of everything, of a tenant, or of one of its endpoints. From counters that each process writes about once a second, ' +
      'so it is a second or two behind; a process that dies takes about a second of counts with it. A publisher sees ' +
      'what its key has published.',
  })
  @Answers(StatsResponse)
  async get(@Query() query: StatsQuery, @Caller() caller: Principal): Promise<StatsResponse> {
    const window = decideWindow(query, this.clock.now());
    const viewer = await this.viewing.limitedTo(caller, query.tenant);
    const scope = await this.scopeOf(caller, viewer, query);
    const series = await this.traffic.series(scope, window.bucket, window.sinceMs, window.untilMs);
    return toStatsResponse(window, toStatsOf(caller, scope), series);
  }

  @Get('overview')
  @Allow('endpoints:read')
  @ApiOperation({
    operationId: 'getOverview',
    summary: 'How things stand now',
    description: 'What is due, what is held, what is dead, and which endpoints are in trouble.',
  })
  @Answers(OverviewResponse)
  async getOverview(@Query() { tenant }: OverviewQuery, @Caller() caller: Principal): Promise<OverviewResponse> {
    const { tenantIds } = await this.viewing.limitedTo(caller, tenant);
    return toOverviewResponse(await this.overview.get(tenantIds));
  }

  /** Whose numbers are meant: of an endpoint, of a tenant, or of all; of a publisher, what its key has published of them. */
  private async scopeOf(
    caller: Principal,
    { tenantIds }: Viewer,
    { tenant, endpoint }: StatsQuery,
  ): Promise<TrafficScope> {
    const isOfOne = tenant !== undefined || caller.role === 'tenant';
    const tenantId = isOfOne ? tenantIds![0]! : ALL;
    if (caller.role === 'publisher') {
      if (endpoint === undefined) return { tenantId, partId: caller.keyId };
      throw new PosthornError('forbidden', 'A key with the role "publisher" may not read endpoints.');
    }
    if (endpoint === undefined) return { tenantId, partId: ALL };
    const found = await this.scope.endpointOf(tenantIds, endpoint);
    return { tenantId: found.tenantId, partId: found.id };
  }
}

function toStatsOf({ role }: Principal, { tenantId, partId }: TrafficScope): StatsOf {
  const orNull = (id: Uuid): Uuid | null => (id === ALL ? null : id);
  return { tenantId: orNull(tenantId), endpointId: role === 'publisher' ? null : orNull(partId) };
}
