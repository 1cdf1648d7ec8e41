import { QueryFlag, QueryText } from '../http/page-query.dto.js';
import { QueryTenant, TenantTrafficQuery } from '../http/traffic-query.dto.js';

/** Which events of a tenant a list shows. */
export class ListTenantEventsQuery extends TenantTrafficQuery {
  @QueryText(
    'Goes on behind this event, or where this `nextCursor` was given: oldest first, and skipping none, also not one that ' +
      'commits late. For whoever keeps a copy and knows the last event in it.',
    2_000,
  )
  after?: string;

  @QueryText('Your business key, such as `order/4711`.')
  subject?: string;

  @QueryText('The service that published it.')
  source?: string;

  @QueryText('The uid that it was published under.')
  uid?: string;

  @QueryText('The correlation id that it was published with.')
  correlationId?: string;

  @QueryFlag(
    '`false`: some endpoint has not got it (yet), neither at first nor by a replay, or it waits for its `deliverAt`. ' +
      '`true`: all endpoints that it was for have.',
  )
  delivered?: boolean;
}

/** Which events of all tenants a list shows. */
export class ListEventsQuery extends ListTenantEventsQuery {
  @QueryTenant()
  tenant?: string;
}
