import type { Executor } from '#database';
import { type Uuid, uuidFloor } from '#kernel';
import type { AskedReplay } from './replay-statement.js';
import type { ReplaySelection } from './replay-selection.js';

/** One thing to replay: a dead letter, a delivery, or an event that was missed. */
export type Candidate = Required<Pick<AskedReplay, 'deadLetterId' | 'deliveryId' | 'missed'>>;

/** A stretch that was looked at, oldest first. */
export interface Stretch {
  readonly candidates: readonly Candidate[];
  /** Up to here everything was looked at; null: there was nothing. */
  readonly position: Uuid | null;
  readonly isAtEnd: boolean;
}

/** Goes through what a selection means, after a position, and stops when it has found `limit`. One bounded look each. */
export type Walk = (db: Executor, after: Uuid | null, limit: number) => Promise<Stretch>;

/** Rows that one look reads at least, wanted or not, where a filter has no index: those beyond are the next look's. */
const LOOKED_AT = 2_000;

export function budgetFor(limit: number): number {
  return Math.max(limit, LOOKED_AT);
}

/** What one look has read, at most `budget` rows in the order of their ids, cut where enough was found. */
export function toStretch<Row>(
  rows: readonly Row[],
  budget: number,
  limit: number,
  positionOf: (row: Row) => Uuid,
  toCandidate: (row: Row) => Candidate | null,
): Stretch {
  const candidates: Candidate[] = [];
  for (const row of rows) {
    const candidate = toCandidate(row);
    if (candidate === null) continue;
    candidates.push(candidate);
    if (candidates.length === limit) {
      const isAtEnd = rows.length < budget && row === rows.at(-1);
      return { candidates, position: positionOf(row), isAtEnd };
    }
  }
  const last = rows.at(-1);
  return { candidates, position: last === undefined ? null : positionOf(last), isAtEnd: rows.length < budget };
}

/** Where a walk begins, exclusive: no id of ours is a floor. */
export function startOf({ sinceMs }: ReplaySelection, after: Uuid | null): Uuid {
  return after ?? uuidFloor(sinceMs ?? 0);
}

/**
 * The tenants of a selection, in the two ways that a statement can use them: one is compared, for only then does an index
 * give its rows in the order of ids; several are looked up for each row. An endpoint is of one tenant anyway.
 */
export function tenantsOf({ tenantIds, endpointId }: ReplaySelection): {
  readonly one: Uuid | null;
  readonly several: readonly Uuid[] | null;
} {
  if (tenantIds?.length === 1 && endpointId === null) return { one: tenantIds[0]!, several: null };
  return { one: null, several: tenantIds };
}

/**
 * What the looks at deliveries and at dead letters begin with: $1 after, $2 below, $3 tenant, $4 endpoint, $5 and $6
 * deliveries and events that are named, $7 tenants, $8 type, $9 reason, $10 rows at most.
 */
export function lookParameters(selection: ReplaySelection, after: Uuid | null, budget: number): unknown[] {
  const { untilMs, endpointId, named, type, reason } = selection;
  const tenants = tenantsOf(selection);
  return [
    startOf(selection, after),
    uuidFloor(untilMs),
    tenants.one,
    endpointId,
    named?.deliveryIds ?? null,
    named?.eventIds ?? null,
    tenants.several,
    type,
    reason,
    budget,
  ];
}

/** Whether a column has a type that a parameter asks for, exact or with `.*`; the parameter may be null. */
export function isOfType(column: string, parameter: string): string {
  const p = `${parameter}::text`;
  return `(${p} IS NULL OR ${p} = '*' OR ${column} = ${p} OR (right(${p}, 2) = '.*' AND starts_with(${column}, left(${p}, -1))))`;
}
