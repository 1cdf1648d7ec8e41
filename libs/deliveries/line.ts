import type { Uuid } from '#kernel';

/**
 * Deliveries of one endpoint that are made one after the other: those of events with one ordering key. At most one of
 * them is its head, which is due, leased, held or waits for a retry; the others wait for their turn.
 */
export interface Line {
  readonly endpointId: Uuid;
  /** '' for events without a key. */
  readonly orderKey: string;
}

/** A delivery that has ended, and the line that it stood in, if it did. */
export interface Ended {
  readonly id: Uuid;
  readonly tenantId: Uuid;
  readonly endpointId: Uuid;
  readonly orderKey: string | null;
}

/**
 * The due time of deliveries that wait for their turn: beyond any look for what is due, so that they cost no claim
 * anything. Not `infinity`, which says that a row is held. An SQL literal.
 */
export const DUE_IN_ITS_TURN = `timestamptz '9999-01-01 00:00:00Z'`;

const isInLine = (ended: Ended): ended is Ended & Line => ended.orderKey !== null;

/** The lines that these have stood in. */
export function linesOf(ended: readonly Ended[]): Line[] {
  return ended.filter(isInLine);
}
