import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { Delivery } from '../deliveries/delivery.js';
import { memberText } from '../ui/json-text.js';

/** What happened, as it was published. */
export interface PublishedEvent {
  readonly id: string;
  readonly uid: string | null;
  readonly tenant: string;
  readonly type: string;
  readonly subject: string | null;
  readonly source: string | null;
  readonly occurredAt: string;
  readonly correlationId: string | null;
  readonly schemaVersion: string | null;
  readonly channels: readonly string[] | null;
  readonly metadata?: unknown;
  readonly headers?: Readonly<Record<string, string>> | null;
  readonly endpoint: string | null;
  readonly orderingKey: string | null;
  readonly deliverAt: string | null;
  readonly scheduled: boolean;
  readonly expiresAt: string | null;
  readonly cancelledAt: string | null;
  readonly cancelReason: string | null;
  readonly payloadErased: boolean;
  readonly createdAt: string;
}

export interface EventWithDeliveries extends PublishedEvent {
  readonly deliveries: readonly Delivery[];
}

/** Why an event was, was not, or is not yet delivered. */
export interface Explanation {
  readonly event: string;
  readonly endpoints: readonly EndpointExplanation[];
  readonly hasMore: boolean;
}

export interface EndpointExplanation {
  readonly endpoint: string;
  readonly url: string;
  readonly endpointStatus: 'enabled' | 'paused' | 'disabled' | 'deleted';
  readonly verdict: string;
  readonly sentence: string;
  readonly delivery: string | null;
  readonly status: Delivery['status'] | null;
  readonly waitingFor: string | null;
  readonly clauses: readonly { readonly subscription: string; readonly clause: string; readonly message: string }[];
}

export interface ReadEvent {
  readonly event: EventWithDeliveries;
  /** As it was published; null once it is erased. */
  readonly dataText: string | null;
}

export function useEvent(id: string) {
  return useQuery({
    queryKey: ['events', id],
    queryFn: async ({ signal }): Promise<ReadEvent> => {
      const text = await api.text(`/v1/events/${encodeURIComponent(id)}`, { signal });
      const event = JSON.parse(text) as EventWithDeliveries;
      return { event, dataText: event.payloadErased ? null : memberText(text, 'data') };
    },
  });
}

export const eventLink = ({ id }: { id: string }): string => `/events/${id}`;
