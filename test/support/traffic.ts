import type { ApiClient } from './api-client.js';
import type { Receiver } from './receiver.js';

/** How often each event arrived at a receiver. */
export function arrivals(receiver: Receiver): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { headers } of receiver.requests) {
    const id = String(headers['webhook-id']);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** Publishes batches until `count` events were accepted, and answers their ids. Answers of 503 and lost connections are tried again. */
export async function publishMany(api: ApiClient, tenant: string, count: number, batch = 100): Promise<string[]> {
  const accepted: string[] = [];
  while (accepted.length < count) {
    const events = Array.from({ length: Math.min(batch, count - accepted.length) }, (_, n) => ({
      tenant,
      type: 'load.made',
      data: { n: accepted.length + n },
    }));
    const { body } = await api.post<{ results: { id?: string }[] }>('/v1/events/batch', { events });
    accepted.push(...body.results.flatMap(({ id }) => (id === undefined ? [] : [id])));
  }
  return accepted;
}

/** Which of the events have not arrived. */
export function missing(receiver: Receiver, ids: readonly string[]): string[] {
  const seen = arrivals(receiver);
  return ids.filter((id) => !seen.has(id));
}
