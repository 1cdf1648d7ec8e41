import type { Uuid } from '#kernel';

export type CircuitState = 'closed' | 'open' | 'half_open';

/** What all workers know together of an endpoint that fails or has failed. Times are the database's, in epoch milliseconds. */
export interface Circuit {
  readonly endpointId: Uuid;
  readonly state: CircuitState;
  /** Since when it has been open, half open included, or closed again; null when it never was open. */
  readonly sinceMs: number | null;
  readonly reason: string | null;
  /** Raised by each change: tells the newer of two answers. */
  readonly version: number;
  /** Probes that have failed since it opened, or were taken over from the time before. */
  readonly failedProbes: number;
  /** When the next probe may go. */
  readonly probeAtMs: number | null;
  /** The one delivery that may be sent while half open, and until when its result is waited for. */
  readonly probeDeliveryId: Uuid | null;
  readonly probeUntilMs: number | null;
  /** Rows a second that come forward; null when none is left that waited. */
  readonly catchUpRate: number | null;
  readonly catchUpAtMs: number | null;
  /** Until then the endpoint has asked to be left in peace. */
  readonly pausedUntilMs: number | null;
  /** When it was last heard to say that it is sent too much. */
  readonly throttleSeenAtMs: number | null;
}

/** What an endpoint's owner is shown of it. */
export interface ShownCircuit {
  readonly state: CircuitState;
  readonly since: Date | null;
  readonly reason: string | null;
}

export const CLOSED_CIRCUIT: ShownCircuit = { state: 'closed', since: null, reason: null };

/** One change of a circuit's state: known to exactly one process, the one whose statement made it. */
export interface CircuitTransition {
  readonly endpointId: Uuid;
  readonly from: CircuitState;
  readonly to: CircuitState;
  readonly reason: string | null;
  readonly atMs: number;
}

/** An endpoint is shown as slowed down for so long after it last said that it is sent too much. */
export const THROTTLE_SHOWN_MS = 60_000;
