import type { Uuid } from '#kernel';
import type { EventKeys } from './event-finder.js';
import { equals, leadByTenants, type Parameters, tenantConditions, typeConditions } from './query-parts.js';
import { type DeliveryRange, isUndelivered } from './undelivered.js';
import type { Viewer } from './viewer.js';

/** What a list of events is limited to; null: does not matter. */
export interface EventFilters extends EventKeys {
  /** Exact, or with `.*` everything below. */
  readonly type: string | null;
  readonly source: string | null;
  /** False: some endpoint has not got it (yet). True: all have, if there were any. */
  readonly delivered: boolean | null;
}

/** Which events there are for a viewer. */
export function viewerConditions(parameters: Parameters, { tenantIds, publishedBy }: Viewer): string[] {
  return [
    ...tenantConditions(parameters, 'e.tenant_id', tenantIds),
    ...equals(parameters, 'e.published_by', publishedBy),
  ];
}

/**
 * The conditions of a list of events, apart: what an index leads to in the order of ids (each set a branch), and what
 * each event is looked at for. `ids`: the events that are meant, when they are known; `deliveries`: where theirs are.
 */
export function leadOf(
  parameters: Parameters,
  viewer: Viewer,
  filters: EventFilters,
  deliveries: DeliveryRange,
  ids: readonly Uuid[] | null,
): { leads: string[][]; rest: string[] } {
  const { type, subject, source, correlationId, delivered } = filters;
  const bySubject = equals(parameters, 'e.subject', subject);
  const byCorrelation = equals(parameters, 'e.correlation_id', correlationId);
  const seen = [
    ...typeConditions(parameters, 'e.type', type),
    ...equals(parameters, 'e.source', source),
    ...equals(parameters, 'e.published_by', viewer.publishedBy),
    ...(delivered === true ? [`NOT ${isUndelivered(parameters, deliveries)}`] : []),
  ];
  if (ids !== null || subject !== null || correlationId !== null) {
    const rest = [...seen, ...tenantConditions(parameters, 'e.tenant_id', viewer.tenantIds)];
    if (ids !== null) {
      return { leads: [[`e.id = ANY (${parameters.add(ids)}::uuid[])`, ...bySubject, ...byCorrelation]], rest };
    }
    if (correlationId !== null) return { leads: [byCorrelation], rest: [...bySubject, ...rest] };
    return { leads: [bySubject], rest };
  }
  const tenants = leadByTenants(parameters, 'e.tenant_id', viewer.tenantIds);
  return { leads: tenants.leads, rest: [...tenants.rest, ...seen] };
}
