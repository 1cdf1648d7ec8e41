export { readBrought } from './choose-secret.js';
export { type Announcement, announce } from './announce.js';
export { announceCircuitOpened, type OpenedCircuit } from './announce-circuit.js';
export {
  type Circuit,
  type CircuitState,
  type CircuitTransition,
  CLOSED_CIRCUIT,
  type ShownCircuit,
} from './circuit.js';
export {
  CIRCUIT_CHANNEL,
  type CircuitSlotRequest,
  CircuitStore,
  type ReservedSlots,
  type SlotOptions,
} from './circuit-store.js';
export {
  AUTH_TYPES,
  authHeaderName,
  type AuthType,
  CLIENT_AUTHENTICATIONS,
  type ClientAuthentication,
  type Credentials,
  type EndpointAuth,
  type EndpointTls,
  NO_CREDENTIALS,
} from './credentials.js';
export type {
  Endpoint,
  EndpointSettings,
  EndpointStatus,
  Ordering,
  Ownership,
  OwnershipState,
} from './endpoint.js';
export { type EndpointHealth, EndpointHealthReadModel, type EndpointThrottle } from './endpoint-health-read-model.js';
export { EndpointHealthStore, type HealthChange } from './endpoint-health-store.js';
export { type EndpointFilters, EndpointReadModel } from './endpoint-read-model.js';
export { type EndpointDocument, MAX_METADATA_BYTES, MAX_RETRIES } from './endpoint-rules.js';
export { EndpointRemainsStore } from './endpoint-remains.store.js';
export {
  type EndpointVersion,
  EndpointVersionsReadModel,
  type PastSettings,
} from './endpoint-versions-read-model.js';
export type { StatusCommand } from './endpoint-status.js';
export { type EndpointRef, EndpointStore, type NewEndpoint, type WrittenEndpoint } from './endpoint-store.js';
export { DEFAULT_DISABLED_REASON, EndpointSwitch } from './endpoint-switch.js';
export { type EventType, type EventTypeDocument, MAX_POINTER, MAX_REDACTED } from './event-type.js';
export { type Catalog, EventTypeCatalog } from './event-type-catalog.js';
export { type EventTypeFilters, EventTypeStore, type PlacedEventType } from './event-type-store.js';
export {
  beginRuns,
  countWarning,
  dropMootRuns,
  endRun,
  findSuspects,
  type KeptRun,
  noteRuns,
  type Suspect,
} from './failing-runs.js';
export { type EndpointCancelReason, OpenDeliveryEffects } from './open-delivery-effects.js';
export {
  type FieldNote,
  OPERATIONAL_EVENTS,
  type OperationalData,
  type OperationalType,
} from './operational-event.js';
export { isChallenge, unverified } from './ownership.js';
export { type Challenge, OwnershipStore } from './ownership-store.js';
export { MAX_COUNTED_WAITING, RateLimitReadModel, type RateLimitState } from './rate-limit-read-model.js';
export { openHeaders } from './sealed-headers.js';
export { openCredentials } from './sealed-credentials.js';
export type { OAuth2Client } from './send-credentials.js';
export { toRepeatable } from './sent-secrets.js';
export { publicKeyOf, type SecretText, toWhsec } from './secret-encoding.js';
export { type EndpointSecret, openSecret } from './secret-rows.js';
export { findScheduledEndpoints, type ScheduledEndpoint } from './scheduled-secrets.js';
export {
  countSecretWarning,
  findSecretEnds,
  type KnownEnd,
  type SecretEndsCursor,
  takeBegunSecrets,
  toExpiringNews,
} from './secret-news.js';
export { MAX_SECRETS } from './secret-succession.js';
export {
  DEFAULT_GRACE_SECONDS,
  MAX_GRACE_SECONDS,
  type PublicKey,
  type Rotation,
  SecretStore,
} from './secret-store.js';
export { type SendTarget, SendTargets, type SendTargetsLog } from './send-targets.js';
export {
  DEFAULT_SHOP_DOMAIN,
  DEFAULT_SHOPIFY_API_VERSION,
  keyKindsOf,
  MAX_CONTENT_CHARACTERS,
  MAX_PREFIX_CHARACTERS,
  MAX_SCHEMES,
  settleSigning,
  type SigningEntry,
} from './signing-rules.js';
export { type SlotRequest, SlotStore } from './slot-store.js';
export { SubscriptionReadModel, type SubscriptionFilters } from './subscription-read-model.js';
export type { Subscription } from './subscription-rows.js';
export {
  type NewSubscription,
  type SubscriptionPatch,
  SubscriptionStore,
} from './subscription-store.js';
export { type MatchedEndpoint, type TenantConfig, TenantConfigs, toRule } from './tenant-configs.js';
