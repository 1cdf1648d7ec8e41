import type { Uuid } from '#kernel';
import { equals, eventOf, leadByTenants, type Parameters, tenantConditions, typeConditions } from './query-parts.js';
import type { Viewer } from './viewer.js';

export type DeliveryStatus = 'pending' | 'held' | 'succeeded' | 'dead' | 'cancelled';

/** What a list of deliveries is limited to. Left out: does not matter. */
export interface DeliveryFilters {
  readonly endpointId?: Uuid | null;
  readonly eventId?: Uuid | null;
  /** Of the event: exact, or with `.*` everything below. */
  readonly type?: string | null;
  readonly subject?: string | null;
  readonly uid?: string | null;
  readonly correlationId?: string | null;
  readonly status?: DeliveryStatus | null;
  readonly waitingFor?: string | null;
  /** Of the last attempt. */
  readonly statusCode?: number | null;
  /** First digit of the last attempt's status. */
  readonly statusClass?: number | null;
  readonly errorCode?: string | null;
  /** Whether it is a replay. */
  readonly isReplay?: boolean | null;
  /** The bulk replay that made it. */
  readonly replayId?: Uuid | null;
}

export function mayBeOpen({ status }: DeliveryFilters): boolean {
  return status == null || status === 'pending' || status === 'held';
}

export function mayBeEnded({ status, waitingFor }: DeliveryFilters): boolean {
  return waitingFor == null && status !== 'pending' && status !== 'held';
}

/** Conditions of one branch of a list: what an index leads to, in the order of ids, and what each row is looked at for. */
export interface BranchConditions {
  readonly lead: readonly string[];
  readonly rest: readonly string[];
}

/**
 * The open deliveries of a list. Of several ways the planner takes the shortest here: a tenant with few rows has an index
 * by due time, one with many is met soon enough in the order of ids.
 */
export function openConditions(
  parameters: Parameters,
  viewer: Viewer,
  filters: DeliveryFilters,
  eventIds: readonly Uuid[] | null,
): BranchConditions {
  const ofTenants = tenantConditions(parameters, 'o.tenant_id', viewer.tenantIds);
  const ofEndpoint = equals(parameters, 'o.endpoint_id', filters.endpointId ?? null);
  const byEvent = eventIdConditions(parameters, eventIds, 'o');
  return {
    lead: [
      ...byEvent,
      ...ofEndpoint,
      ...(leads(byEvent, ofEndpoint) ? [] : ofTenants),
      ...(filters.status === 'held' ? [`o.due_at = 'infinity'`] : []),
    ],
    rest: [
      ...(leads(byEvent, ofEndpoint) ? ofTenants : []),
      ...seenConditions(parameters, viewer, filters, 'o'),
      ...(filters.status === 'pending' || filters.waitingFor != null ? [`o.due_at < 'infinity'`] : []),
      ...equals(parameters, 'o.waiting_for', filters.waitingFor ?? null),
    ],
  };
}

/** The ended deliveries of a list: a branch for each tenant, unless something narrower leads. */
export function endedConditions(
  parameters: Parameters,
  viewer: Viewer,
  filters: DeliveryFilters,
  eventIds: readonly Uuid[] | null,
): BranchConditions[] {
  const ofEndpoint = equals(parameters, 'd.endpoint_id', filters.endpointId ?? null);
  const byEvent = eventIdConditions(parameters, eventIds, 'd');
  const ofReplay = equals(parameters, 'd.replay_id', filters.replayId ?? null);
  const hasKey = leads(byEvent, ofEndpoint, ofReplay);
  const replays = filters.isReplay === true && !hasKey ? ['d.replay_of IS NOT NULL'] : [];
  const isNarrow = hasKey || leads(replays);
  const tenants = leadByTenants(parameters, 'd.tenant_id', isNarrow ? null : viewer.tenantIds);
  const lead = [
    ...byEvent,
    ...(leads(byEvent) ? [] : ofReplay),
    ...(leads(byEvent, ofReplay) ? [] : ofEndpoint),
    // Said as literals, so that the planner sees that a partial index will do.
    ...(isFailure(filters) && !leads(byEvent, ofReplay) ? [`d.status <> 'succeeded'`] : []),
    ...replays,
  ];
  const rest = [
    ...tenants.rest,
    ...(isNarrow ? tenantConditions(parameters, 'd.tenant_id', viewer.tenantIds) : []),
    ...(leads(byEvent) ? ofReplay : []),
    ...(leads(byEvent, ofReplay) ? ofEndpoint : []),
    ...(filters.status == null ? [] : [`d.status = '${filters.status}'`]),
    ...seenConditions(parameters, viewer, filters, 'd'),
  ];
  return tenants.leads.map((ofTenant) => ({ lead: [...ofTenant, ...lead], rest }));
}

function leads(...conditions: readonly string[][]): boolean {
  return conditions.some(({ length }) => length > 0);
}

/** Whether nothing that succeeded can be meant: its last attempt was a 2xx, without an error. */
function isFailure({ status, statusCode, statusClass, errorCode }: DeliveryFilters): boolean {
  if (status === 'dead' || status === 'cancelled' || errorCode != null) return true;
  return (statusClass != null && statusClass !== 2) || (statusCode != null && (statusCode < 200 || statusCode > 299));
}

function eventIdConditions(parameters: Parameters, eventIds: readonly Uuid[] | null, t: 'o' | 'd'): string[] {
  return eventIds === null ? [] : [`${t}.event_id = ANY (${parameters.add(eventIds)}::uuid[])`];
}

/** What no index knows. */
function seenConditions(parameters: Parameters, viewer: Viewer, filters: DeliveryFilters, t: 'o' | 'd'): string[] {
  return [
    ...typeConditions(parameters, `${t}.type`, filters.type ?? null),
    ...equals(parameters, `${t}.last_status_code`, filters.statusCode ?? null),
    ...statusClassConditions(filters.statusClass ?? null, t),
    ...equals(parameters, `${t}.last_error_code`, filters.errorCode ?? null),
    ...(filters.isReplay == null ? [] : [`${t}.replay_of IS ${filters.isReplay ? 'NOT NULL' : 'NULL'}`]),
    ...(t === 'o' ? equals(parameters, 'o.replay_id', filters.replayId ?? null) : []),
    ...eventConditions(parameters, viewer, filters, t),
  ];
}

function statusClassConditions(statusClass: number | null, t: string): string[] {
  return statusClass === null
    ? []
    : [`${t}.last_status_code BETWEEN ${statusClass * 100} AND ${statusClass * 100 + 99}`];
}

/** What only the event knows. Its keys stand here only when they mean too many events to name them. */
function eventConditions(
  parameters: Parameters,
  { publishedBy }: Viewer,
  { uid, subject, correlationId }: DeliveryFilters,
  t: string,
): string[] {
  const conditions = [
    ...equals(parameters, 'e.published_by', publishedBy),
    ...equals(parameters, 'e.uid', uid ?? null),
    ...equals(parameters, 'e.subject', subject ?? null),
    ...equals(parameters, 'e.correlation_id', correlationId ?? null),
  ];
  if (conditions.length === 0) return [];
  return [eventOf(t, conditions)];
}
