import { type Clock, Tally, type Uuid } from '#kernel';
import { latencyPart } from './latency.js';
import { addCounts, noCounts, type ScopedCounts, withSums } from './traffic-counts.js';
import type { TrafficStore } from './traffic-store.js';

/** Counts what this process publishes and delivers; what it has counted is on disk about a second later. */
export class TrafficLedger {
  private readonly tally: Tally<ScopedCounts>;

  constructor(
    store: TrafficStore,
    /** Names this process's rows. */
    writer: string,
    clock: Clock,
  ) {
    this.tally = new Tally<ScopedCounts>({
      write: (parts) => store.add(writer, clock.now(), withSums(parts)),
      merge: addCounts,
    });
  }

  /** An event was accepted that this key has published. */
  published(tenantId: Uuid, keyId: Uuid): void {
    const place = tenantId + keyId;
    const counts = this.tally.peek(place) ?? this.tally.begin(place, { tenantId, partId: keyId, ...noCounts() });
    counts.published += 1;
  }

  /** An attempt was made; `next`: where its delivery goes. */
  attempted(tenantId: Uuid, endpointId: Uuid, durationMs: number, next: 'succeeded' | 'retry' | 'dead'): void {
    const counts = this.ofEndpoint(tenantId, endpointId);
    counts.attempts += 1;
    counts.durationMsSum += durationMs;
    counts.latency[latencyPart(durationMs)]! += 1;
    if (next === 'succeeded') {
      counts.delivered += 1;
      return;
    }
    counts.failed += 1;
    if (next === 'retry') counts.retried += 1;
    else counts.dead += 1;
  }

  /** Deliveries have expired, with or without an attempt. */
  buried(deliveries: readonly { readonly tenantId: Uuid; readonly endpointId: Uuid }[]): void {
    for (const { tenantId, endpointId } of deliveries) this.ofEndpoint(tenantId, endpointId).dead += 1;
  }

  /** Writes what is not written yet. */
  flush(): Promise<void> {
    return this.tally.flush();
  }

  private ofEndpoint(tenantId: Uuid, endpointId: Uuid): ScopedCounts {
    const known = this.tally.peek(endpointId);
    return known ?? this.tally.begin(endpointId, { tenantId, partId: endpointId, ...noCounts() });
  }
}
