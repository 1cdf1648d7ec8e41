import type { Uuid } from '#kernel';
import { LATENCY_BOUNDS_MS } from './latency.js';

/** What is counted, as columns of the tables. */
export const COUNTS = ['published', 'attempts', 'failed', 'delivered', 'retried', 'dead', 'duration_ms_sum'] as const;

/** The histogram's columns. */
export const LATENCY = LATENCY_BOUNDS_MS.map((_, part) => `latency_${part}`);

export const COLUMNS: readonly string[] = [...COUNTS, ...LATENCY];

/** What happened, in numbers. */
export interface TrafficCounts {
  /** Events that were accepted. */
  published: number;
  attempts: number;
  /** Attempts without success. */
  failed: number;
  /** Deliveries that succeeded. */
  delivered: number;
  /** Failed attempts that are followed by another. */
  retried: number;
  /** Deliveries that were given up, whether or not an attempt was made. */
  dead: number;
  durationMsSum: number;
  /** Attempts by how long they took: see `LATENCY_BOUNDS_MS`. */
  latency: number[];
}

/** Stands for all: all tenants, or all of a tenant. */
export const ALL: Uuid = '00000000-0000-0000-0000-000000000000';

/** Whose numbers they are: of a tenant (or `ALL`), and in it of an endpoint, or of the key that published (or `ALL`). */
export interface TrafficScope {
  readonly tenantId: Uuid;
  readonly partId: Uuid;
}

export type ScopedCounts = TrafficScope & TrafficCounts;

export function noCounts(): TrafficCounts {
  return {
    published: 0,
    attempts: 0,
    failed: 0,
    delivered: 0,
    retried: 0,
    dead: 0,
    durationMsSum: 0,
    latency: LATENCY_BOUNDS_MS.map(() => 0),
  };
}

export function addCounts(to: TrafficCounts, more: TrafficCounts): void {
  to.published += more.published;
  to.attempts += more.attempts;
  to.failed += more.failed;
  to.delivered += more.delivered;
  to.retried += more.retried;
  to.dead += more.dead;
  to.durationMsSum += more.durationMsSum;
  for (let part = 0; part < to.latency.length; part++) to.latency[part]! += more.latency[part]!;
}

/**
 * The counts of parts, and with them those of their tenants and of everything: kept as rows of their own, so that nobody
 * who asks about a tenant has to read its endpoints. Pure.
 */
export function withSums(parts: readonly ScopedCounts[]): ScopedCounts[] {
  const rows = new Map<string, ScopedCounts>();
  const add = (tenantId: Uuid, partId: Uuid, counts: TrafficCounts): void => {
    const key = tenantId + partId;
    let row = rows.get(key);
    if (!row) rows.set(key, (row = { tenantId, partId, ...noCounts() }));
    addCounts(row, counts);
  };
  for (const part of parts) {
    add(part.tenantId, part.partId, part);
    add(part.tenantId, ALL, part);
    add(ALL, ALL, part);
    // What a key has published for all tenants together; an endpoint is of one tenant anyway.
    if (part.published > 0) add(ALL, part.partId, part);
  }
  return [...rows.values()];
}
