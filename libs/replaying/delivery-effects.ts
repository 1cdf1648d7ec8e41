import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { DUE_CHANNEL, OpenCancellationStore, OpenDeliveryStore } from '#deliveries';
import type { EndpointCancelReason, OpenDeliveryEffects } from '#endpoints';
import { DatabaseClock, type Uuid } from '#kernel';
import type { TenantEffects } from '#tenants';

/** What becomes of open deliveries when an endpoint is resumed, disabled or deleted. */
@Injectable()
export class EndpointDeliveryEffects implements OpenDeliveryEffects {
  constructor(
    private readonly db: Database,
    private readonly open: OpenDeliveryStore,
    private readonly cancellations: OpenCancellationStore,
    private readonly clock: DatabaseClock,
  ) {}

  async releaseHeld(_endpointId: Uuid): Promise<void> {
    // Whatever is held without reason is released: this endpoint's rows, and what another resume has left behind.
    if ((await this.open.releaseHeld()) > 0) await wakePumps(this.db);
  }

  async cancelOpen(endpointId: Uuid, reason: EndpointCancelReason): Promise<void> {
    await this.cancellations.begin(endpointId, reason, this.clock.now());
  }
}

/** What becomes of open deliveries when a tenant is resumed or deleted. */
@Injectable()
export class TenantDeliveryEffects implements TenantEffects {
  constructor(
    private readonly db: Database,
    private readonly open: OpenDeliveryStore,
  ) {}

  async releaseHeld(_tenantId: Uuid): Promise<void> {
    if ((await this.open.releaseHeld()) > 0) await wakePumps(this.db);
  }

  async cancelOpen(tenantId: Uuid, reason: string): Promise<void> {
    // A first part, which is nearly always all; the rest is done with the tenant's erasure.
    await this.open.cancelOfTenant(tenantId, reason);
  }
}

async function wakePumps(db: Database): Promise<void> {
  await db.query(`SELECT pg_notify($1, '')`, [DUE_CHANNEL]);
}
