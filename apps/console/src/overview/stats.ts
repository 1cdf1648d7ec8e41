import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client.js';
import { useMay } from '../session/may.js';

export interface Traffic {
  readonly published: number;
  readonly attempts: number;
  readonly delivered: number;
  readonly failed: number;
  readonly retried: number;
  readonly dead: number;
  readonly successRate: number | null;
  readonly latencyMs: {
    readonly average: number | null;
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
  };
}

export interface Stats {
  readonly bucket: 'minute' | 'hour' | 'day';
  readonly data: readonly (Traffic & { readonly start: string })[];
  readonly total: Traffic;
}

export interface Overview {
  readonly due: number;
  readonly oldestDueAt: string | null;
  readonly held: number;
  readonly deadLetters: number;
  readonly deliveriesPausedAt: string | null;
  readonly endpointsInTrouble: readonly {
    readonly endpoint: string;
    readonly tenant: string;
    readonly url: string;
    readonly trouble: 'disabled' | 'paused' | 'circuit_open' | 'failing';
    readonly reason: string | null;
    readonly since: string;
  }[];
}

const REFRESH_MS = 5_000;

/** The spans that can be looked at, each by the buckets that fit it. */
export const SPANS = {
  hour: { label: 'Hour', bucket: 'minute', ms: 3_600_000 },
  day: { label: 'Day', bucket: 'hour', ms: 86_400_000 },
  month: { label: '30 days', bucket: 'day', ms: 30 * 86_400_000 },
} as const;

export type Span = keyof typeof SPANS;

export function useStats(span: Span, of: { tenant?: string; endpoint?: string } = {}) {
  const { bucket, ms } = SPANS[span];
  return useQuery({
    queryKey: ['stats', span, of],
    queryFn: ({ signal }) =>
      api.get<Stats>('/v1/stats', {
        query: { bucket, since: new Date(Date.now() - ms).toISOString(), ...of },
        signal,
      }),
    refetchInterval: REFRESH_MS,
  });
}

/** How things stand now, for those who may see endpoints; nobody else is asked to wait for it. */
export function useOverview() {
  const isAllowed = useMay()('endpoints:read');
  return useQuery({
    queryKey: ['overview'],
    queryFn: ({ signal }) => api.get<Overview>('/v1/stats/overview', { signal }),
    refetchInterval: REFRESH_MS,
    enabled: isAllowed,
  });
}
