import type { Load, Stream } from '../publisher/publisher-messages.js';

/** Deliveries that may be published and not received: enough to keep everything busy, few enough to see its latency. */
export const MAX_OUTSTANDING = 5_000;

/** The endpoints that throughput is measured over: several tenants, several endpoints each, one event to each in turn. */
export const MANY_ENDPOINTS = { count: 50, tenants: 10 };

/** Publishers at work at once: few with batches, many without. */
export function connectionsFor(batch: number): number {
  return batch === 1 ? 64 : 8;
}

export function saturating(streams: Stream[], batch: number): Load {
  return { kind: 'closed', streams, batch, connections: connectionsFor(batch), maxOutstanding: MAX_OUTSTANDING };
}
