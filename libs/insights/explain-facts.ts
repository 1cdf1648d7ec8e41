import type { CircuitState } from '#endpoints';
import type { Uuid } from '#kernel';
import type { Clause } from '#policy';
import type { DeadLetterReason } from './dead-letter-read-model.js';
import type { DeliveryRow } from './delivery-read-model.js';
import type { WholePayload } from './event-payloads.js';
import type { EventRow } from './event-read-model.js';

/** What became of an event at an endpoint, in one word. */
export const VERDICTS = ['delivered', 'waiting', 'held', 'dead', 'cancelled', 'scheduled', 'not_matched'] as const;

export type Verdict = (typeof VERDICTS)[number];

/** Why a subscription did not make a delivery of the event. */
export interface ClauseVerdict {
  readonly subscriptionId: Uuid;
  readonly clause: 'enabled' | 'event_types' | 'channels' | 'filter' | 'changed_since';
  readonly message: string;
}

export interface Explanation {
  readonly verdict: Verdict;
  /** One sentence, or two: for someone who does not know the platform. */
  readonly sentence: string;
  /** What each subscription said; only where no delivery was made. */
  readonly clauses: readonly ClauseVerdict[];
}

/** An endpoint as it is now. */
export interface ExplainedEndpoint {
  readonly id: Uuid;
  readonly uid: string | null;
  readonly url: string;
  readonly status: 'enabled' | 'paused' | 'disabled';
  readonly disabledReason: string | null;
  readonly statusChangedAt: Date;
  /** Who paused or disabled it; null: not known, or not to be told. */
  statusBy: string | null;
  readonly createdAt: Date;
  readonly deletedAt: Date | null;
  readonly rateLimit: number | null;
  readonly ratePeriodSeconds: number | null;
  readonly circuitState: CircuitState | null;
  readonly circuitSince: Date | null;
  readonly circuitReason: string | null;
  /** Until then the endpoint itself has asked to be left in peace. */
  readonly askedPauseUntil: Date | null;
}

export interface ExplainedSubscription {
  readonly id: Uuid;
  readonly endpointId: Uuid;
  readonly eventTypes: readonly string[];
  readonly channels: readonly string[] | null;
  readonly filter: Clause | null;
  readonly enabled: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The delivery that counts (the newest, so a replay before what it replays), and what is known of its course. */
export interface ExplainedDelivery {
  readonly row: DeliveryRow;
  readonly lastAttempt: {
    readonly durationMs: number;
    readonly statusCode: number | null;
    readonly error: string | null;
  } | null;
  readonly deadLetter: {
    readonly reason: DeadLetterReason;
    readonly resolution: 'replayed' | 'discarded' | null;
    readonly note: string | null;
  } | null;
  /** Who cancelled it; null: not known, or not to be told. */
  cancelledBy: string | null;
  /** The delivery at the head of its line. */
  readonly behind: Uuid | null;
}

/** With nothing hidden in its data: filters look at it. What is `hidden` is not to be told. */
export interface ExplainedEvent extends EventRow, Pick<WholePayload, 'data' | 'metadata' | 'hidden'> {
  /** Since when its tenant, or everything, is paused. */
  readonly tenantPausedAt: Date | null;
  readonly platformPausedAt: Date | null;
  /** Who paused the tenant, and who cancelled the event; null: not known, or not to be told. */
  tenantPausedBy: string | null;
  cancelledBy: string | null;
}
