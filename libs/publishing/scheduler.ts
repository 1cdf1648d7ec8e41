import { type Database, ensurePartitions, isDataError, isMissingPartition, isTransient } from '#database';
import type { TenantConfig, TenantConfigs } from '#endpoints';
import { type Line, LineAdvancer } from '#deliveries';
import { type DueEvent, findContent, FIRST_TURN, NO_CONTENT, type ScheduledEventStore } from '#events';
import { type Clock, GroupCommit, newUuid, toTypeId, TurnLoop, type Uuid } from '#kernel';
import { type FanOut, type FannedOut, fanOutGroup } from './fan-out-statement.js';
import { matchDeliveries } from './prepared-event.js';

/** Events that one look takes at most. */
const LOOK_EVENTS = 500;

/** What one statement writes at most; a delivery weighs a quarter of an event, as when they are published. */
const GROUP_WEIGHT = 500;
const DELIVERIES_PER_WEIGHT = 4;

/** Nothing due: look again after this at the latest, for what was scheduled meanwhile for a moment from now. */
const MAX_SLEEP_MS = 500;

/** Another worker is at the same events: let it, for about so long. */
const YIELD_MS = 30;

/** What the database refuses for its content, which no event of ours should be, does not hold up the others. */
const POSTPONE_MS = 60_000;

/** How often a group is tried again when the database is away: some three seconds in all. */
const TRIES = 8;

/** The database is away: try again after this. */
const RETRY_MS = 500;

export interface SchedulerLog {
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface SchedulerOptions {
  /** How long events are kept; their deliveries live no longer. */
  readonly retentionDays: number;
  /** Told when deliveries have been made that are due now. */
  readonly wakePumps: () => void;
}

/** Of each tenant that has due events, its configuration; null: the tenant is gone. */
type Configs = ReadonlyMap<Uuid, TenantConfig | null>;

/**
 * Fans out scheduled events when they fall due: match, against the configuration as it is then → one statement for
 * whatever is due together. The platform's own events go the same way, due at once.
 *
 * Any number of them may run. None owns an event: what is due stays in its table until its deliveries are written in the
 * same statement, so that a worker that dies loses nothing and two never do the same. Sleeps until the next due time.
 */
export class Scheduler {
  private readonly groups: GroupCommit<FanOut, boolean>;
  private readonly lines: LineAdvancer;
  private readonly loop = new TurnLoop({
    turn: () => this.turn(),
    onError: (error) => {
      this.log.warn({ err: error }, 'cannot look for scheduled events');
      return RETRY_MS;
    },
  });
  private afterTenantId = FIRST_TURN;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly scheduled: ScheduledEventStore,
    private readonly configs: TenantConfigs,
    private readonly options: SchedulerOptions,
    private readonly log: SchedulerLog,
  ) {
    this.lines = new LineAdvancer(db);
    this.groups = new GroupCommit({
      flush: (fanOuts) => this.write(fanOuts),
      weigh,
      maxWeight: GROUP_WEIGHT,
      isDataError,
      retryDelayMs: (error, failures) =>
        failures < TRIES && isTransient(error) ? 25 * 2 ** Math.min(failures, 5) : null,
    });
  }

  start(): void {
    this.loop.start();
  }

  /** Fans out nothing more; resolves when what is under way has been written. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await this.lines.idle();
  }

  private async turn(): Promise<number> {
    const look = await this.scheduled.due(LOOK_EVENTS, this.afterTenantId, this.options.retentionDays);
    this.afterTenantId = look.lastTenantId ?? FIRST_TURN;
    if (look.events.length === 0) return Math.min(look.nextInMs ?? MAX_SLEEP_MS, MAX_SLEEP_MS);
    const configs = await this.configsFor(look.events);
    let moved = await this.cancelHopeless(look.events, configs);
    for await (const group of this.match(look.events, configs)) {
      if (this.loop.isStopped) return 0;
      moved += await this.fanOut(group);
    }
    return moved === 0 ? YIELD_MS * (0.5 + Math.random()) : 0;
  }

  /** What is kept here may be older than the endpoint that an event is meant for: then it is read anew. */
  private async configsFor(events: readonly DueEvent[]): Promise<Configs> {
    const targets = new Map<Uuid, Uuid[]>();
    for (const { tenantId, endpointId } of events) {
      const ofTenant = targets.get(tenantId) ?? [];
      if (endpointId !== null) ofTenant.push(endpointId);
      targets.set(tenantId, ofTenant);
    }
    const configs = new Map<Uuid, TenantConfig | null>();
    for (const [tenantId, endpointIds] of targets) {
      const ref = toTypeId('ten', tenantId);
      const known = this.configs.peek(ref);
      const isEnough = known !== undefined && endpointIds.every((id) => known.endpoints.has(id));
      configs.set(tenantId, isEnough ? known : await this.configs.reload(ref));
    }
    return configs;
  }

  /** What has nobody to go to ends, with the reason at the event. Answers how many events that were. */
  private async cancelHopeless(events: readonly DueEvent[], configs: Configs): Promise<number> {
    const byReason = new Map<string, Uuid[]>();
    for (const event of events) {
      const reason = whyHopeless(event, configs);
      if (reason === null) continue;
      const ids = byReason.get(reason);
      if (ids) ids.push(event.eventId);
      else byReason.set(reason, [event.eventId]);
    }
    let count = 0;
    for (const [reason, ids] of byReason) count += (await this.scheduled.cancel(this.db, ids, reason)).length;
    return count;
  }

  /** Matches the events, oldest first, a statement's worth at a time: one event may go to thousands of endpoints. */
  private async *match(events: readonly DueEvent[], configs: Configs): AsyncGenerator<FanOut[]> {
    let group: FanOut[] = [];
    let weight = 0;
    for (const event of events) {
      const config = configs.get(event.tenantId);
      if (whyHopeless(event, configs) !== null || !config) continue;
      const fanOut = await this.toFanOut(event, config);
      if (group.length > 0 && weight + weigh(fanOut) > GROUP_WEIGHT) {
        yield group;
        group = [];
        weight = 0;
      }
      group.push(fanOut);
      weight += weigh(fanOut);
    }
    if (group.length > 0) yield group;
  }

  /** What an event carries is read only where a filter asks for it, and one at a time: it may be large. */
  private async toFanOut(event: DueEvent, config: TenantConfig): Promise<FanOut> {
    const { channels, endpointId } = event;
    const type = event.type!;
    const isFiltered = endpointId === null && config.matcher.filters(type);
    const content = isFiltered ? await findContent(this.db, event.eventId) : NO_CONTENT;
    const endpoint = endpointId === null ? null : toTypeId('ep', endpointId);
    const deliveries = matchDeliveries({ ...content, type, channels, endpoint }, config);
    const nowMs = this.clock.now();
    return { event, type, config, deliveries, deliveryIds: deliveries.map(() => newUuid(nowMs)) };
  }

  /** Answers how many events moved on. */
  private async fanOut(group: readonly FanOut[]): Promise<number> {
    const moved = await Promise.all(
      group.map((fanOut) => this.groups.add(fanOut).catch((error: unknown) => this.putOff(fanOut, error))),
    );
    return moved.filter(Boolean).length;
  }

  private async putOff({ event }: FanOut, error: unknown): Promise<boolean> {
    if (!isDataError(error)) throw error;
    this.log.error({ err: error, event: event.eventId }, 'a scheduled event cannot be fanned out and is put off');
    await this.scheduled.postpone([event.eventId], POSTPONE_MS);
    return true;
  }

  private async write(fanOuts: readonly FanOut[]): Promise<boolean[]> {
    const { doneIds, outdatedTenantIds } = await this.writeWithPartitions(fanOuts);
    if (doneIds.length > 0) this.options.wakePumps();
    // What is not done is met again by the next look, and is matched anew then.
    await Promise.all(outdatedTenantIds.map((id) => this.configs.reload(toTypeId('ten', id))));
    const done = new Set(doneIds);
    const outdated = new Set(outdatedTenantIds);
    this.lines.advance(fanOuts.filter(({ event }) => done.has(event.eventId)).flatMap(linesIn));
    return fanOuts.map(({ event }) => done.has(event.eventId) || outdated.has(event.tenantId));
  }

  private async writeWithPartitions(fanOuts: readonly FanOut[]): Promise<FannedOut> {
    try {
      return await fanOutGroup(this.db, fanOuts);
    } catch (error) {
      if (!isMissingPartition(error)) throw error;
      await ensurePartitions(this.db, this.clock.now());
      return fanOutGroup(this.db, fanOuts);
    }
  }
}

function weigh({ deliveries }: FanOut): number {
  return Math.max(1, deliveries.length / DELIVERIES_PER_WEIGHT);
}

/** The lines that its deliveries stand in, at endpoints that keep order. */
function linesIn({ event, deliveries }: FanOut): Line[] {
  const orderKey = event.orderingKey ?? '';
  return deliveries.flatMap(({ endpointId, isOrdered }) => (isOrdered ? [{ endpointId, orderKey }] : []));
}

/** Why a due event can have no deliveries whatever its tenant subscribes to; null when it can. */
function whyHopeless({ type, tenantId, endpointId }: DueEvent, configs: Configs): string | null {
  if (type === null) return 'event_gone';
  const config = configs.get(tenantId);
  if (!config) return 'tenant_deleted';
  return endpointId === null || config.endpoints.has(endpointId) ? null : 'endpoint_deleted';
}
