import type { Uuid } from '#kernel';

export const SEARCH_KINDS = [
  'tenant',
  'endpoint',
  'subscription',
  'event',
  'delivery',
  'attempt',
  'dead_letter',
  'replay',
] as const;

export type SearchKind = (typeof SEARCH_KINDS)[number];

/** By what something was found, the surest first: this is the order in which hits are shown. */
export const MATCHED_BY = ['id', 'uid', 'url', 'subject', 'correlationId', 'name'] as const;

export type MatchedBy = (typeof MATCHED_BY)[number];

/** Something that was found, as one line: what it is, and where it belongs. */
export interface SearchHit {
  readonly kind: SearchKind;
  readonly id: Uuid;
  /** Of an attempt: its number. Its `id` is its delivery's. */
  readonly number: number | null;
  /** Null: of several tenants. */
  readonly tenantId: Uuid | null;
  readonly endpointId: Uuid | null;
  readonly eventId: Uuid | null;
  readonly deliveryId: Uuid | null;
  readonly title: string;
  readonly subtitle: string | null;
  readonly status: string | null;
  readonly matchedBy: MatchedBy;
  readonly createdAt: Date;
}

/** One hit for each thing, by its surest match; the surest first, and of those the newest. Pure. */
export function rankHits(hits: readonly SearchHit[]): SearchHit[] {
  const best = new Map<string, SearchHit>();
  for (const hit of hits) {
    const key = `${hit.kind} ${hit.id}`;
    const known = best.get(key);
    if (known === undefined || sureness(hit) < sureness(known)) best.set(key, hit);
  }
  return [...best.values()].sort((a, b) => sureness(a) - sureness(b) || (a.id < b.id ? 1 : -1));
}

const sureness = ({ matchedBy }: SearchHit): number => MATCHED_BY.indexOf(matchedBy);
