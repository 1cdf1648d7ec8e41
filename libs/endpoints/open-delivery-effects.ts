import type { Uuid } from '#kernel';

/** Why open deliveries end when their endpoint does. */
export type EndpointCancelReason = 'endpoint_disabled' | 'endpoint_deleted';

/**
 * What a change of an endpoint's state means for its open deliveries. Called after the change is committed, so that a
 * backlog of any size holds up no one: should the process die in between, workers hold or cancel what they come upon by
 * the endpoint's state, and upkeep releases what is held by an endpoint that is no longer paused, and reschedules what
 * waits for a slot that is none any more.
 */
export abstract class OpenDeliveryEffects {
  /** The endpoint is no longer paused: what is held falls due now, and behind it what waited for a slot of its rate. */
  abstract releaseHeld(endpointId: Uuid): Promise<void>;
  /** Its rate is another one now: what waits for a slot of the old one falls due and takes one of the new. */
  abstract reschedule(endpointId: Uuid): Promise<void>;
  /** The endpoint takes nothing any more: what is open moves to history as cancelled. */
  abstract cancelOpen(endpointId: Uuid, reason: EndpointCancelReason): Promise<void>;
}
