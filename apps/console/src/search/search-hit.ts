import { endpointLink } from '../endpoints/endpoint.js';

export interface SearchHit {
  readonly kind: 'tenant' | 'endpoint' | 'subscription' | 'event' | 'delivery' | 'attempt' | 'dead_letter' | 'replay';
  readonly id: string;
  readonly title: string;
  readonly subtitle: string | null;
  readonly status: string | null;
  readonly matchedBy: string;
  readonly tenant: string | null;
  readonly tenantName: string | null;
  readonly endpoint: string | null;
  readonly event: string | null;
  readonly delivery: string | null;
}

/** The page that shows what was found. */
export function hitLink({ kind, id, tenant, endpoint, event, delivery }: SearchHit): string {
  switch (kind) {
    case 'tenant':
      return `/tenants/${id}`;
    case 'endpoint':
    case 'subscription':
      return endpointLink(tenant ?? '', endpoint ?? id);
    case 'event':
      return `/events/${id}`;
    case 'delivery':
    case 'attempt':
    case 'dead_letter':
      return delivery === null ? `/events/${event ?? id}` : `/deliveries/${delivery}`;
    case 'replay':
      return `/replays/${id}`;
  }
}
