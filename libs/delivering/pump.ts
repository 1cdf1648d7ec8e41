import type { Claim, OpenDeliveryStore, Turn } from '#deliveries';
import type { Clock, Uuid } from '#kernel';
import { Backlog } from './backlog.js';
import type { Intake } from './intake.js';
import type { LaneExits } from './lane-exits.js';
import type { Lanes } from './lanes.js';
import { Outage } from './outage.js';

/** Rows that one claim takes at most. */
const CLAIM_ROWS = 256;

/** The pump claims nothing for a handful of free places under load: claims are worth their statement. */
const MIN_ROOM = 16;

/** Of these, kept from the backlog for what falls due. What does not fit in joins the backlog, and has its turn there. */
const KEPT_FOR_NEW = 16;

/** Nothing due: look again after this at the latest, for what others made due without telling. */
const MAX_SLEEP_MS = 500;

/** However often it is woken, the pump begins no two claims within this, unless the first brought a full load. */
const GAP_MS = 20;

/** The same while the process holds more than an eighth of what it may: it has enough to do meanwhile. */
const BUSY_GAP_MS = 100;

/** While endpoints have rows that wait for room in their lanes, the lanes are looked at this often. That costs no statement. */
const ROOM_POLL_MS = 50;

/** What was made due is seen by others when its transaction ends: nearly always within this, */
const UNSEEN_MS = 300;

/** within this in all but the worst of times: looked for once a second; */
const LONG_UNSEEN_MS = 10_000;
const LONG_LOOK_EVERY_MS = 1_000;

/** and whatever that leaves is found by a look from the beginning, which may cost this part of the time. */
const SWEEP_EVERY_MS = 30_000;
const SWEEP_REST = 50;

/** Times come back from the database as fractions, and what was due then is looked for again. */
const ROUNDING_MS = 1;

/** The database is away: try again after this. */
const RETRY_MS = 500;

/** Asks whether the database is there. */
const NOTHING = { rows: 0, sinceMs: 0, leftOut: [], turns: [] };

export interface PumpLog {
  warn(facts: object, message: string): void;
}

/**
 * Brings what falls due from the database into the lanes: retries, spilled and forgotten work. Sleeps until the next due
 * time; {@link wake} cuts the sleep short.
 *
 * What fell due long ago is not looked for each time: the pump goes on from where its last claim ended, and knows the
 * endpoints whose rows it left behind ({@link Backlog}). A sweep now and then looks from the beginning, so that nothing is
 * forgotten that came to be due in any other way.
 */
export class Pump {
  private running: Promise<unknown> | null = null;
  private isStopped = false;
  /** Woken while awake: what is due now may be younger than the claim under way. */
  private isWoken = false;
  private readonly dozing = new Set<() => void>();
  private restUntilMs = 0;
  private readonly backlog = new Backlog();
  /** What fell due before then has been claimed, or is in the backlog. Epoch milliseconds. */
  private floorMs = 0;
  /** The earliest due time that was told since the last claim began. */
  private notedMs = Number.POSITIVE_INFINITY;
  private longLookAtMs = 0;
  private beganAtMs = 0;
  /** How long the last look from the beginning took. */
  private sweepMs = 0;

  constructor(
    private readonly deliveries: OpenDeliveryStore,
    private readonly lanes: Lanes,
    private readonly intake: Intake,
    private readonly exits: LaneExits,
    private readonly clock: Clock,
    private readonly log: PumpLog,
    private readonly sweepEveryMs = SWEEP_EVERY_MS,
    private readonly outage = new Outage(),
  ) {}

  start(): void {
    this.running ??= Promise.all([this.repeat(() => this.turn()), this.repeat(() => this.sweep())]);
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
    this.stir();
  }

  /** Something falls due at `ms`, which may be long past: the pump sleeps no longer than until then. */
  noteDue(ms: number): void {
    this.notedMs = Math.min(this.notedMs, ms);
    if (ms >= this.restUntilMs) return;
    this.restUntilMs = ms;
    this.stir();
  }

  private async repeat(step: () => Promise<void>): Promise<void> {
    while (!this.isStopped) {
      try {
        await step();
      } catch (error) {
        this.log.warn({ err: error }, 'cannot claim what is due');
        await this.sleepUntil(this.clock.now() + RETRY_MS);
      }
    }
  }

  private async turn(): Promise<void> {
    const places = await this.intake.reserve(MIN_ROOM, CLAIM_ROWS);
    if (places === 0) return;
    this.isWoken = false;
    this.beganAtMs = this.clock.now();
    const { claimed, seenUntilMs, nextInMs } = await this.claim(places);
    const isBehind = seenUntilMs !== null || this.backlog.hasTurn(this.full());
    if (isBehind && claimed.length > 0) return;
    await this.rest(isBehind ? 0 : (nextInMs ?? MAX_SLEEP_MS));
  }

  /** Claims what fell due since the last time, and what the lanes have room for of the backlog. */
  private async claim(places: number): Promise<Claim> {
    const full = this.full();
    const turns = this.backlog.nextTurns(places - Math.min(KEPT_FOR_NEW, places >> 2), full);
    const sinceMs = this.since();
    // If this fails, the next one looks for the same.
    this.floorMs = sinceMs;
    const claim = await this.claimInto(places, sinceMs, turns, full);
    const settledMs = claim.atMs - UNSEEN_MS;
    this.backlog.settle(turns, claim.claimed, this.full(), settledMs);
    const isKeptInMind = this.keepInMind(claim, full, sinceMs);
    if (isKeptInMind) this.floorMs = Math.min(claim.seenUntilMs ?? settledMs, settledMs) - ROUNDING_MS;
    return claim;
  }

  private since(): number {
    const sinceMs = Math.min(this.floorMs, this.notedMs - ROUNDING_MS);
    this.notedMs = Number.POSITIVE_INFINITY;
    if (this.beganAtMs - this.longLookAtMs < LONG_LOOK_EVERY_MS) return sinceMs;
    this.longLookAtMs = this.beganAtMs;
    return Math.min(sinceMs, this.beganAtMs - LONG_UNSEEN_MS);
  }

  /** Looks from the beginning, after a while; what that finds and does not take is the pump's next work. */
  private async sweep(): Promise<void> {
    await this.sleepUntil(this.clock.now() + Math.max(this.sweepEveryMs, SWEEP_REST * this.sweepMs));
    const places = await this.intake.reserve(MIN_ROOM);
    if (places === 0) return;
    const beganAtMs = this.clock.now();
    const full = this.full();
    this.backlog.forgetSince();
    const claim = await this.claimInto(places, 0, [], full);
    this.sweepMs = this.clock.now() - beganAtMs;
    if (!this.keepInMind(claim, full, 0)) this.noteDue(0);
    else if (claim.seenUntilMs !== null) this.noteDue(claim.seenUntilMs);
  }

  /** Claims and places; the room reserved for it is free again afterwards, whatever came of it. */
  private async claimInto(
    places: number,
    sinceMs: number,
    turns: readonly Turn[],
    full: ReadonlySet<Uuid>,
  ): Promise<Claim> {
    let beganAtMs = this.clock.now();
    try {
      await this.letRecordersGoFirst();
      beganAtMs = this.clock.now();
      const rows = turns.reduce((left, turn) => left - turn.rows, places);
      const leftOut = [...new Set([...full, ...this.backlog.endpointIds()])];
      const claim = await this.deliveries.claimDue({ rows, sinceMs, leftOut, turns });
      for (const { dispatch, isErased } of claim.claimed) {
        if (isErased) void this.exits.cancel(dispatch, 'payload_erased').catch(() => undefined);
        else this.intake.place(dispatch);
      }
      return claim;
    } catch (error) {
      this.outage.begin(beganAtMs);
      throw error;
    } finally {
      this.intake.release(places);
    }
  }

  /** After a long outage leases have run out of what was sent before it, and is about to be recorded. */
  private async letRecordersGoFirst(): Promise<void> {
    if (this.outage.isUnderWay) {
      await this.deliveries.claimDue(NOTHING);
      this.outage.end(this.clock.now());
    }
    await this.sleepUntil(this.outage.claimsFromMs);
  }

  /** Whose rows since `sinceMs` the claim left where they are. False when that is more than can be kept in mind. */
  private keepInMind({ passedOver }: Claim, full: ReadonlySet<Uuid>, sinceMs: number): boolean {
    let isKept = true;
    for (const { endpointId, tenantId } of passedOver) {
      isKept = this.backlog.add(endpointId, tenantId, sinceMs) && isKept;
    }
    for (const endpointId of full) isKept = this.backlog.add(endpointId, null, sinceMs) && isKept;
    return isKept;
  }

  private full(): ReadonlySet<Uuid> {
    return new Set(this.lanes.fullEndpoints());
  }

  /** Sleeps until something is due or woken, or a lane of the backlog has room: `ms` at most, the gap at least. */
  private async rest(ms: number): Promise<void> {
    const isBusy = this.lanes.held > this.lanes.capacity >> 3;
    const earliestMs = this.beganAtMs + (isBusy ? BUSY_GAP_MS : GAP_MS);
    this.restUntilMs = Math.min(this.notedMs, this.clock.now() + Math.min(ms, MAX_SLEEP_MS));
    while (!this.isStopped) {
      const nowMs = this.clock.now();
      const isDue = this.isWoken || nowMs >= this.restUntilMs || this.backlog.hasTurn(this.full());
      if (isDue && nowMs >= earliestMs) break;
      const pollMs = this.backlog.size > 0 ? ROOM_POLL_MS : MAX_SLEEP_MS;
      await this.doze(isDue ? earliestMs - nowMs : Math.min(this.restUntilMs - nowMs, pollMs));
    }
    this.restUntilMs = 0;
  }

  private async sleepUntil(ms: number): Promise<void> {
    while (!this.isStopped && this.clock.now() < ms) await this.doze(ms - this.clock.now());
  }

  /** Sleeps for so long, or until something stirs. */
  private async doze(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let stir: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      this.dozing.add((stir = resolve));
      timer = setTimeout(resolve, Math.ceil(ms));
    });
    clearTimeout(timer);
    this.dozing.delete(stir!);
  }

  private stir(): void {
    for (const wake of this.dozing) wake();
  }
}
