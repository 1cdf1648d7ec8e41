import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Search } from '#insights';
import type { Principal } from '#tenants';
import { Allow } from '../auth/allow.decorator.js';
import { Caller } from '../auth/caller.decorator.js';
import { Viewing } from '../auth/viewing.js';
import { Answers } from '../http/api-docs.js';
import { SearchQuery } from './search.dto.js';
import { SearchResponse, toSearchHit } from './search.response.js';

const HITS = 10;

@Controller('v1/search')
@ApiTags('Insights')
export class SearchController {
  constructor(
    private readonly search: Search,
    private readonly viewing: Viewing,
  ) {}

  @Get()
  @Allow('search:read')
  @ApiOperation({
    operationId: 'search',
    summary: 'Find whatever a text may mean',
    description:
      'An id finds what it names. Any other text is looked up as a uid, a URL, a business key, a correlation id and a ' +
      "name at once. A tenant's key finds what is its own, a publisher's the events it published and what became of them.",
  })
  @Answers(SearchResponse)
  async find(@Query() { q, limit }: SearchQuery, @Caller() caller: Principal): Promise<SearchResponse> {
    const hits = await this.search.find(this.viewing.all(caller), q, limit ?? HITS);
    return { data: hits.map(toSearchHit) };
  }
}
