export type { Endpoint, EndpointSettings, EndpointStatus } from './endpoint.js';
export { type EndpointHealth, EndpointHealthReadModel } from './endpoint-health-read-model.js';
export { EndpointHealthStore, type HealthChange } from './endpoint-health-store.js';
export { type EndpointFilters, EndpointReadModel } from './endpoint-read-model.js';
export { type EndpointDocument, MAX_METADATA_BYTES, MAX_RETRIES } from './endpoint-rules.js';
export { EndpointRemainsStore } from './endpoint-remains.store.js';
export type { StatusCommand } from './endpoint-status.js';
export { type EndpointRef, EndpointStore, type NewEndpoint, type WrittenEndpoint } from './endpoint-store.js';
export { DEFAULT_DISABLED_REASON, EndpointSwitch } from './endpoint-switch.js';
export type { EventType, EventTypeDocument } from './event-type.js';
export { type EventTypeFilters, EventTypeStore, type PlacedEventType } from './event-type-store.js';
export { type EndpointCancelReason, OpenDeliveryEffects } from './open-delivery-effects.js';
export { openHeaders } from './sealed-headers.js';
export { SECRET_ENCODINGS, type SecretEncoding } from './secret-encoding.js';
export { type EndpointSecret, openSecret } from './secret-rows.js';
export { DEFAULT_GRACE_SECONDS, type Rotation, SecretStore } from './secret-store.js';
export { liveKeys, type LiveSecret, type SendTarget, SendTargets, type SendTargetsLog } from './send-targets.js';
export { SubscriptionReadModel, type SubscriptionFilters } from './subscription-read-model.js';
export type { Subscription } from './subscription-rows.js';
export {
  MAX_SUBSCRIPTIONS_PER_ENDPOINT,
  type NewSubscription,
  type SubscriptionPatch,
  SubscriptionStore,
} from './subscription-store.js';
export { type MatchedEndpoint, type TenantConfig, TenantConfigs } from './tenant-configs.js';
