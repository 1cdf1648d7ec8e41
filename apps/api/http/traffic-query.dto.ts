import { applyDecorators } from '@nestjs/common';
import { IsOptional, ValidateBy } from 'class-validator';
import { isEventTypePattern } from '#policy';
import { PageQuery, QueryText, QueryWord } from './page-query.dto.js';

/** A filter by event type: exact, or everything below with `.*`. */
export function QueryEventType(): PropertyDecorator {
  return applyDecorators(
    QueryText('Event type: exact, or `payment.*` for everything below `payment.`.', 128),
    IsOptional(),
    ValidateBy({
      name: 'isEventTypePattern',
      validator: {
        validate: (value) => typeof value !== 'string' || isEventTypePattern(value),
        defaultMessage: () => '$property must be an event type, or one with .* at its end',
      },
    }),
  );
}

/** A filter by tenant. */
export function QueryTenant(): PropertyDecorator {
  return QueryText("Tenant: id, or your uid. A tenant's key sees only its own.");
}

/** A list that shows payloads and bodies only on demand. */
export class PayloadPageQuery extends PageQuery {
  @QueryWord('`data` adds payloads and bodies; a page then holds about 8 MiB at most, and may be short.', ['data'])
  include?: 'data';
}

/** What every list of traffic within one tenant takes. */
export class TenantTrafficQuery extends PayloadPageQuery {
  @QueryEventType()
  type?: string;
}

/** What every list of traffic takes. */
export class TrafficQuery extends TenantTrafficQuery {
  @QueryTenant()
  tenant?: string;
}
