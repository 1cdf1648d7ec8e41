import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { DUE_CHANNEL, OpenDeliveryStore } from '#deliveries';
import { type EndpointCancelReason, type OpenDeliveryEffects, SlotStore } from '#endpoints';
import { ScheduledEventStore } from '#events';
import type { Uuid } from '#kernel';
import type { TenantEffects } from '#tenants';

/** What becomes of open deliveries when an endpoint is resumed, disabled or deleted. */
@Injectable()
export class EndpointDeliveryEffects implements OpenDeliveryEffects {
  constructor(
    private readonly db: Database,
    private readonly open: OpenDeliveryStore,
  ) {}

  async releaseHeld(endpointId: Uuid): Promise<void> {
    // Whatever is held without reason is released: this endpoint's rows, and what another resume has left behind.
    const released = await this.open.releaseHeld();
    if (released + (await this.open.reschedule(endpointId)) > 0) await wakePumps(this.db);
  }

  async reschedule(endpointId: Uuid): Promise<void> {
    if ((await this.open.reschedule(endpointId)) > 0) await wakePumps(this.db);
  }

  async cancelOpen(endpointId: Uuid, reason: EndpointCancelReason): Promise<void> {
    await this.open.cancelOfEndpoint(endpointId, reason);
  }
}

/** What becomes of open deliveries when a tenant is resumed or deleted. */
@Injectable()
export class TenantDeliveryEffects implements TenantEffects {
  constructor(
    private readonly db: Database,
    private readonly open: OpenDeliveryStore,
    private readonly scheduled: ScheduledEventStore,
    private readonly slots: SlotStore,
  ) {}

  async releaseHeld(tenantId: Uuid): Promise<void> {
    let due = await this.open.releaseHeld();
    for (const endpointId of await this.slots.restartLinesOf(tenantId)) due += await this.open.reschedule(endpointId);
    if (due > 0) await wakePumps(this.db);
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

async function wakePumps(db: Database): Promise<void> {
  await db.query(`SELECT pg_notify($1, '')`, [DUE_CHANNEL]);
}
