import type { Metrics } from '#telemetry';
import type { OpenDeliveryStore } from './open-delivery.store.js';

/** Sets the gauges of what is due; the same in every process, since they all look at the same table. */
export async function measureBacklog(metrics: Metrics, deliveries: OpenDeliveryStore): Promise<void> {
  const { due, oldestAgeSeconds } = await deliveries.backlog();
  metrics.dueDeliveries.set(due);
  metrics.oldestDueAge.set(oldestAgeSeconds);
}
