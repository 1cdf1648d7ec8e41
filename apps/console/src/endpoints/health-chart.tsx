import { useStats } from '../overview/stats.js';
import { TrafficCharts } from '../overview/traffic-charts.js';
import { useMay } from '../session/may.js';
import type { Endpoint } from './endpoint.js';

/** How an endpoint fared in the last hour. */
export function HealthChart({ endpoint }: { endpoint: Endpoint }) {
  const mayRead = useMay()('stats:read');
  const { data } = useStats('hour', { tenant: endpoint.tenant, endpoint: endpoint.id });
  if (!mayRead || data === undefined) return null;
  return (
    <div style={{ marginTop: 20 }}>
      <TrafficCharts stats={data} />
    </div>
  );
}
