import { TenantsAndKeys1764000000000 } from './1764000000000-tenants-and-keys.js';
import { Endpoints1764000001000 } from './1764000001000-endpoints.js';
import { EventsAndDeliveries1764000002000 } from './1764000002000-events-and-deliveries.js';
import { OneOpenReplay1764000003000 } from './1764000003000-one-open-replay.js';
import { Turns1764000004000 } from './1764000004000-turns.js';
import { ListIndexes1764000006000 } from './1764000006000-list-indexes.js';
import { RateLimits1764000007000 } from './1764000007000-rate-limits.js';
import { Circuits1764000008000 } from './1764000008000-circuits.js';
import { Ordering1764000009000 } from './1764000009000-ordering.js';
import { ScheduledEvents1764000010000 } from './1764000010000-scheduled-events.js';
import { Retention1764000011000 } from './1764000011000-retention.js';
import { FailingEndpoints1764000013000 } from './1764000013000-failing-endpoints.js';
import { Signing1764000110000 } from './1764000110000-signing.js';
import { EndpointCredentials1764000120000 } from './1764000120000-endpoint-credentials.js';
import { SubscriptionFilters1764000130000 } from './1764000130000-subscription-filters.js';
import { PublishQuotas1764000131000 } from './1764000131000-publish-quotas.js';
import { AuditLog1764000140000 } from './1764000140000-audit-log.js';
import { EndpointHistory1764000141000 } from './1764000141000-endpoint-history.js';
import { EndpointHistoryAsText1764000142000 } from './1764000142000-endpoint-history-as-text.js';
import { Replays1764000160000 } from './1764000160000-replays.js';
import { DeadLetterGroups1764000161000 } from './1764000161000-dead-letter-groups.js';
import { SearchIndexes1764000170000 } from './1764000170000-search-indexes.js';
import { TrafficCounts1764000171000 } from './1764000171000-traffic-counts.js';
import { TenantsAtRisk1764000172000 } from './1764000172000-tenants-at-risk.js';
import { KeyRates1764000210000 } from './1764000210000-key-rates.js';
import { Ownership1764000220000 } from './1764000220000-ownership.js';
import { SecretSchedule1764000221000 } from './1764000221000-secret-schedule.js';
import { EventTypeCatalog1764000230000 } from './1764000230000-event-type-catalog.js';
import { ReplayTenants1764000240000 } from './1764000240000-replay-tenants.js';
import { DeadLetterGroupTypes1764000241000 } from './1764000241000-dead-letter-group-types.js';
import { EventsCalledOff1764000242000 } from './1764000242000-events-called-off.js';
import { SchemaRevisions1764000250000 } from './1764000250000-schema-revisions.js';
import { PauseAfterProof1764000255000 } from './1764000255000-pause-after-proof.js';

/** Every migration there is, oldest first. A landed one is never edited; a change is a new one at the end. */
export const migrations = [
  TenantsAndKeys1764000000000,
  Endpoints1764000001000,
  EventsAndDeliveries1764000002000,
  OneOpenReplay1764000003000,
  Turns1764000004000,
  ListIndexes1764000006000,
  RateLimits1764000007000,
  Circuits1764000008000,
  Ordering1764000009000,
  ScheduledEvents1764000010000,
  Retention1764000011000,
  FailingEndpoints1764000013000,
  Signing1764000110000,
  EndpointCredentials1764000120000,
  SubscriptionFilters1764000130000,
  PublishQuotas1764000131000,
  AuditLog1764000140000,
  EndpointHistory1764000141000,
  EndpointHistoryAsText1764000142000,
  Replays1764000160000,
  DeadLetterGroups1764000161000,
  SearchIndexes1764000170000,
  TrafficCounts1764000171000,
  TenantsAtRisk1764000172000,
  KeyRates1764000210000,
  Ownership1764000220000,
  SecretSchedule1764000221000,
  EventTypeCatalog1764000230000,
  ReplayTenants1764000240000,
  DeadLetterGroupTypes1764000241000,
  EventsCalledOff1764000242000,
  SchemaRevisions1764000250000,
  PauseAfterProof1764000255000,
];
