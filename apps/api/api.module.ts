import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Config } from '#config';
import { Database } from '#database';
import { DatabaseClock, KeyRing } from '#kernel';
import { References } from '#insights';
import { Metrics } from '#telemetry';
import { ApiKeyStore, Authenticator, SwitchStore, TenantEffects, TenantStore } from '#tenants';
import { ApiKeyInput } from './api-keys/api-key-input.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import type { ApiDeps } from './api-deps.js';
import { AuthorizationGuard } from './auth/authorization.guard.js';
import { Scope } from './auth/scope.js';
import { HealthController } from './health/health.controller.js';
import { Readiness } from './readiness.js';
import { PlatformController } from './tenants/platform.controller.js';
import { TenantsController } from './tenants/tenants.controller.js';

/** Every controller of the API, one a line. */
const CONTROLLERS = [ApiKeysController, HealthController, PlatformController, TenantsController];

/** Every store, read model and flow that they use, one a line. */
const PROVIDERS: Provider[] = [
  ApiKeyInput,
  ApiKeyStore,
  Authenticator,
  Readiness,
  References,
  Scope,
  SwitchStore,
  TenantStore,
  // What becomes of open deliveries is not wired yet.
  { provide: TenantEffects, useValue: { cancelOpen: async () => undefined, releaseHeld: async () => undefined } },
];

@Module({})
export class ApiModule {
  static over({ config, db, clock, keyRing, metrics }: ApiDeps): DynamicModule {
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
        ...PROVIDERS,
      ],
    };
  }
}
