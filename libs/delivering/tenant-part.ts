import type { Uuid } from '#kernel';
import type { Round } from './round.js';

/** One tenant's part of a worker. */
export interface TenantPart<Lane> {
  readonly tenantId: Uuid;
  /** Dispatches of it that wait or are in flight. */
  held: number;
  inFlight: number;
  /** Requests in flight whose bodies were too large to come along. */
  largeBodies: number;
  /** Its lanes that may start something, in turn. */
  readonly lanes: Round<Lane>;
  /** Whether the tenant stands in the round of those that may start something. */
  isInRound: boolean;
}
