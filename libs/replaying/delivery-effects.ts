import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '#database';
import { HeldRelease, OpenCancellationStore, OpenDeliveryStore, PumpWaker } from '#deliveries';
import { type EndpointCancelReason, type OpenDeliveryEffects, SlotStore } from '#endpoints';
import { ScheduledEventStore } from '#events';
import { DatabaseClock, type Uuid } from '#kernel';
import type { TenantEffects } from '#tenants';

/** What becomes of open deliveries when an endpoint is resumed, disabled or deleted. */
@Injectable()
export class EndpointDeliveryEffects implements OpenDeliveryEffects, OnModuleDestroy {
  private readonly held: HeldRelease;
  private readonly pumps: PumpWaker;

  constructor(
    db: Database,
    private readonly open: OpenDeliveryStore,
    private readonly cancellations: OpenCancellationStore,
    private readonly clock: DatabaseClock,
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
    await this.cancellations.begin(endpointId, reason, this.clock.now());
  }
}

/** What becomes of open deliveries when a tenant is resumed or deleted. */
@Injectable()
export class TenantDeliveryEffects implements TenantEffects, OnModuleDestroy {
  private readonly held: HeldRelease;
  private readonly pumps: PumpWaker;

  constructor(
    db: Database,
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
    for (const endpointId of await this.slots.restartTimetablesOf(tenantId))
      due += await this.open.reschedule(endpointId);
    if (due > 0) this.pumps.wake();
  }

  onModuleDestroy(): Promise<void> {
    return this.held.stop();
  }

  async cancelOpen(tenantId: Uuid, reason: string): Promise<void> {
    await this.scheduled.cancelOfTenant(tenantId, reason);
    // A first part, which is nearly always all; the rest is done with the tenant's erasure.
    await this.open.cancelOfTenant(tenantId, reason);
  }
}
