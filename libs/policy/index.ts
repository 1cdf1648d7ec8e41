export {
  CIRCUIT_RULES,
  type CircuitRules,
  type CircuitSignal,
  decideCatchUpRate,
  decideFailedProbes,
  decideProbeWait,
  RELAPSE_MS,
  toCircuitSignal,
} from './circuit.js';
export type { Clause, IsHidden } from './content-filter.js';
export {
  type CustomHeaders,
  HEADER_MASK,
  isMaskOf,
  isSecretHeader,
  MAX_HEADER_BYTES,
  maskHeaders,
  refuseHeader,
  unmaskHeaders,
} from './custom-headers.js';
export type { FilteredEvent } from './event-content.js';
export { decideDeliveryTime, type DeliveryTime } from './delivery-time.js';
export {
  isEventType,
  isEventTypePattern,
  MAX_EVENT_TYPE_LENGTH,
  matchesPattern,
  OPERATIONAL_PREFIX,
  TEST_EVENT_TYPES,
  TEST_EVENT_TYPE,
  VERIFICATION_EVENT_TYPE,
} from './event-type-pattern.js';
export {
  decideFailing,
  DISABLED_AFTER_MS,
  type FailingDecision,
  type FailingFacts,
  type FailingRun,
} from './failing.js';
export { isJsonObject, type Json, type JsonObject, mergePatch } from './merge-patch.js';
export { FailureCounter } from './failure-counter.js';
export { decideGate, type GateDecision, type GateTarget } from './gate.js';
export { explainMismatch, type Mismatch } from './mismatch.js';
export { type Match, Matcher, type SubscriptionRule } from './matching.js';
export {
  decideScheduledSecret,
  decideSecretWarning,
  type EndingSecret,
  LAST_SECRET_WARNING,
  longestGraceSeconds,
  noticeMs,
  type SuccessionFacts,
} from './secret-schedule.js';
export {
  CHALLENGE_LIFE_MS,
  CHALLENGES_COUNT_MS,
  type ChallengeReading,
  decideChallengeWait,
  MAX_WRONG_ANSWERS,
  readChallengeAnswer,
  type SentChallenge,
} from './ownership.js';
export {
  type AttemptFacts,
  type AttemptResult,
  type DeadReason,
  decideOutcome,
  type Outcome,
  type RetryPolicy,
} from './outcome.js';
export {
  assignSlots,
  isSlotGood,
  NEAR_SLOT_MS,
  paceSlot,
  type RateLimit,
  slotIntervalMs,
  type SlotRun,
} from './rate-limit.js';
export { type Metered, type Rate, RateMeter } from './rate-meter.js';
export { MAX_RETRY_AFTER_MS, parseRetryAfter } from './retry-after.js';
export { type RetentionBounds, retentionBounds } from './retention-bounds.js';
export { AT_RISK_BELOW_PERCENT, decideRisk, successPercent, WATCHED_MS } from './success-watch.js';
export { decidePauseUntil, isPushBack, Pace } from './throttle.js';
export { DEFAULT_FILTER_LIMITS, type FilterLimits, NO_FILTER_LIMITS, readFilter } from './read-filter.js';
