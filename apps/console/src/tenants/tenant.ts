import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { useMay } from '../session/may.js';

export interface Tenant {
  readonly id: string;
  readonly uid: string | null;
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly settings: {
    readonly maxEndpoints?: number | null;
    readonly publishPerSecond?: number | null;
    readonly payloadRetentionDays?: number | null;
    readonly allowHttp?: boolean | null;
    readonly requireOwnershipProof?: boolean | null;
    readonly portal?: {
      readonly name?: string | null;
      readonly logoUrl?: string | null;
      readonly color?: string | null;
    } | null;
  };
  readonly paused: boolean;
  readonly pausedAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const NAMES_STALE_AFTER_MS = 60_000;

export function useTenant(id: string) {
  return useQuery({
    queryKey: ['tenants', id],
    queryFn: ({ signal }) => api.get<Tenant>(`/v1/tenants/${encodeURIComponent(id)}`, { signal }),
  });
}

/** For names in lists, where an old one does no harm. */
export function useTenantName(id: string): string | null {
  const isAllowed = useMay()('tenants:read');
  const { data } = useQuery({
    queryKey: ['tenants', id],
    queryFn: ({ signal }) => api.get<Tenant>(`/v1/tenants/${encodeURIComponent(id)}`, { signal }),
    staleTime: NAMES_STALE_AFTER_MS,
    enabled: isAllowed,
  });
  return data?.name ?? null;
}
