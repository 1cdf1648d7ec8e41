import type { TenantConfig, TenantConfigs } from '#endpoints';
import type { EventDraft } from '#events';
import {
  type Database,
  ensurePartitions,
  isConnectionLost,
  isDataError,
  isMissingPartition,
  isRolledBack,
  isUniqueViolation,
} from '#database';
import { LEASE_MS } from '#deliveries';
import { type Clock, GroupCommit, newUuid, PosthornError, type Uuid } from '#kernel';
import type { Enqueuer } from './enqueuer.js';
import { fingerprint, matchDeliveries, type PreparedEvent } from './prepared-event.js';
import { assertInScope, type PublishScope, unknownTenant } from './publish-scope.js';
import { findFirst, findWritten, publishGroup } from './publish-statement.js';

/** What became of one event. */
export type PublishResult =
  | { readonly kind: 'accepted'; readonly id: Uuid; readonly deliveryCount: number }
  /** The same event was published before under this uid; nothing was sent. */
  | { readonly kind: 'duplicate'; readonly id: Uuid; readonly deliveryCount: number }
  | { readonly kind: 'refused'; readonly error: PosthornError };

/** Events that one statement writes, and statements under way at once. */
const GROUP_EVENTS = 500;
const CONCURRENT_GROUPS = 2;

/** Events in memory on their way to the database; beyond, publishers are asked to come back. */
const MAX_PENDING = 20_000;

/** How often a group is tried again when the database is away: some three seconds in all. */
const TRIES = 8;

/** How often an event is matched again because its tenant's configuration changed under it. */
const MAX_REMATCHES = 5;

/**
 * Takes events in: match → one transaction for whatever arrived together → enqueue. A result `accepted` means that the
 * event and all its deliveries are on disk.
 */
export class Publisher {
  private readonly groups: GroupCommit<PreparedEvent, PublishResult>;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly configs: TenantConfigs,
    private readonly enqueuer: Enqueuer,
  ) {
    this.groups = new GroupCommit({
      flush: (events) => this.commit(events),
      maxWeight: GROUP_EVENTS,
      concurrency: CONCURRENT_GROUPS,
      isDataError,
      retryDelayMs: (error, failures) =>
        failures < TRIES && (isRolledBack(error) || isConnectionLost(error)) ? 25 * 2 ** Math.min(failures, 5) : null,
    });
  }

  /** Publishes one event. Never rejects for the event's own fault. */
  async publish(draft: EventDraft, publishedBy: PublishScope): Promise<PublishResult> {
    if (this.groups.pending >= MAX_PENDING) return refused(overloaded());
    try {
      const config = this.configs.peek(draft.tenant) ?? (await this.configs.load(draft.tenant));
      return await this.groups.add(prepare(draft, publishedBy, config));
    } catch (error) {
      return refused(toRefusal(error));
    }
  }

  /** Resolves when everything taken so far is answered. */
  async drain(): Promise<void> {
    await this.groups.idle();
    await this.enqueuer.idle();
  }

  private async commit(events: readonly PreparedEvent[]): Promise<PublishResult[]> {
    this.giveIds(events);
    const leased = this.enqueuer.admit(events);
    try {
      const { written, atMs } = await publishGroup(this.db, events, (event) => leased.has(event), LEASE_MS);
      if (written === events.length) {
        this.enqueuer.enqueue(leased, atMs, atMs + LEASE_MS);
        return events.map(accepted);
      }
      return await this.settlePartly(events, leased, atMs);
    } catch (error) {
      if (isMissingPartition(error)) {
        await ensurePartitions(this.db, this.clock.now());
        return this.commit(events);
      }
      if (isUniqueViolation(error, 'pkey')) return this.settleRetried(events);
      throw error;
    }
  }

  private giveIds(events: readonly PreparedEvent[]): void {
    const now = this.clock.now();
    for (const event of events) {
      if (event.id === null) {
        event.id = newUuid(now);
        event.createdAtMs = now;
      }
      if (event.deliveryIds.length !== event.deliveries.length)
        event.deliveryIds = event.deliveries.map(() => newUuid(now));
    }
  }

  /** Some events were not written: their tenant's configuration has changed, their uid is taken, or their id grew old. */
  private async settlePartly(
    events: readonly PreparedEvent[],
    leased: ReadonlySet<PreparedEvent>,
    atMs: number,
  ): Promise<PublishResult[]> {
    const written = await findWritten(
      this.db,
      events.map(({ id }) => id!),
    );
    this.enqueuer.enqueue(new Set([...leased].filter(({ id }) => written.has(id!))), atMs, atMs + LEASE_MS);
    return Promise.all(
      events.map(async (event) => (written.has(event.id!) ? accepted(event) : this.settleUnwritten(event))),
    );
  }

  /**
   * The connection was lost after the commit, and the group was tried again: what is there is accepted (its leases run
   * out and the pumps take it, since nobody knows whether a job was made), the rest goes on its own.
   */
  private async settleRetried(events: readonly PreparedEvent[]): Promise<PublishResult[]> {
    const written = await findWritten(
      this.db,
      events.map(({ id }) => id!),
    );
    const rest = events.filter(({ id }) => !written.has(id!));
    if (rest.length === events.length) {
      // Not ours, then: an id met another one. Practically impossible, but must not loop.
      for (const event of rest) event.id = null;
    }
    const results = new Map(rest.length > 0 ? zip(rest, await this.commit(rest)) : []);
    return events.map((event) => results.get(event) ?? accepted(event));
  }

  private async settleUnwritten(event: PreparedEvent): Promise<PublishResult> {
    for (let tries = 0; tries < MAX_REMATCHES; tries++) {
      const { draft } = event;
      if (draft.uid !== null) {
        const first = await findFirst(this.db, event.config.tenantId, draft.uid);
        if (first && first.eventId !== event.id) return asDuplicate(draft, first);
      }
      try {
        rematch(event, await this.configs.reload(draft.tenant));
        event.id = null;
      } catch (error) {
        return refused(toRefusal(error));
      }
      this.giveIds([event]);
      const leased = this.enqueuer.admit([event]);
      const { written, atMs } = await publishGroup(this.db, [event], () => leased.has(event), LEASE_MS);
      if (written === 1) {
        this.enqueuer.enqueue(leased, atMs, atMs + LEASE_MS);
        return accepted(event);
      }
    }
    return refused(overloaded());
  }
}

function prepare(draft: EventDraft, publishedBy: PublishScope, config: TenantConfig | null): PreparedEvent {
  const known = requireTenant(draft, config);
  assertInScope(draft, known.tenantId, publishedBy);
  return {
    draft,
    publishedBy: publishedBy.keyId,
    config: known,
    deliveries: matchDeliveries(draft, known),
    id: null,
    createdAtMs: 0,
    deliveryIds: [],
  };
}

function rematch(event: PreparedEvent, config: TenantConfig | null): void {
  event.config = requireTenant(event.draft, config);
  event.deliveries = matchDeliveries(event.draft, event.config);
  event.deliveryIds = [];
}

function requireTenant(draft: EventDraft, config: TenantConfig | null): TenantConfig {
  if (config === null) throw unknownTenant(draft.tenant);
  return config;
}

function asDuplicate(
  draft: EventDraft,
  first: { eventId: Uuid; fingerprint: Buffer; deliveryCount: number },
): PublishResult {
  if (fingerprint(draft).equals(first.fingerprint)) {
    return { kind: 'duplicate', id: first.eventId, deliveryCount: first.deliveryCount };
  }
  const message = `another event was published under the uid "${draft.uid}"`;
  return refused(new PosthornError('uid_conflict', message));
}

const accepted = (event: PreparedEvent): PublishResult => ({
  kind: 'accepted',
  id: event.id!,
  deliveryCount: event.deliveries.length,
});

const refused = (error: PosthornError): PublishResult => ({ kind: 'refused', error });

function overloaded(): PosthornError {
  return new PosthornError('overloaded', 'The platform cannot take this event now; publish it again in a moment.', {
    retryAfterSeconds: 2,
  });
}

function toRefusal(error: unknown): PosthornError {
  if (error instanceof PosthornError) return error;
  if (isDataError(error)) {
    const message = `the database refuses a value of this event: ${(error as Error).message}`;
    return new PosthornError('validation_failed', message, { errors: [{ pointer: '', code: 'invalid', message }] });
  }
  return overloaded();
}

function zip<A, B>(as: readonly A[], bs: readonly B[]): [A, B][] {
  return as.map((a, index) => [a, bs[index]!]);
}
