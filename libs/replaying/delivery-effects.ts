import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '#database';
import { HeldRelease, OpenDeliveryStore, PumpWaker } from '#deliveries';
import { type EndpointCancelReason, type OpenDeliveryEffects, SlotStore } from '#endpoints';
import { ScheduledEventStore } from '#events';
import type { Uuid } from '#kernel';
import type { TenantEffects } from '#tenants';

/** What becomes of open deliveries when an endpoint is resumed, disabled or deleted. */
@Injectable()
export class EndpointDeliveryEffects implements OpenDeliveryEffects, OnModuleDestroy {
  private readonly held: HeldRelease;
  private readonly pumps: PumpWaker;

  constructor(
    db: Database,
    private readonly open: OpenDeliveryStore,
  ) {
    this.held = new HeldRelease(db, open);
    this.pumps = new PumpWaker(db);
  }

  async releaseHeld(endpointId: Uuid): Promise<void> {
    // Whatever is held without reason is released: this endpoint's rows, and what another resume has left behind.
    await this.held.begin();
    await this.reschedule(endpointId);
  }

  async reschedule(endpointId: Uuid): Promise<void> {
    if ((await this.open.reschedule(endpointId)) > 0) this.pumps.wake();
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
  private readonly pumps: PumpWaker;

  constructor(
    private readonly db: Database,
    private readonly open: OpenDeliveryStore,
    private readonly scheduled: ScheduledEventStore,
    private readonly slots: SlotStore,
  ) {
    this.held = new HeldRelease(db, open);
    this.pumps = new PumpWaker(db);
  }

  async releaseHeld(tenantId: Uuid): Promise<void> {
    await this.held.begin();
    let due = 0;
    for (const endpointId of await this.slots.restartLinesOf(tenantId)) due += await this.open.reschedule(endpointId);
    if (due > 0) this.pumps.wake();
  }

  onModuleDestroy(): Promise<void> {
    return this.held.stop();
  }

  async cancelOpen(tenantId: Uuid, reason: string): Promise<void> {
    await this.scheduled.cancelOfTenant(tenantId, reason);
    const endpoints = await this.db.query<{ id: Uuid }>(
      `SELECT DISTINCT endpoint_id AS id FROM open_deliveries WHERE tenant_id = $1`,
      [tenantId],
    );
    for (const { id } of endpoints) await this.open.cancelOfEndpoint(id, reason);
  }
}
