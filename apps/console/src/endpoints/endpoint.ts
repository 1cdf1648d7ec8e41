import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client.js';
import type { Page } from '../api/page.js';
import { useMay } from '../session/may.js';

export interface Endpoint {
  readonly id: string;
  readonly uid: string | null;
  readonly tenant: string;
  readonly url: string;
  readonly description: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly signing: readonly { readonly scheme: string; readonly [option: string]: unknown }[];
  readonly rotateSecretsEveryDays: number | null;
  readonly rotationGraceSeconds: number | null;
  readonly ordering: 'none' | 'fifo';
  readonly payloadFormat: string;
  readonly maxInFlight: number | null;
  readonly rateLimit: { readonly limit: number; readonly periodSeconds: number } | null;
  readonly timeoutSeconds: number | null;
  readonly retrySchedule: readonly number[] | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly auth?: Readonly<Record<string, string>> | null;
  readonly tls?: Readonly<Record<string, string>> | null;
  readonly status: 'enabled' | 'paused' | 'disabled';
  readonly disabledReason: string | null;
  /** Whether its URL has proven that it wants the traffic. */
  readonly ownership: {
    readonly state: 'verified' | 'unverified' | 'not_required';
    readonly verifiedAt: string | null;
  };
  readonly circuit: {
    readonly state: 'closed' | 'open' | 'half_open';
    readonly since: string | null;
    readonly reason: string | null;
  };
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly secret?: string;
  readonly missed?: { readonly count: number; readonly hasMore: boolean; readonly since: string };
}

const NAMES_STALE_AFTER_MS = 60_000;

export const endpointPath = (tenant: string, endpoint: string): string =>
  `/v1/tenants/${encodeURIComponent(tenant)}/endpoints/${encodeURIComponent(endpoint)}`;

export const endpointLink = (tenant: string, endpoint: string): string => `/tenants/${tenant}/endpoints/${endpoint}`;

export function useEndpoint(tenant: string, id: string) {
  return useQuery({
    queryKey: ['endpoints', tenant, id],
    queryFn: ({ signal }) => api.get<Endpoint>(endpointPath(tenant, id), { signal }),
  });
}

/**
 * The endpoints of a tenant, for names in lists: one question for a whole list. What is not among the first 250 (or was
 * deleted) is shown by its id.
 */
export function useEndpointNamed(tenant: string, id: string): Endpoint | null {
  const isAllowed = useMay()('endpoints:read');
  const { data } = useQuery({
    queryKey: ['endpoints', tenant, 'names'],
    queryFn: ({ signal }) =>
      api.get<Page<Endpoint>>(`/v1/tenants/${tenant}/endpoints`, { query: { limit: 250 }, signal }),
    staleTime: NAMES_STALE_AFTER_MS,
    enabled: isAllowed,
  });
  return data?.data.find((one) => one.id === id) ?? null;
}
