import type { Claimed, OpenDeliveryStore } from '#deliveries';
import type { Clock, Uuid } from '#kernel';
import type { Intake } from './intake.js';
import type { LaneExits } from './lane-exits.js';
import type { Lanes } from './lanes.js';

/** Rows that one claim takes at most. */
const CLAIM_ROWS = 256;

/** The pump claims nothing for a handful of free places under load: claims are worth their statement. */
const MIN_ROOM = 16;

/** Nothing due: look again after this at the latest, for what others made due without telling. */
const MAX_SLEEP_MS = 500;

/**
 * While rows are due that no lane has room for, looking for others means reading over those. Then the pump rests this
 * many times as long as it looked, and at least so long.
 */
const REST_PER_LOOK = 4;
const SHORTEST_REST_MS = 50;

/** What fell due this long before a claim may have been missed by it: clocks differ. */
const MISSED_MS = 50;

/** The database is away: try again after this. */
const RETRY_MS = 500;

/** Rows of one tenant that a fair claim takes before the next tenant's turn. */
const ROWS_PER_TENANT = 16;

/** Before the first of all ids. */
const BEFORE_ALL: Uuid = '00000000-0000-0000-0000-000000000000';

export interface PumpLog {
  warn(facts: object, message: string): void;
}

/**
 * Brings what falls due from the database into the lanes: retries, spilled and forgotten work. Sleeps until the next due
 * time; {@link wake} cuts the sleep short.
 */
export class Pump {
  private running: Promise<void> | null = null;
  private isStopped = false;
  private wakeUp: (() => void) | null = null;
  /** Woken while awake: what is due now may be younger than the claim under way. */
  private isWoken = false;
  private sleepsUntilMs = 0;
  /** More is due than was claimed: tenants take turns, and this one had the last. */
  private isBehind = false;
  private lastTenant: Uuid = BEFORE_ALL;
  /** Whether the last claim left rows where they are, for their lanes were full. */
  private hasLeftOut = false;

  constructor(
    private readonly deliveries: OpenDeliveryStore,
    private readonly lanes: Lanes,
    private readonly intake: Intake,
    private readonly exits: LaneExits,
    private readonly clock: Clock,
    private readonly log: PumpLog,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Claims nothing more; resolves when the claim under way has been placed. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake();
    await this.running;
  }

  /** Something is due now. */
  wake(): void {
    this.isWoken = true;
    this.wakeUp?.();
  }

  /** Something falls due at `ms`: wakes the pump then, if it would sleep on. */
  noteDue(ms: number): void {
    if (ms < this.sleepsUntilMs) this.wake();
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      try {
        await this.turn();
      } catch (error) {
        this.log.warn({ err: error }, 'cannot claim what is due');
        this.isWoken = false;
        await this.sleep(RETRY_MS);
      }
    }
  }

  private async turn(): Promise<void> {
    const limit = await this.intake.reserve(MIN_ROOM, CLAIM_ROWS);
    if (limit === 0) return;
    this.isWoken = false;
    const beganAtMs = this.clock.now();
    const isFair = this.isBehind;
    const claimed = await this.claimInto(limit);
    this.isBehind = claimed.length === limit || (isFair && claimed.length > 0);
    if (!this.isBehind) await this.sleepUntilDue(beganAtMs);
  }

  /** Claims and places; the room reserved for it is free again afterwards, whatever came of it. */
  private async claimInto(limit: number): Promise<Claimed[]> {
    try {
      const claimed = await this.claim(limit);
      for (const one of claimed) this.place(one);
      return claimed;
    } finally {
      this.intake.release(limit);
    }
  }

  private claim(limit: number): Promise<Claimed[]> {
    const full = this.lanes.fullEndpoints();
    this.hasLeftOut = full.length > 0;
    return this.isBehind ? this.claimFairly(limit, full) : this.deliveries.claimDue(limit, full);
  }

  private async claimFairly(limit: number, full: readonly Uuid[]): Promise<Claimed[]> {
    const claimed = await this.deliveries.claimDueFairly(limit, full, ROWS_PER_TENANT, this.lastTenant);
    const last = claimed.reduce((max, { dispatch }) => (dispatch.tenantId > max ? dispatch.tenantId : max), BEFORE_ALL);
    const hasReachedTheEnd = claimed.length < limit;
    this.lastTenant = hasReachedTheEnd ? BEFORE_ALL : last;
    // The round may have begun behind those that have something due.
    if (claimed.length === 0) return this.deliveries.claimDue(limit, full);
    return claimed;
  }

  private place({ dispatch, isErased }: Claimed): void {
    if (isErased) void this.exits.cancel(dispatch, 'payload_erased').catch(() => undefined);
    else this.intake.place(dispatch);
  }

  /** Sleeps until something falls due that a claim begun at `beganAtMs` could not see. */
  private async sleepUntilDue(beganAtMs: number): Promise<void> {
    const lookedMs = this.clock.now() - beganAtMs;
    const inMs = await this.deliveries.nextDueInMs(beganAtMs - MISSED_MS);
    const restMs = this.hasLeftOut ? Math.max(SHORTEST_REST_MS, REST_PER_LOOK * lookedMs) : 1;
    await this.sleep(Math.min(MAX_SLEEP_MS, Math.max(restMs, Math.ceil(inMs ?? MAX_SLEEP_MS))));
  }

  private async sleep(ms: number): Promise<void> {
    if (this.isStopped || this.isWoken) return;
    this.sleepsUntilMs = this.clock.now() + ms;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wakeUp = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    this.wakeUp = null;
    this.sleepsUntilMs = 0;
  }
}
