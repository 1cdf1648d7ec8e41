import type { ListPage } from '#database';
import { type Uuid, uuidFloor, uuidTime } from '#kernel';
import type { Branch } from './look.js';
import { leadByTenants, type Parameters, tenantConditions } from './query-parts.js';
import type { Viewer } from './viewer.js';

/** A delivery's id is made after its event's, but perhaps by another process: clocks agree better than this. */
export const CLOCK_SLACK_MS = 60_000;

/** The ids that deliveries of a page's events can have. */
export interface DeliveryRange {
  readonly from: Uuid;
  readonly below: Uuid;
}

/** No delivery is older than its event nor made after now, so the days before and after need not be looked at. */
export function deliveryRange({ order, after, sinceMs }: ListPage, nowMs: number): DeliveryRange {
  const afterMs = order === 'asc' && after !== null ? uuidTime(after) : 0;
  return {
    from: uuidFloor(Math.max(afterMs, sinceMs ?? 0) - CLOCK_SLACK_MS),
    below: uuidFloor(nowMs + CLOCK_SLACK_MS),
  };
}

/**
 * Undelivered is an event that some endpoint has not got, neither by its first delivery nor by a replay: there is a
 * delivery, open or ended without success, and none to the same endpoint that succeeded. One that waits for its time is
 * undelivered as well: whoever it is for has not got it.
 *
 * The look-ups are written as scalar subqueries: an EXISTS the planner may turn into a table of all there are.
 */
function gotBy(parameters: Parameters, delivery: string, range: DeliveryRange): string {
  return `(SELECT true FROM deliveries s WHERE s.event_id = ${delivery}.event_id AND ${within(parameters, 's', range)}
            AND s.endpoint_id = ${delivery}.endpoint_id AND s.status = 'succeeded' LIMIT 1) IS NOT NULL`;
}

function within(parameters: Parameters, delivery: string, { from, below }: DeliveryRange): string {
  return `${delivery}.id >= ${parameters.add(from)} AND ${delivery}.id < ${parameters.add(below)}`;
}

/** Whether the event `e` is undelivered. */
export function isUndelivered(parameters: Parameters, range: DeliveryRange): string {
  return `((SELECT true FROM open_deliveries o WHERE o.event_id = e.id AND NOT ${gotBy(parameters, 'o', range)} LIMIT 1) IS NOT NULL
       OR (SELECT true FROM deliveries d WHERE d.tenant_id = e.tenant_id AND d.event_id = e.id AND ${within(parameters, 'd', range)}
              AND d.status <> 'succeeded' AND NOT ${gotBy(parameters, 'd', range)} LIMIT 1) IS NOT NULL
       OR (SELECT true FROM scheduled_events w WHERE w.event_id = e.id) IS NOT NULL)`;
}

/** The ids of undelivered events, each as one row. `ids`: those that are meant, when they are known. */
export function undeliveredBranches(
  parameters: Parameters,
  { tenantIds }: Viewer,
  range: DeliveryRange,
  ids: readonly Uuid[] | null,
): Branch[] {
  const among = (t: string): string[] => (ids === null ? [] : [`${t}.event_id = ANY (${parameters.add(ids)}::uuid[])`]);
  const ended = leadByTenants(parameters, 'd.tenant_id', tenantIds);
  return [
    {
      columns: 'o.event_id AS id',
      from: 'open_deliveries o',
      id: 'o.event_id',
      lead: [...tenantConditions(parameters, 'o.tenant_id', tenantIds), ...among('o')],
      rest: [`NOT ${gotBy(parameters, 'o', range)}`],
      isGrouped: true,
    },
    {
      columns: 'w.event_id AS id',
      from: 'scheduled_events w',
      id: 'w.event_id',
      lead: among('w'),
      rest: tenantConditions(parameters, 'w.tenant_id', tenantIds),
    },
    ...ended.leads.map((lead) => ({
      columns: 'd.event_id AS id',
      from: 'deliveries d',
      id: 'd.event_id',
      lead: [...lead, ...among('d'), `d.status <> 'succeeded'`, within(parameters, 'd', range)],
      rest: [...ended.rest, `NOT ${gotBy(parameters, 'd', range)}`],
      isGrouped: true,
    })),
  ];
}
