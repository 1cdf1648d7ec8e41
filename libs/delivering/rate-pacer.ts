import { isDataError, isTransient } from '#database';
import type { Dispatch } from '#deliveries';
import type { SlotRequest, SlotStore } from '#endpoints';
import { type Clock, GroupCommit, type Uuid, uuidTime } from '#kernel';
import { assignSlots, isSlotGood, NEAR_SLOT_MS, paceSlot, type RateLimit, slotIntervalMs } from '#policy';
import type { LaneExits } from './lane-exits.js';
import { WaitingRoom } from './waiting-room.js';

/** Where the pacer's dispatches come from, and where they go back to when their slot has come. */
export interface PacerLanes {
  /** Counts one more that is held outside of the lanes, and one less. */
  park(): void;
  unpark(): void;
}

export interface RatePacerOptions {
  /** A delivery outlives its event by no means, whatever its rate. */
  readonly retentionMs: number;
  /** Dispatches that may wait in this process for their slots; and how many of them one endpoint's. */
  readonly maxWaiting: number;
  readonly maxWaitingOfOne: number;
}

/** Reservations in one statement. */
const GROUP_RESERVATIONS = 400;
const TRIES = 3;

/** Endpoints whose last slot is remembered although it has passed. */
const MAX_REMEMBERED = 1_000;

/** What is due within this is sent without a detour. */
const NOW_MS = 1;

/** What a reservation came to: when the slot is, or null where none comes before the event ends. */
type Reserved = number | null;

/**
 * Holds the rate of endpoints that have a limit. A dispatch at its turn takes the next slot of its endpoint's
 * timetable; those that come to it at the same time share the statement. A near slot is waited for here, with no lane
 * and no request held up; for any other the row is deferred, and goes by that slot when it is claimed again. Sends of
 * this worker keep their distance even when they come late, so that a claim that took long does not become a burst.
 */
export class RatePacer {
  private readonly reserving: GroupCommit<Dispatch, Reserved>;
  private readonly room: WaitingRoom;
  /** How many of an endpoint's dispatches are in the room. */
  private readonly waitingOf = new Map<Uuid, number>();
  /** When the next request to an endpoint may leave this worker. */
  private readonly notBefore = new Map<Uuid, number>();
  /** Whose slot has come. */
  private readonly cleared = new WeakSet<Dispatch>();
  private isClosed = false;

  constructor(
    slots: SlotStore,
    private readonly exits: LaneExits,
    private readonly lanes: PacerLanes,
    private readonly place: (dispatch: Dispatch) => void,
    private readonly clock: Clock,
    private readonly options: RatePacerOptions,
  ) {
    this.room = new WaitingRoom(clock, (dispatch) => this.letGo(dispatch));
    this.reserving = new GroupCommit<Dispatch, Reserved>({
      flush: (dispatches) => this.reserve(slots, dispatches),
      maxWeight: GROUP_RESERVATIONS,
      isDataError,
      retryDelayMs: (error, failures) => (isTransient(error) && failures < TRIES ? 50 * 2 ** failures : null),
    });
  }

  /**
   * Whether the dispatch may be sent now. If not, it comes back to its lane when it may, or has left by one of the
   * {@link LaneExits}. Rejects when no slot could be had, which leaves the row to its lease.
   */
  async admit(dispatch: Dispatch, rate: RateLimit): Promise<boolean> {
    if (this.cleared.delete(dispatch)) return true;
    const everyMs = slotIntervalMs(rate);
    const { slotAtMs, isSlotOfRate } = dispatch;
    if (slotAtMs !== null && isSlotOfRate && isSlotGood(slotAtMs, dispatch, this.clock.now())) {
      const isNow = this.goAt(dispatch, slotAtMs, everyMs);
      if (isNow !== null) return isNow;
    }
    const reserved = await this.reserving.add(dispatch);
    if (reserved === null) {
      await this.exits.bury(dispatch);
      return false;
    }
    const isNow = this.goAt(dispatch, reserved, everyMs);
    if (isNow === null) await this.exits.defer(dispatch, reserved, 'rate_limit');
    return isNow ?? false;
  }

  /** Lets nobody wait here any more: who does, keeps the slot for whatever worker comes by the row then. */
  close(): void {
    this.isClosed = true;
    for (const { dispatch, atMs } of this.room.clear()) {
      this.leave(dispatch);
      void this.exits.defer(dispatch, atMs, 'rate_limit').catch(() => undefined);
    }
  }

  /** True: now. False: it waits in the room. Null: neither, for the slot is too far, or the room is full. */
  private goAt(dispatch: Dispatch, slotAtMs: number, everyMs: number): boolean | null {
    const { endpointId } = dispatch;
    const nowMs = this.clock.now();
    const { atMs, nextMs } = paceSlot(slotAtMs, this.notBefore.get(endpointId) ?? 0, everyMs, nowMs);
    const isNow = atMs - nowMs <= NOW_MS;
    if (!isNow && (atMs - nowMs > NEAR_SLOT_MS || !this.hasRoomFor(endpointId))) return null;
    this.remember(endpointId, nextMs, nowMs);
    if (!isNow) this.enter(dispatch, atMs);
    return isNow;
  }

  private hasRoomFor(endpointId: Uuid): boolean {
    const { maxWaiting, maxWaitingOfOne } = this.options;
    return !this.isClosed && this.room.size < maxWaiting && (this.waitingOf.get(endpointId) ?? 0) < maxWaitingOfOne;
  }

  private enter(dispatch: Dispatch, atMs: number): void {
    this.waitingOf.set(dispatch.endpointId, (this.waitingOf.get(dispatch.endpointId) ?? 0) + 1);
    this.lanes.park();
    this.room.add(dispatch, atMs);
  }

  private leave({ endpointId }: Dispatch): void {
    const left = this.waitingOf.get(endpointId)! - 1;
    if (left === 0) this.waitingOf.delete(endpointId);
    else this.waitingOf.set(endpointId, left);
    this.lanes.unpark();
  }

  /** Back into the lane: the gate looks again, for the endpoint may have been paused meanwhile. */
  private letGo(dispatch: Dispatch): void {
    this.leave(dispatch);
    this.cleared.add(dispatch);
    this.place(dispatch);
  }

  private remember(endpointId: Uuid, nextMs: number, nowMs: number): void {
    this.notBefore.set(endpointId, nextMs);
    if (this.notBefore.size <= MAX_REMEMBERED) return;
    for (const [id, ms] of this.notBefore) if (ms <= nowMs) this.notBefore.delete(id);
  }

  private async reserve(slots: SlotStore, dispatches: readonly Dispatch[]): Promise<Reserved[]> {
    const byEndpoint = indexesByEndpoint(dispatches);
    const ends = dispatches.map((dispatch) => this.endOf(dispatch));
    const requests = [...byEndpoint].map(([endpointId, indexes]) => toRequest(endpointId, indexes, dispatches, ends));
    const runs = await slots.reserve(requests);
    const nowMs = this.clock.now();
    const reserved = new Array<Reserved>(dispatches.length).fill(nowMs);
    for (const [endpointId, indexes] of byEndpoint) {
      const run = runs.get(endpointId);
      // Not limited any more: this worker is about to hear of it.
      if (!run) continue;
      const given = assignSlots(
        indexes.map((index) => ends[index]!),
        run,
      );
      indexes.forEach((index, place) => {
        reserved[index] = given[place]!;
      });
    }
    return reserved;
  }

  private endOf({ event }: Dispatch): number {
    return Math.min(event.expiresAtMs ?? Number.POSITIVE_INFINITY, uuidTime(event.id) + this.options.retentionMs);
  }
}

function indexesByEndpoint(dispatches: readonly Dispatch[]): Map<Uuid, number[]> {
  const byEndpoint = new Map<Uuid, number[]>();
  dispatches.forEach(({ endpointId }, index) => {
    const indexes = byEndpoint.get(endpointId);
    if (indexes) indexes.push(index);
    else byEndpoint.set(endpointId, [index]);
  });
  return byEndpoint;
}

function toRequest(
  endpointId: Uuid,
  indexes: readonly number[],
  dispatches: readonly Dispatch[],
  ends: readonly number[],
): SlotRequest {
  const endsOf = (isSoon: boolean): number[] =>
    indexes.filter((index) => (dispatches[index]!.event.expiresAtMs !== null) === isSoon).map((index) => ends[index]!);
  const [soon, later] = [endsOf(true), endsOf(false)];
  return {
    endpointId,
    soon: soon.length,
    soonUntilMs: Math.max(0, ...soon),
    later: later.length,
    laterUntilMs: Math.max(0, ...later),
  };
}
