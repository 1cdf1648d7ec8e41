import { BUCKETS, type Bucket } from '#stats';
import { QueryText, QueryTime, QueryWord } from '../http/page-query.dto.js';
import { QueryTenant } from '../http/traffic-query.dto.js';

export class StatsQuery {
  @QueryTime('From the bucket that this lies in. An hour, a day or 30 days ago unless given, by the bucket.')
  since?: Date;

  @QueryTime('Until the end of the bucket that this lies in. Now, unless given.')
  until?: Date;

  @QueryWord('Minutes are kept for 6 hours, hours for 35 days, days for 400. Fitting the time unless given.', BUCKETS)
  bucket?: Bucket;

  @QueryTenant()
  tenant?: string;

  @QueryText('Only of this endpoint: id, or your uid.')
  endpoint?: string;
}

export class OverviewQuery {
  @QueryTenant()
  tenant?: string;
}
