import { IsOptional, ValidateBy } from 'class-validator';
import { parseTypeId } from '#kernel';
import { QueryInteger, QueryText, QueryWord } from '../http/page-query.dto.js';
import { TrafficQuery } from '../http/traffic-query.dto.js';

export const STATUSES = ['pending', 'held', 'succeeded', 'dead', 'cancelled'] as const;
export const WAITING_FOR = ['queue', 'sending', 'retry', 'rate_limit', 'circuit', 'order', 'schedule'] as const;
export const ATTEMPT_ERRORS = [
  'status',
  'timeout',
  'dns',
  'connect',
  'tls',
  'reset',
  'blocked_address',
  'protocol',
  'body_too_large',
  'transform',
  'auth',
  'proxy',
] as const;
const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** Which deliveries a list shows. */
export class ListDeliveriesQuery extends TrafficQuery {
  @QueryText('Endpoint: id (of a deleted one too), or your uid.')
  endpoint?: string;

  @QueryText('Event: id.')
  event?: string;

  @QueryText("The event's business key.")
  subject?: string;

  @QueryText('The uid that the event was published under.')
  uid?: string;

  @QueryText('The correlation id that the event was published with.')
  correlationId?: string;

  @QueryWord('How it stands.', STATUSES)
  status?: (typeof STATUSES)[number];

  @QueryWord('What a pending one waits for.', WAITING_FOR)
  waitingFor?: (typeof WAITING_FOR)[number];

  @QueryInteger('Status code of the last answer.', 100, 599)
  statusCode?: number;

  @QueryWord('Class of the last answer.', STATUS_CLASSES)
  statusClass?: (typeof STATUS_CLASSES)[number];

  @QueryWord('Why the last attempt failed.', ATTEMPT_ERRORS)
  errorCode?: (typeof ATTEMPT_ERRORS)[number];

  @QueryText('`true`: replays only; `false`: none; `rpl_…`: those of one bulk replay.')
  @IsOptional()
  @ValidateBy({
    name: 'isReplayFilter',
    validator: {
      validate: (value) =>
        typeof value !== 'string' || value === 'true' || value === 'false' || parseTypeId('rpl', value) !== null,
      defaultMessage: () => '$property must be true, false or the id of a replay (rpl_…)',
    },
  })
  replay?: string;
}
