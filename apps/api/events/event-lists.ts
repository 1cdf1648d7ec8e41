import { Injectable } from '@nestjs/common';
import { type EventFilters, EventPayloads, EventReadModel, type EventRow, type Listed, type Viewer } from '#insights';
import { type Page, type PageRequest, toCursor } from '../http/pagination.js';
import { toPayloadPage } from '../http/payload-page.js';
import type { ListTenantEventsQuery } from './event-query.dto.js';
import { type EventResponse, toEventResponse } from './event.response.js';

/** Pages of events, of all tenants or of one. */
@Injectable()
export class EventLists {
  constructor(
    private readonly events: EventReadModel,
    private readonly payloads: EventPayloads,
  ) {}

  async page(viewer: Viewer, query: ListTenantEventsQuery, page: PageRequest): Promise<Page<EventResponse>> {
    const filters = toFilters(query);
    const payloads = query.include === 'data' ? this.payloads : null;
    if (page.order === 'asc') return this.feed(viewer, filters, page, payloads);
    return this.show(viewer, page, await this.events.list(viewer, filters, page), payloads);
  }

  /**
   * In ascending order a page with events always has a `nextCursor`, so that whoever keeps a copy can go on from it
   * later; the list ends, for now, with an empty page.
   */
  private async feed(
    viewer: Viewer,
    filters: EventFilters,
    page: PageRequest,
    payloads: EventPayloads | null,
  ): Promise<Page<EventResponse>> {
    const { rows, position } = await this.events.follow(viewer, filters, { ...page, limit: page.size });
    const shown = await this.show(viewer, page, { rows, stoppedAt: null }, payloads);
    if (shown.nextCursor !== null) return shown;
    return { data: shown.data, nextCursor: position === null ? null : toCursor(page, position) };
  }

  private show(
    viewer: Viewer,
    page: PageRequest,
    listed: Listed<EventRow>,
    payloads: EventPayloads | null,
  ): Promise<Page<EventResponse>> {
    return toPayloadPage(page, listed, { viewer, payloads, eventOf: ({ id }) => id, toItem: toEventResponse });
  }
}

function toFilters(query: ListTenantEventsQuery): EventFilters {
  return {
    type: query.type ?? null,
    subject: query.subject ?? null,
    source: query.source ?? null,
    uid: query.uid ?? null,
    correlationId: query.correlationId ?? null,
    delivered: query.delivered ?? null,
  };
}
