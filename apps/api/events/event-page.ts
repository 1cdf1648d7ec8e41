import { parseTypeId } from '#kernel';
import { type PageRequest, readPage } from '../http/pagination.js';
import { refusal } from '../http/validation.pipe.js';
import type { ListTenantEventsQuery } from './event-query.dto.js';

/**
 * A page of events. `after` names the place to go on from by an event or by a cursor, and means ascending order; the pages
 * that follow are those of `order=asc`, with or without it.
 */
export function readEventPage({ after, ...query }: ListTenantEventsQuery, list: string): PageRequest {
  if (after === undefined) return readPage(query, list);
  if (query.order === 'desc') {
    throw refusal([{ pointer: '?order', code: 'not_allowed', message: 'must be asc, or left out, beside after' }]);
  }
  const ascending = { ...query, order: 'asc' as const };
  if (query.cursor !== undefined) return readPage(ascending, list);
  const eventId = parseTypeId('evt', after);
  if (eventId === null) return readPage({ ...ascending, cursor: after }, list);
  return { ...readPage(ascending, list), after: eventId };
}
