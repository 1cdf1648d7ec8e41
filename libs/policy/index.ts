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
export { isEventType, isEventTypePattern, MAX_EVENT_TYPE_LENGTH, matchesPattern } from './event-type-pattern.js';
export { isJsonObject, type Json, type JsonObject, mergePatch } from './merge-patch.js';
export { decideGate, type GateDecision, type GateTarget } from './gate.js';
export { type Match, Matcher, type SubscriptionRule } from './matching.js';
export {
  type AttemptFacts,
  type AttemptResult,
  type DeadReason,
  decideOutcome,
  type Outcome,
  type RetryPolicy,
} from './outcome.js';
export { MAX_RETRY_AFTER_MS, parseRetryAfter } from './retry-after.js';
export { type RetentionBounds, retentionBounds } from './retention-bounds.js';
