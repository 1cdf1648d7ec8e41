import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '#database';
import { HeldRelease, OpenDeliveryStore } from '#deliveries';
import type { EndpointCancelReason, OpenDeliveryEffects } from '#endpoints';
import type { Uuid } from '#kernel';
import type { TenantEffects } from '#tenants';

/** What becomes of open deliveries when an endpoint is resumed, disabled or deleted. */
@Injectable()
export class EndpointDeliveryEffects implements OpenDeliveryEffects, OnModuleDestroy {
  private readonly held: HeldRelease;

  constructor(
    db: Database,
    private readonly open: OpenDeliveryStore,
  ) {
    this.held = new HeldRelease(db, open);
  }

  async releaseHeld(_endpointId: Uuid): Promise<void> {
    // Whatever is held without reason is released: this endpoint's rows, and what another resume has left behind.
    await this.held.begin();
  }

  onModuleDestroy(): Promise<void> {
    return this.held.stop();
  }

  async cancelOpen(endpointId: Uuid, reason: EndpointCancelReason): Promise<void> {
    await this.open.cancelOfEndpoint(endpointId, reason);
  }
}

/** What becomes of open deliveries when a tenant is resumed or deleted. */
@Injectable()
export class TenantDeliveryEffects implements TenantEffects, OnModuleDestroy {
  private readonly held: HeldRelease;

  constructor(
    private readonly db: Database,
    private readonly open: OpenDeliveryStore,
  ) {
    this.held = new HeldRelease(db, open);
  }

  async releaseHeld(_tenantId: Uuid): Promise<void> {
    await this.held.begin();
  }

  onModuleDestroy(): Promise<void> {
    return this.held.stop();
  }

  async cancelOpen(tenantId: Uuid, reason: string): Promise<void> {
    const endpoints = await this.db.query<{ id: Uuid }>(
      `SELECT DISTINCT endpoint_id AS id FROM open_deliveries WHERE tenant_id = $1`,
      [tenantId],
    );
    for (const { id } of endpoints) await this.open.cancelOfEndpoint(id, reason);
  }
}
