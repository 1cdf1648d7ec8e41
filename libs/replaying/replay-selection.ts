import type { Uuid } from '#kernel';

/**
 * What a bulk replay is of. `failed`: what is dead and nobody has seen to, or, with that status, what was cancelled and is
 * the last word of its event at its endpoint. `missing`: events that the endpoint would get today and has never got. `all`:
 * whatever has ended.
 */
export const SELECTS = ['failed', 'missing', 'all'] as const;

export type Select = (typeof SELECTS)[number];

/** How a delivery can have ended. */
export const ENDED_STATUSES = ['succeeded', 'dead', 'cancelled'] as const;

export type EndedStatus = (typeof ENDED_STATUSES)[number];

/** Which deliveries, or events, are to be replayed. Null: does not matter. */
export interface ReplaySelection {
  readonly select: Select;
  readonly tenantIds: readonly Uuid[] | null;
  readonly endpointId: Uuid | null;
  readonly status: EndedStatus | null;
  /** Exact, or with `.*` everything below. */
  readonly type: string | null;
  /** Why a delivery died, or was cancelled. */
  readonly reason: string | null;
  /** Of the delivery's creation, or the event's where there is none. */
  readonly sinceMs: number | null;
  readonly untilMs: number;
  /** The deliveries and events that were named, if any were. */
  readonly named: NamedOriginals | null;
}

export interface NamedOriginals {
  readonly deliveryIds: readonly Uuid[];
  readonly eventIds: readonly Uuid[];
}
