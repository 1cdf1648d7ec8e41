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
import { LEASE_MS, type Line, LineAdvancer } from '#deliveries';
import { type Clock, GroupCommit, newUuid, PosthornError, type Uuid, zip } from '#kernel';
import { decideDeliveryTime } from '#policy';
import type { CheckedData, DataChecker } from './data-checker.js';
import type { Admitted, Enqueuer } from './enqueuer.js';
import { PendingEvents } from './pending-events.js';
import { lineOf, matchDeliveries, type PreparedEvent } from './prepared-event.js';
import { accepted, asDuplicate, type PublishResult, refused } from './publish-result.js';
import { assertInScope, type PublishScope, unknownTenant } from './publish-scope.js';
import { PublishQuotas } from './publish-quotas.js';
import { findFirst, findWritten, publishGroup } from './publish-statement.js';
import { overloaded, overQuota, tooLate, toRefusal } from './refusals.js';

/**
 * What one statement writes at most, in events: one with more than four deliveries, or more than 8 Ki characters of
 * content, weighs more than one. So no statement grows beyond some 2 MiB or 1,000 rows (but for a single event's), however
 * large or widely wanted events are. Larger groups would cost hardly less, and whoever comes waits for the one under way.
 */
const GROUP_WEIGHT = 250;
const DELIVERIES_PER_WEIGHT = 4;
const CHARACTERS_PER_WEIGHT = 8_192;

/** How often a group is tried again when the database is away: some three seconds in all. */
const TRIES = 8;

/** How often events go again at most. */
interface TriesLeft {
  /** Because their tenant's configuration changed under them, or they grew too old. */
  readonly rematches: number;
  /** Because the catalog of event types changed, which somebody may do to hundreds of types in a row. */
  readonly catalogs: number;
}

const TRIES_LEFT: TriesLeft = { rematches: 5, catalogs: 50 };

/** Refused events whose uids are looked up by one statement. */
const REFUSED_GROUP = 1_000;

/**
 * Takes events in: match → check → one transaction for whatever arrived together → enqueue. A result `accepted` means that the
 * event and all its deliveries are on disk.
 */
export class Publisher {
  private readonly groups: GroupCommit<PreparedEvent, PublishResult>;
  /** Those that do not match their schema, on their way to an answer. */
  private readonly refusals: GroupCommit<PreparedEvent, PublishResult>;
  private readonly pending = new PendingEvents();
  private readonly lines: LineAdvancer;
  private readonly quotas: PublishQuotas;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly configs: TenantConfigs,
    private readonly checker: DataChecker,
    private readonly enqueuer: Enqueuer,
    /** How long events are kept: none can be delivered later than that. */
    private readonly retentionMs: number,
    /** Told of each event that was accepted: whose it is, and the key that published it. */
    private readonly onAccepted: (tenantId: Uuid, keyId: Uuid) => void = () => undefined,
  ) {
    this.lines = new LineAdvancer(db);
    this.quotas = new PublishQuotas(db);
    this.groups = new GroupCommit({
      flush: (events) => this.commit(events),
      weigh,
      keyOf: ({ config }) => config.tenantId,
      maxWeight: GROUP_WEIGHT,
      isDataError,
      retryDelayMs,
    });
    this.refusals = new GroupCommit({
      flush: (events) => this.refuse(events),
      maxWeight: REFUSED_GROUP,
      isDataError,
      retryDelayMs,
    });
  }

  /** Publishes one event. Never rejects for the event's own fault. */
  async publish(draft: EventDraft, publishedBy: PublishScope): Promise<PublishResult> {
    const characters = charactersOf(draft);
    if (!this.pending.enter(draft.tenant, characters)) return refused(overloaded());
    try {
      const [checked] = await this.checker.check([draft]);
      return await this.add(await this.prepare(draft, publishedBy, checked!));
    } catch (error) {
      return refused(toRefusal(error));
    } finally {
      this.pending.leave(draft.tenant, characters);
    }
  }

  /**
   * Publishes events in the order of `drafts`, which is the order that endpoints get them in which keep one, and answers
   * in the same order. Each stands for itself.
   */
  async publishBatch(drafts: readonly EventDraft[], publishedBy: PublishScope): Promise<PublishResult[]> {
    const entered = drafts.map((draft) => this.pending.enter(draft.tenant, charactersOf(draft)));
    try {
      const taken = drafts.filter((_, index) => entered[index]);
      const checks = new Map(zip(taken, await this.checker.check(taken)));
      const prepared = await Promise.allSettled(
        drafts.map((draft) => {
          const checked = checks.get(draft);
          return checked ? this.prepare(draft, publishedBy, checked) : Promise.reject<PreparedEvent>(overloaded());
        }),
      );
      // Or some would be refused as outdated, and come after those that stood behind them.
      bringToOneVersion(prepared, (event, config) => this.match(event.draft, event.publishedBy, config, event.checked));
      return await Promise.all(prepared.map((one) => this.write(one)));
    } catch (error) {
      return drafts.map(() => refused(toRefusal(error)));
    } finally {
      drafts.forEach((draft, index) => {
        if (entered[index]) this.pending.leave(draft.tenant, charactersOf(draft));
      });
    }
  }

  private async write(prepared: PromiseSettledResult<PreparedEvent>): Promise<PublishResult> {
    try {
      if (prepared.status === 'rejected') throw prepared.reason;
      return await this.add(prepared.value);
    } catch (error) {
      return refused(toRefusal(error));
    }
  }

  private async add(event: PreparedEvent): Promise<PublishResult> {
    if (event.config.publishPerSecond !== null)
      await this.takeQuota(event.config.tenantId, event.config.publishPerSecond);
    const { refusal } = event.checked;
    if (refusal !== null) return event.draft.uid === null ? refused(refusal) : this.refusals.add(event);
    const result = await this.groups.add(event);
    if (result.kind === 'accepted') this.onAccepted(event.config.tenantId, event.publishedBy.keyId);
    return result;
  }

  /** What was accepted once stays so, whatever its type's schema has become since. */
  private async refuse(events: readonly PreparedEvent[]): Promise<PublishResult[]> {
    const duplicates = new Map(await this.duplicates(events));
    return events.map((event) => duplicates.get(event) ?? refused(event.checked.refusal!));
  }

  private async takeQuota(tenantId: Uuid, perSecond: number): Promise<void> {
    const waitMs = await this.quotas.take(tenantId, perSecond);
    if (waitMs !== null) throw overQuota(perSecond, waitMs);
  }

  /**
   * What is known here may be older than the endpoint or tenant that the event names, and a refusal meets no check of
   * its version later: only a read that began after the event came may refuse it.
   */
  private async prepare(draft: EventDraft, publishedBy: PublishScope, checked: CheckedData): Promise<PreparedEvent> {
    const asOf = this.configs.readsBegun;
    try {
      const config = this.configs.peek(draft.tenant) ?? (await this.configs.load(draft.tenant));
      return this.match(draft, publishedBy, config, checked);
    } catch (error) {
      const isUnknown = error instanceof PosthornError && /^unknown_(tenant|endpoint)$/.test(error.code);
      if (!isUnknown) throw error;
      return this.match(draft, publishedBy, await this.configs.loadAfter(draft.tenant, asOf), checked);
    }
  }

  /** What is for later is checked now and matched then. */
  private match(
    draft: EventDraft,
    publishedBy: PublishScope,
    config: TenantConfig | null,
    checked: CheckedData,
  ): PreparedEvent {
    const time = decideDeliveryTime(draft.deliverAtMs, this.clock.now(), this.retentionMs);
    if (time === 'too_late') throw tooLate();
    return prepare(draft, publishedBy, config, time === 'later', checked);
  }

  /** Resolves when everything taken so far is answered. */
  async drain(): Promise<void> {
    await Promise.all([this.groups.idle(), this.refusals.idle()]);
    await Promise.all([this.enqueuer.idle(), this.lines.idle()]);
  }

  private async commit(events: readonly PreparedEvent[], tries = TRIES_LEFT): Promise<PublishResult[]> {
    // What was sent before, with an answer that was lost, may be there already: it is not for the queue any more, since
    // nobody can tell by then whether a pump has taken it.
    const retried = events.filter(({ id }) => id !== null);
    const leased = retried.length > 0 ? NONE : this.enqueuer.admit(events);
    this.giveIds(events);
    try {
      const { written, atMs, lines } = await publishGroup(this.db, events, (event) => leased.has(event), LEASE_MS);
      this.lines.advance(lines);
      if (written === events.length) {
        this.enqueuer.enqueue(leased, atMs, atMs + LEASE_MS);
        return events.map(accepted);
      }
      const isWritten = await this.writtenOf(events);
      this.enqueuer.enqueue(new Map([...leased].filter(([event]) => isWritten(event))), atMs, atMs + LEASE_MS);
      this.enqueuer.leave(retried.filter(isWritten));
      return await this.settle(events, isWritten, tries);
    } catch (error) {
      if (isMissingPartition(error)) {
        await ensurePartitions(this.db, this.clock.now());
        return this.commit(events, tries);
      }
      if (isUniqueViolation(error, 'pkey')) return this.settleRetried(events, tries);
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

  private async writtenOf(events: readonly PreparedEvent[]): Promise<(event: PreparedEvent) => boolean> {
    const written = await findWritten(
      this.db,
      events.map(({ id }) => id!),
    );
    return ({ id }) => written.has(id!);
  }

  /**
   * The connection was lost after the commit, and the group was tried again: what is there is accepted, and left to the
   * pumps; the rest goes on its own.
   */
  private async settleRetried(events: readonly PreparedEvent[], tries: TriesLeft): Promise<PublishResult[]> {
    const isWritten = await this.writtenOf(events);
    const rest = events.filter((event) => !isWritten(event));
    this.enqueuer.leave(events.filter(isWritten));
    this.lines.advance(events.filter(isWritten).flatMap(linesIn));
    if (rest.length === events.length) {
      // Not ours, then: an id met another one. Practically impossible, but must not loop.
      for (const event of rest) event.id = null;
    }
    const results = new Map(rest.length > 0 ? zip(rest, await this.commit(rest, tries)) : []);
    return events.map((event) => results.get(event) ?? accepted(event));
  }

  /**
   * Some events were not written: their uid is taken, their tenant's configuration or the catalog of event types has
   * changed, or their id grew old. All but those of the first kind are checked and matched again and go again, together: a
   * change of configuration under load would otherwise turn each group into hundreds of statements.
   */
  private async settle(
    events: readonly PreparedEvent[],
    isWritten: (event: PreparedEvent) => boolean,
    tries: TriesLeft,
  ): Promise<PublishResult[]> {
    const results = new Map<PreparedEvent, PublishResult>();
    for (const event of events) if (isWritten(event)) results.set(event, accepted(event));
    const isSettled = (event: PreparedEvent): boolean => results.has(event);
    for (const [event, result] of await this.duplicates(events.filter((event) => !isSettled(event)))) {
      results.set(event, result);
    }
    const catalogs = new Set(events.map(({ checked }) => checked.catalogVersion));
    for (const [event, result] of await this.rematch(events.filter((event) => !isSettled(event)))) {
      results.set(event, result);
    }
    const again = events.filter((event) => !isSettled(event));
    const isOtherCatalog = again.some(({ checked }) => !catalogs.has(checked.catalogVersion));
    const left = isOtherCatalog
      ? { ...tries, catalogs: tries.catalogs - 1 }
      : { ...tries, rematches: tries.rematches - 1 };
    const mayGo = again.length > 0 && left.catalogs >= 0 && left.rematches >= 0;
    const outcomes = mayGo ? await this.commit(again, left) : again.map(() => refused(overloaded()));
    for (const [event, result] of zip(again, outcomes)) results.set(event, result);
    return events.map((event) => results.get(event)!);
  }

  /** Of events that were not written, those whose uid belongs to another event. */
  private async duplicates(events: readonly PreparedEvent[]): Promise<[PreparedEvent, PublishResult][]> {
    const found = await findFirst(this.db, events);
    const byUid = new Map(found.map((first) => [`${first.tenantId} ${first.uid}`, first]));
    return events.flatMap((event): [PreparedEvent, PublishResult][] => {
      const first = event.draft.uid === null ? undefined : byUid.get(`${event.config.tenantId} ${event.draft.uid}`);
      return first ? [[event, asDuplicate(event, first)]] : [];
    });
  }

  /** Holds events against catalog and configuration as they are now; answers those that have no place any more. */
  private async rematch(events: readonly PreparedEvent[]): Promise<[PreparedEvent, PublishResult][]> {
    if (events.length === 0) return [];
    const checks = new Map(zip(events, await this.checker.recheck(events.map(({ draft }) => draft))));
    const references = [...new Set(events.map(({ draft }) => draft.tenant))];
    const configs = new Map(
      zip(references, await Promise.all(references.map((reference) => this.configs.reload(reference)))),
    );
    return events.flatMap((event): [PreparedEvent, PublishResult][] => {
      try {
        const { draft, publishedBy } = event;
        const checked = checks.get(event)!;
        if (checked.refusal !== null) throw checked.refusal;
        Object.assign(event, this.match(draft, publishedBy, configs.get(draft.tenant) ?? null, checked));
        return [];
      } catch (error) {
        return [[event, refused(toRefusal(error))]];
      }
    });
  }
}

const NONE: Admitted = new Map();

function retryDelayMs(error: unknown, failures: number): number | null {
  const mayHelp = failures < TRIES && (isRolledBack(error) || isConnectionLost(error));
  return mayHelp ? 25 * 2 ** Math.min(failures, 5) : null;
}

/** Matches those of a tenant against the newest configuration that any of them was matched against. */
function bringToOneVersion(
  prepared: readonly PromiseSettledResult<PreparedEvent>[],
  match: (event: PreparedEvent, config: TenantConfig) => PreparedEvent,
): void {
  const events = prepared.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const newest = new Map<Uuid, TenantConfig>();
  for (const { config } of events) {
    const known = newest.get(config.tenantId);
    if (known === undefined || known.version < config.version) newest.set(config.tenantId, config);
  }
  for (const event of events) {
    const config = newest.get(event.config.tenantId)!;
    if (event.config.version === config.version) continue;
    try {
      Object.assign(event, match(event, config));
    } catch {
      // The endpoint that it names is gone. The statement refuses it as outdated, and then it is asked for once more.
    }
  }
}

const linesIn = (event: PreparedEvent): Line[] =>
  event.deliveries.flatMap(({ endpointId, isOrdered }) => (isOrdered ? [lineOf(event, endpointId)] : []));

const charactersOf = ({ data, metadata }: EventDraft): number => data.length + (metadata?.length ?? 0);

function weigh({ draft, deliveries }: PreparedEvent): number {
  return Math.max(1, deliveries.length / DELIVERIES_PER_WEIGHT + charactersOf(draft) / CHARACTERS_PER_WEIGHT);
}

function prepare(
  draft: EventDraft,
  publishedBy: PublishScope,
  config: TenantConfig | null,
  isScheduled: boolean,
  checked: CheckedData,
): PreparedEvent {
  const known = requireTenant(draft, config);
  assertInScope(draft, known.tenantId, publishedBy);
  const deliveries = matchDeliveries(draft, known);
  return {
    draft,
    publishedBy,
    checked,
    config: known,
    isScheduled,
    targetId: draft.endpoint === null ? null : deliveries[0]!.endpointId,
    deliveries: isScheduled ? [] : deliveries,
    id: null,
    createdAtMs: 0,
    deliveryIds: [],
  };
}

function requireTenant(draft: EventDraft, config: TenantConfig | null): TenantConfig {
  if (config === null) throw unknownTenant(draft.tenant);
  return config;
}
