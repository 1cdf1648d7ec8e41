import { BodyEventType, BodyIds, BodyNote, BodyReference, BodyTime, BodyWord } from '../http/body-fields.js';
import { QueryFlag, QueryInteger, QueryText, QueryTime, QueryWord } from '../http/page-query.dto.js';
import { QueryEventType, QueryTenant, TrafficQuery } from '../http/traffic-query.dto.js';

export const REASONS = ['exhausted', 'gone', 'blocked', 'expired'] as const;

type Reason = (typeof REASONS)[number];

/** Which dead letters a list shows. */
export class ListDeadLettersQuery extends TrafficQuery {
  @QueryText('Endpoint: id (of a deleted one too), or your uid.')
  endpoint?: string;

  @QueryWord('Why the delivery died.', REASONS)
  reason?: Reason;

  @QueryFlag('Whether it was replayed or discarded.')
  resolved?: boolean;
}

/** Which unresolved dead letters are grouped. */
export class ListDeadLetterGroupsQuery {
  @QueryInteger('Groups at most.', 1, 250, 50)
  limit?: number;

  @QueryText('`nextCursor` of the page before; belongs to the same filters.', 2_000)
  cursor?: string;

  @QueryTenant()
  tenant?: string;

  @QueryText('Endpoint: id (of a deleted one too), or your uid.')
  endpoint?: string;

  @QueryEventType()
  type?: string;

  @QueryWord('Why the delivery died.', REASONS)
  reason?: Reason;

  @QueryWord('Groups are of what nobody has resolved.', ['false'])
  resolved?: 'false';

  @QueryTime('Died at or after.')
  since?: Date;

  @QueryTime('Died before.')
  until?: Date;
}

export class DiscardDto {
  @BodyNote('Why.')
  note?: string | null;
}

/** Which dead letters to discard: all that match. Something must be said. */
export class DiscardManyDto extends DiscardDto {
  @BodyIds('These, as far as the other filters allow.')
  ids?: string[] | null;

  @BodyReference('Tenant: id, or your uid.')
  tenant?: string | null;

  @BodyReference('Endpoint: id (of a deleted one too), or your uid.')
  endpoint?: string | null;

  @BodyEventType()
  type?: string | null;

  @BodyWord(REASONS)
  reason?: Reason | null;

  @BodyTime('Opened at or after.')
  since?: string | null;

  @BodyTime('Opened before.')
  until?: string | null;
}
