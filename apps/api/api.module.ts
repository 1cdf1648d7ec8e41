import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { Config } from '#config';
import { Database } from '#database';
import {
  EndpointHealthReadModel,
  EndpointReadModel,
  EndpointStore,
  EndpointSwitch,
  EndpointVersionsReadModel,
  EventTypeStore,
  OpenDeliveryEffects,
  OwnershipStore,
  RateLimitReadModel,
  SecretStore,
  SlotStore,
  SubscriptionReadModel,
  SubscriptionStore,
} from '#endpoints';
import { ScheduledEventStore } from '#events';
import { OwnershipVerifier, ReceiverChecker, TestSender } from '#delivering';
import { DatabaseClock, KeyRing } from '#kernel';
import {
  AttemptReadModel,
  DeadLetterGroupReadModel,
  AuditReadModel,
  DeadLetterReadModel,
  DeliveryReadModel,
  Doers,
  EventFinder,
  EventPayloads,
  EventReadModel,
  ExplanationReadModel,
  MissedReadModel,
  ReconciliationReadModel,
  OverviewReadModel,
  References,
  RequestSources,
  Search,
  SettledEvents,
  SignatureChecks,
} from '#insights';
import { DeadLetterStore, OpenCancellationStore, OpenDeliveryStore, PayloadEraser } from '#deliveries';
import {
  BulkReplayer,
  Canceller,
  Discarder,
  EndpointDeliveryEffects,
  OriginalFinder,
  Replayer,
  ReplayStore,
  TenantDeliveryEffects,
} from '#replaying';
import { TrafficReadModel } from '#stats';
import { Metrics } from '#telemetry';
import {
  ApiKeyStore,
  Authenticator,
  IdempotencyStore,
  PortalSessions,
  SessionAuthenticator,
  SessionTokens,
  SwitchStore,
  TenantEffects,
  TenantStore,
} from '#tenants';
import { AddressPolicy } from '#transport';
import { ApiKeyInput } from './api-keys/api-key-input.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import type { ApiDeps } from './api-deps.js';
import { AttemptsController } from './attempts/attempts.controller.js';
import { AuditLogController } from './audit-log/audit-log.controller.js';
import { Authentication } from './auth/authentication.js';
import { AuthorizationGuard } from './auth/authorization.guard.js';
import { FailedAuthentications } from './auth/failed-authentications.js';
import { FailureRecord } from './auth/failure-record.js';
import { KeyRates } from './auth/key-rates.js';
import { Scope } from './auth/scope.js';
import { Viewing } from './auth/viewing.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { DiscardSelectionReader } from './dead-letters/discard-selection.js';
import { DeliveriesController } from './deliveries/deliveries.controller.js';
import { EgressController } from './egress/egress.controller.js';
import { EndpointCheckController } from './endpoints/endpoint-check.controller.js';
import { EndpointStateController } from './endpoints/endpoint-state.controller.js';
import { ReconcileController } from './endpoints/reconcile.controller.js';
import { EndpointVerificationController } from './endpoints/endpoint-verification.controller.js';
import { EndpointTestController } from './endpoints/endpoint-test.controller.js';
import { EndpointVersionsController } from './endpoints/endpoint-versions.controller.js';
import { EndpointsController } from './endpoints/endpoints.controller.js';
import { testSenderOver } from './endpoints/test-sender.provider.js';
import { JwksController } from './endpoints/jwks.controller.js';
import { SecretsController } from './endpoints/secrets.controller.js';
import { EventTypesController } from './event-types/event-types.controller.js';
import { EventLists } from './events/event-lists.js';
import { EventsController } from './events/events.controller.js';
import { TenantEventsController } from './events/tenant-events.controller.js';
import { ExplainController } from './explaining/explain.controller.js';
import { ExplainLinks } from './explaining/explain-links.js';
import { SharedExplanationController } from './explaining/shared-explanation.controller.js';
import { HealthController } from './health/health.controller.js';
import { NothingIgnoredGuard } from './http/nothing-ignored.guard.js';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor.js';
import { LiveController } from './live/live.controller.js';
import { LiveStreams } from './live/live-streams.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { ApiDocument } from './openapi/api-document.js';
import { DocsController } from './openapi/docs.controller.js';
import { EventIntake } from './publishing/event-intake.js';
import { PortalSessionsController } from './portal-sessions/portal-sessions.controller.js';
import { publisherOver } from './publishing/publisher.provider.js';
import { PublishingController } from './publishing/publishing.controller.js';
import { Readiness } from './readiness.js';
import { ReplaySelectionReader } from './replays/replay-selection.js';
import { ReplaysController } from './replays/replays.controller.js';
import { SessionController } from './session/session.controller.js';
import { SessionCookie } from './session/session-cookie.js';
import { SearchController } from './search/search.controller.js';
import { StatsController } from './stats/stats.controller.js';
import { trafficLedgerOver } from './stats/traffic-ledger.provider.js';
import { SignatureChecksController } from './signature-checks/signature-checks.controller.js';
import { SubscriptionsController } from './subscriptions/subscriptions.controller.js';
import { PlatformController } from './tenants/platform.controller.js';
import { TenantsController } from './tenants/tenants.controller.js';

/** Every controller of the API, one a line. */
const CONTROLLERS = [
  ApiKeysController,
  AttemptsController,
  AuditLogController,
  DeadLettersController,
  DeliveriesController,
  DocsController,
  EgressController,
  EndpointCheckController,
  EndpointsController,
  EndpointStateController,
  EndpointTestController,
  EndpointVerificationController,
  EndpointVersionsController,
  EventsController,
  EventTypesController,
  ExplainController,
  HealthController,
  JwksController,
  LiveController,
  MetricsController,
  PlatformController,
  PortalSessionsController,
  PublishingController,
  ReconcileController,
  ReplaysController,
  SearchController,
  SecretsController,
  SessionController,
  SharedExplanationController,
  StatsController,
  SignatureChecksController,
  SubscriptionsController,
  TenantEventsController,
  TenantsController,
];

/** Every store, read model and flow that they use, one a line. */
const PROVIDERS: Provider[] = [
  ApiDocument,
  ApiKeyInput,
  ApiKeyStore,
  AttemptReadModel,
  AuditReadModel,
  Authentication,
  Authenticator,
  BulkReplayer,
  Canceller,
  DeadLetterGroupReadModel,
  DeadLetterReadModel,
  DeadLetterStore,
  DeliveryReadModel,
  Discarder,
  DiscardSelectionReader,
  Doers,
  EndpointHealthReadModel,
  RateLimitReadModel,
  EndpointReadModel,
  EndpointStore,
  EndpointSwitch,
  EndpointVersionsReadModel,
  EventFinder,
  EventIntake,
  EventLists,
  EventPayloads,
  EventReadModel,
  EventTypeStore,
  ExplainLinks,
  ExplanationReadModel,
  FailedAuthentications,
  FailureRecord,
  IdempotencyStore,
  KeyRates,
  LiveStreams,
  MissedReadModel,
  OpenCancellationStore,
  OpenDeliveryStore,
  OriginalFinder,
  OverviewReadModel,
  OwnershipStore,
  PayloadEraser,
  PortalSessions,
  Readiness,
  ReconciliationReadModel,
  References,
  Replayer,
  ReplaySelectionReader,
  ReplayStore,
  RequestSources,
  ScheduledEventStore,
  Scope,
  Search,
  SecretStore,
  SessionAuthenticator,
  SessionCookie,
  SessionTokens,
  SlotStore,
  SettledEvents,
  SignatureChecks,
  SubscriptionReadModel,
  SubscriptionStore,
  SwitchStore,
  TenantStore,
  TrafficReadModel,
  Viewing,
  {
    provide: OwnershipVerifier,
    useFactory: (store: OwnershipStore, tests: TestSender) => new OwnershipVerifier(store, tests),
    inject: [OwnershipStore, TestSender],
  },
  {
    provide: ReceiverChecker,
    useFactory: (tests: TestSender, clock: DatabaseClock) => new ReceiverChecker(tests, clock),
    inject: [TestSender, DatabaseClock],
  },
  { provide: AddressPolicy, useFactory: ({ egress }: Config) => new AddressPolicy(egress), inject: [Config] },
  { provide: OpenDeliveryEffects, useClass: EndpointDeliveryEffects },
  { provide: TenantEffects, useClass: TenantDeliveryEffects },
];

@Module({})
export class ApiModule {
  static over(deps: ApiDeps): DynamicModule {
    const { config, db, clock, keyRing, metrics } = deps;
    return {
      module: ApiModule,
      controllers: CONTROLLERS,
      providers: [
        { provide: Config, useValue: config },
        { provide: Database, useValue: db },
        { provide: DatabaseClock, useValue: clock },
        { provide: KeyRing, useValue: keyRing },
        { provide: Metrics, useValue: metrics },
        { provide: APP_GUARD, useClass: AuthorizationGuard },
        { provide: APP_GUARD, useClass: NothingIgnoredGuard },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
        publisherOver(deps),
        testSenderOver(deps),
        trafficLedgerOver(deps),
        ...PROVIDERS,
      ],
    };
  }
}
