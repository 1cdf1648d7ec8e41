import { ApiProperty } from '@nestjs/swagger';
import { QueryInteger } from '../http/page-query.dto.js';
import { IsText } from '../http/validators.js';

/** As long as the URL of an endpoint. */
const MAX_QUERY = 2_048;

export class SearchQuery {
  @IsText(1, MAX_QUERY)
  @ApiProperty({
    type: String,
    maxLength: MAX_QUERY,
    description:
      'An id of ours (event, delivery, attempt, dead letter, endpoint, subscription, tenant, replay), a URL or its ' +
      'beginning with or without `https://`, a uid, a `subject`, a correlation id, or the name of a tenant.',
  })
  q: string;

  @QueryInteger('Hits of each kind of match, at most.', 1, 25, 10)
  limit?: number;
}
