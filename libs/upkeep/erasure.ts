import type { OpenDeliveryStore, PayloadEraser, Progress } from '#deliveries';
import type { EndpointRemainsStore } from '#endpoints';
import { type Clock, toTypeId, type Uuid } from '#kernel';
import type { Metrics } from '#telemetry';
import type { PayloadErasure, PayloadErasureStore } from '#tenants';
import { inParts } from './upkeep-task.js';

export interface ErasureLog {
  info(facts: object, message: string): void;
}

export interface ErasureStores {
  readonly open: OpenDeliveryStore;
  readonly payloads: PayloadEraser;
  readonly tenants: PayloadErasureStore;
  readonly endpoints: EndpointRemainsStore;
}

const DAY_MS = 86_400_000;

/** Batches of one tenant before the next one has its turn. */
const PARTS = 10;

/** Tenants have their turns for so long before other upkeep has its own. */
const TURNS_MS = 2_000;

/** When a tenant is deleted, requests to it may be in flight, and their answers are recorded before they are erased. */
const SETTLING_MS = 5 * 60_000;

/** Erases payloads in the background: those that a tenant keeps for a shorter time than events, and a deleted tenant's. */
export class Erasure {
  private readonly oldTurns = new Turns();
  private readonly deletedTurns = new Turns();

  constructor(
    private readonly stores: ErasureStores,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly log: ErasureLog,
  ) {}

  /** Payloads past their tenant's `payloadRetentionDays`; what is open by then is cancelled. */
  async eraseOld(): Promise<Progress> {
    const nowMs = this.clock.now();
    const tenants = await this.stores.tenants.shorterRetentions();
    return this.oldTurns.take(tenants, (tenant) => this.eraseBelow(tenant, nowMs - tenant.days * DAY_MS));
  }

  /** All that deleted tenants had. */
  async eraseDeletedTenants(): Promise<Progress> {
    const tenants = await this.stores.tenants.deletedTenants();
    return this.deletedTurns.take(tenants, async (tenant) => {
      const cancelled = await this.cancelOpen(tenant.tenantId);
      const destroyed = await this.stores.endpoints.destroyOfTenant(tenant.tenantId);
      const settledAtMs = tenant.askedAt.getTime() + SETTLING_MS;
      const done = cancelled.done + destroyed;
      if (cancelled.hasMore || this.clock.now() < settledAtMs) return { done, hasMore: cancelled.hasMore };
      const erased = await this.eraseBelow(tenant, settledAtMs);
      if (!erased.hasMore) {
        await this.stores.tenants.finish(tenant.tenantId);
        this.log.info({ tenant: toTypeId('ten', tenant.tenantId) }, 'a deleted tenant is erased');
      }
      return { done: done + erased.done, hasMore: erased.hasMore };
    });
  }

  /** Answers that came to requests in flight while their event's payload was erased. */
  async eraseLateAnswers(): Promise<Progress> {
    return inParts(PARTS, () => this.stores.payloads.eraseLateAnswers(this.clock.now()));
  }

  private async cancelOpen(tenantId: Uuid): Promise<Progress> {
    const cancelled = await inParts(PARTS, () => this.stores.open.cancelOfTenant(tenantId, 'tenant_deleted'));
    this.metrics.deliveries.cancelled.inc(cancelled.done);
    return cancelled;
  }

  private async eraseBelow({ tenantId, erasedTo }: PayloadErasure, belowMs: number): Promise<Progress> {
    let from = erasedTo;
    return inParts(PARTS, async () => {
      const part = await this.stores.payloads.eraseOfTenant(tenantId, from, belowMs, this.clock.now());
      from = part.erasedTo;
      this.metrics.deliveries.cancelled.inc(part.cancelled);
      return part;
    });
  }
}

/**
 * Each tenant gets its part, however much another one has: who comes after the time that one run may take is the first of
 * the next.
 */
class Turns {
  private last: Uuid = '';

  async take<Tenant extends PayloadErasure>(
    tenants: readonly Tenant[],
    run: (tenant: Tenant) => Promise<Progress>,
  ): Promise<Progress> {
    const endMs = performance.now() + TURNS_MS;
    const from = tenants.findIndex(({ tenantId }) => tenantId > this.last);
    const inTurn = from <= 0 ? tenants : [...tenants.slice(from), ...tenants.slice(0, from)];
    let done = 0;
    let hasMore = false;
    for (const tenant of inTurn) {
      if (performance.now() > endMs) return { done, hasMore: true };
      const progress = await run(tenant);
      this.last = tenant.tenantId;
      done += progress.done;
      hasMore ||= progress.hasMore;
    }
    return { done, hasMore };
  }
}
