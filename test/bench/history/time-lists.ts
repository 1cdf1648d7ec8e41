import { type Percentiles, percentilesOf } from '../figures/percentiles.js';
import type { AdminApi } from '../../rig/admin-api.js';

const REQUESTS = 60;
const DAY_MS = 86_400_000;

interface Page {
  data: { id: string; tenant?: string; endpoint?: string; event?: string; subject?: string; correlationId?: string }[];
  nextCursor: string | null;
}

/** How long every list takes, with the filters that a support desk uses: milliseconds until the whole answer is there. */
export async function timeLists(api: AdminApi): Promise<Record<string, Percentiles>> {
  const times: Record<string, Percentiles> = {};
  for (const path of await listPaths(api)) {
    const durations: number[] = [];
    for (let n = 0; n < REQUESTS; n++) {
      const startedMs = performance.now();
      await api.get(path);
      durations.push(performance.now() - startedMs);
    }
    times[nameOf(path)] = percentilesOf(durations)!;
  }
  return times;
}

async function listPaths(api: AdminApi): Promise<string[]> {
  const since = new Date(Date.now() - 10 * DAY_MS).toISOString();
  const until = new Date(Date.now() - 9 * DAY_MS).toISOString();
  // One of the past: what is looked for is seldom the newest.
  const { data: old, nextCursor } = await api.get<Page>(`/v1/deliveries?until=${until}&limit=1`);
  const { id: delivery, tenant, endpoint, event } = old[0]!;
  const { subject, correlationId } = await api.get<Page['data'][0]>(`/v1/events/${event}`);
  const next = nextCursor === null ? [] : [`/v1/deliveries?until=${until}&limit=1&cursor=${nextCursor}`];
  return [
    '/v1/tenants',
    `/v1/tenants/${tenant}/endpoints`,
    `/v1/tenants/${tenant}/subscriptions`,
    '/v1/api-keys',
    '/v1/event-types',
    '/v1/events',
    '/v1/events?order=asc',
    '/v1/events?include=data',
    '/v1/events?type=bench.endpoint7',
    '/v1/events?type=bench.*',
    '/v1/events?source=billing',
    '/v1/events?source=nobody',
    `/v1/events?subject=${subject}`,
    '/v1/events?subject=order/none',
    `/v1/events?correlationId=${correlationId}`,
    `/v1/events?tenant=${tenant}`,
    `/v1/events?tenant=${tenant}&delivered=false`,
    `/v1/events?tenant=${tenant}&delivered=true`,
    '/v1/events?delivered=false',
    `/v1/events?since=${since}&order=asc`,
    `/v1/events?since=${since}&until=${until}`,
    `/v1/tenants/${tenant}/events?type=bench.endpoint7`,
    `/v1/events/${event}`,
    '/v1/deliveries',
    '/v1/deliveries?limit=250',
    ...next,
    `/v1/deliveries?tenant=${tenant}`,
    `/v1/deliveries?tenant=${tenant}&status=dead`,
    `/v1/deliveries?endpoint=${endpoint}`,
    `/v1/deliveries?endpoint=${endpoint}&statusCode=500`,
    `/v1/deliveries?endpoint=${endpoint}&status=dead`,
    `/v1/deliveries?tenant=${tenant}&errorCode=tls`,
    '/v1/deliveries?order=asc',
    '/v1/deliveries?include=data',
    '/v1/deliveries?statusCode=204',
    '/v1/deliveries?replay=true',
    '/v1/deliveries?waitingFor=retry',
    `/v1/deliveries?event=${event}`,
    `/v1/deliveries?subject=${subject}`,
    `/v1/deliveries?correlationId=${correlationId}`,
    '/v1/deliveries?type=bench.endpoint7',
    '/v1/deliveries?status=dead',
    '/v1/deliveries?status=pending',
    '/v1/deliveries?statusClass=5xx',
    '/v1/deliveries?errorCode=status',
    '/v1/deliveries?errorCode=tls',
    `/v1/deliveries?since=${since}&until=${until}`,
    `/v1/deliveries/${delivery}/attempts`,
    '/v1/dead-letters',
    '/v1/dead-letters?resolved=false',
    '/v1/dead-letters?resolved=true',
    '/v1/dead-letters?reason=gone',
    `/v1/dead-letters?tenant=${tenant}`,
    `/v1/dead-letters?endpoint=${endpoint}&resolved=false`,
  ];
}

/** Without the ids and times of this run, so that runs can be compared. */
function nameOf(path: string): string {
  return path
    .replace(/(ten|ep|evt|dlv)_[0-9a-z]{26}/g, '{$1}')
    .replace(/(since|until|cursor|subject|correlationId)=(?!order\/none)[^&]+/g, '$1=…');
}
