import { OmitType } from '@nestjs/swagger';
import { QueryFlag, QueryText } from '../http/page-query.dto.js';
import { TrafficQuery } from '../http/traffic-query.dto.js';

/** Which events a list shows. */
export class ListEventsQuery extends TrafficQuery {
  @QueryText('Your business key, such as `order/4711`.')
  subject?: string;

  @QueryText('The service that published it.')
  source?: string;

  @QueryText('The uid that it was published under.')
  uid?: string;

  @QueryText('The correlation id that it was published with.')
  correlationId?: string;

  @QueryFlag(
    '`false`: some endpoint has not got it (yet), neither at first nor by a replay. `true`: all endpoints that it was for have.',
  )
  delivered?: boolean;
}

/** The same where the tenant is in the path. */
export class ListTenantEventsQuery extends OmitType(ListEventsQuery, ['tenant']) {}
