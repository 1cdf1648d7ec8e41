import type { Uuid } from '#kernel';
import { equals, type Parameters, tenantConditions, typeConditions, where } from './query-parts.js';
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

export function openConditions(
  parameters: Parameters,
  viewer: Viewer,
  filters: DeliveryFilters,
  eventIds: readonly Uuid[] | null,
): string[] {
  return [
    ...sharedConditions(parameters, viewer, filters, eventIds, 'o'),
    ...(filters.status === 'held' ? [`o.due_at = 'infinity'`] : []),
    ...(filters.status === 'pending' || filters.waitingFor != null ? [`o.due_at < 'infinity'`] : []),
    ...equals(parameters, 'o.waiting_for', filters.waitingFor ?? null),
  ];
}

export function endedConditions(
  parameters: Parameters,
  viewer: Viewer,
  filters: DeliveryFilters,
  eventIds: readonly Uuid[] | null,
): string[] {
  return [
    ...sharedConditions(parameters, viewer, filters, eventIds, 'd'),
    // Said as literals, so that the planner sees that the partial index on what did not succeed will do.
    ...(filters.status == null ? [] : [`d.status = '${filters.status}'`]),
    ...(isFailure(filters) ? [`d.status <> 'succeeded'`] : []),
  ];
}

/** Whether nothing that succeeded can be meant: its last attempt was a 2xx, without an error. */
function isFailure({ status, statusCode, statusClass, errorCode }: DeliveryFilters): boolean {
  if (status === 'dead' || status === 'cancelled' || errorCode != null) return true;
  return (statusClass != null && statusClass !== 2) || (statusCode != null && (statusCode < 200 || statusCode > 299));
}

function sharedConditions(
  parameters: Parameters,
  viewer: Viewer,
  filters: DeliveryFilters,
  eventIds: readonly Uuid[] | null,
  t: 'o' | 'd',
): string[] {
  return [
    ...tenantConditions(parameters, `${t}.tenant_id`, viewer.tenantIds),
    ...equals(parameters, `${t}.endpoint_id`, filters.endpointId ?? null),
    ...(eventIds === null ? [] : [`${t}.event_id = ANY (${parameters.add(eventIds)}::uuid[])`]),
    ...typeConditions(parameters, `${t}.type`, filters.type ?? null),
    ...equals(parameters, `${t}.last_status_code`, filters.statusCode ?? null),
    ...statusClassConditions(filters.statusClass ?? null, t),
    ...equals(parameters, `${t}.last_error_code`, filters.errorCode ?? null),
    ...(filters.isReplay == null ? [] : [`${t}.replay_of IS ${filters.isReplay ? 'NOT NULL' : 'NULL'}`]),
    ...equals(parameters, `${t}.replay_id`, filters.replayId ?? null),
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
  return [`EXISTS (SELECT FROM events e ${where([`e.id = ${t}.event_id`, ...conditions])})`];
}
