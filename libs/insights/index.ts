export { AttemptReadModel, type AttemptTrigger, type AttemptView } from './attempt-read-model.js';
export type { AttemptRequest } from './attempt-request.js';
export { type AuditEntry, type AuditFilters, AuditReadModel } from './audit-read-model.js';
export {
  type DeadLetterGroup,
  type DeadLetterGroupFilters,
  DeadLetterGroupReadModel,
  type DeadLetterGroups,
} from './dead-letter-group-read-model.js';
export {
  type DeadLetterListFilters,
  type DeadLetterReason,
  DeadLetterReadModel,
  type DeadLetterRow,
} from './dead-letter-read-model.js';
export type { DeliveryFilters, DeliveryStatus } from './delivery-conditions.js';
export { DeliveryReadModel, type DeliveryRow } from './delivery-read-model.js';
export { Doers } from './doers.js';
export { EventFinder } from './event-finder.js';
export { type EventPayload, EventPayloads, MAX_PAGE_BYTES } from './event-payloads.js';
export type { EventFilters } from './event-conditions.js';
export { type EventFeed, EventReadModel, type EventRow } from './event-read-model.js';
export { type ClauseVerdict, type Verdict, VERDICTS } from './explain-facts.js';
export { type EndpointExplanation, type EventExplanation, ExplanationReadModel } from './explanation-read-model.js';
export type { Listed } from './look.js';
export { type MissedDeliveries, MissedReadModel } from './missed-read-model.js';
export { type EndpointInTrouble, MOST_COUNTED, type Overview, OverviewReadModel } from './overview-read-model.js';
export { type Holdings, type Reconciliation, ReconciliationReadModel } from './reconciliation-read-model.js';
export { type EndpointReference, References } from './references.js';
export { RequestSources } from './request-sources.js';
export { type NamedHit, Search } from './search.js';
export { MATCHED_BY, type MatchedBy, SEARCH_KINDS, type SearchKind } from './search-hit.js';
export { SettledEvents } from './settled-events.js';
export { SignatureChecks, type SignatureReport } from './signature-checks.js';
export type { Viewer } from './viewer.js';
