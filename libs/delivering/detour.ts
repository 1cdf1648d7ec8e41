import { isDataError, isTransient } from '#database';
import type { Dispatch } from '#deliveries';
import {
  type CircuitStore,
  type ReservedSlots,
  type SendTargets,
  type SlotOptions,
  type CircuitSlotRequest,
} from '#endpoints';
import { type Clock, GroupCommit, type Uuid } from '#kernel';
import { decideGate } from '#policy';
import type { CircuitBoard, Watched } from './circuit-board.js';
import type { LaneExits } from './lane-exits.js';

export interface DetourOptions extends SlotOptions {
  /**
   * A delivery that has waited for its slot and finds the circuit open still waits so long, or until the circuit closes,
   * which brings it forward: so it is not written again and again, however long that takes.
   */
  readonly longWaitMs: number;
}

export const DETOUR_OPTIONS: DetourOptions = {
  apartMs: 20,
  // Longer than a lease: the probe's row may have to be claimed a second time.
  probeLeaseMs: 105_000,
  hurryGapMs: 5_000,
  longWaitMs: 7 * 24 * 3_600_000,
};

/** What becomes of a dispatch that met a circuit which is not closed: it is sent after all, or waits until then. */
type Verdict = 'send' | number;

const GROUP_ROWS = 500;
const TRIES = 6;

/** The long waits end one after the other too. */
const LONG_WAIT_SPREAD_MS = 3_600_000;

/**
 * The way round the lanes for what may not be sent now, since the endpoint's circuit is open or it has asked to be left in
 * peace: back to the database, each to a slot of its own, without an attempt. Whatever comes together shares a statement.
 */
export class Detour {
  private readonly asking = new GroupCommit<Dispatch, Verdict>({
    flush: (dispatches) => this.ask(dispatches),
    maxWeight: GROUP_ROWS,
    isDataError,
    retryDelayMs: (error, failures) => (isTransient(error) && failures < TRIES ? 50 * 2 ** failures : null),
  });
  private whenSent: (dispatch: Dispatch) => void = () => undefined;
  private whenProbing: (watched: Watched) => void = () => undefined;

  constructor(
    private readonly board: CircuitBoard,
    private readonly store: CircuitStore,
    private readonly targets: SendTargets,
    private readonly exits: LaneExits,
    private readonly clock: Clock,
    private readonly options: DetourOptions = DETOUR_OPTIONS,
  ) {}

  /** Dispatches that are neither back in the database nor in a lane. */
  get pending(): number {
    return this.asking.pending;
  }

  /** Calls back with what may be sent after all. One listener only. */
  onSend(listener: (dispatch: Dispatch) => void): void {
    this.whenSent = listener;
  }

  /** Calls back when a probe has begun. One listener only. */
  onProbe(listener: (watched: Watched) => void): void {
    this.whenProbing = listener;
  }

  /** Takes a dispatch that may not be sent now; false when it may. For an endpoint that does not fail, one look into a map. */
  take(dispatch: Dispatch): boolean {
    const watched = this.board.at(dispatch.endpointId);
    if (watched === undefined) return false;
    const block = this.board.blockOf(watched);
    if (block === null || !this.isWanted(dispatch) || isProbe(watched, dispatch)) return false;
    if (block === 'circuit') void this.send(dispatch);
    else
      this.defer(
        dispatch,
        watched.pace?.nextTurn(watched.pausedUntilMs, Math.random()) ?? watched.pausedUntilMs,
        'rate_limit',
      );
    return true;
  }

  idle(): Promise<void> {
    return this.asking.idle();
  }

  private async send(dispatch: Dispatch): Promise<void> {
    try {
      const verdict = await this.asking.add(dispatch);
      if (verdict === 'send') this.whenSent(dispatch);
      else this.defer(dispatch, verdict, 'circuit');
    } catch {
      // The lease runs out, which comes to the same a little later.
    }
  }

  private defer(dispatch: Dispatch, slotAtMs: number, waitingFor: 'circuit' | 'rate_limit'): void {
    // An event that is worth nothing by then dies when it should.
    const atMs = Math.min(slotAtMs, dispatch.event.expiresAtMs ?? slotAtMs);
    void this.exits.defer(dispatch, atMs, waitingFor).catch(() => undefined);
  }

  /** What is to be held, cancelled or buried goes the usual way. */
  private isWanted({ endpointId, event }: Dispatch): boolean {
    const target = this.targets.peek(endpointId, 0);
    return target === undefined || decideGate(target, event.expiresAtMs, this.clock.now()).kind === 'send';
  }

  private async ask(dispatches: readonly Dispatch[]): Promise<Verdict[]> {
    const answers = new Map<Uuid, ReservedSlots>();
    const requests = toRequests(dispatches);
    for (const answer of await this.store.reserveSlots(requests, this.options)) answers.set(answer.endpointId, answer);
    for (const { endpointId } of requests) this.tell(endpointId, answers.get(endpointId));
    const taken = new Map<Uuid, number>();
    return dispatches.map((dispatch) => {
      const answer = answers.get(dispatch.endpointId);
      if (answer === undefined || answer.probeDeliveryId === dispatch.deliveryId) return 'send';
      if (hasWaited(dispatch)) {
        return this.clock.now() + this.options.longWaitMs + Math.random() * LONG_WAIT_SPREAD_MS;
      }
      const place = taken.get(dispatch.endpointId) ?? 0;
      taken.set(dispatch.endpointId, place + 1);
      return answer.firstSlotMs + place * this.options.apartMs;
    });
  }

  private tell(endpointId: Uuid, answer: ReservedSlots | undefined): void {
    if (answer === undefined) {
      const watched = this.board.at(endpointId);
      if (watched) this.board.forgetCircuit(watched);
      return;
    }
    this.board.take(answer);
    const watched = this.board.at(endpointId);
    if (answer.hasBegun && watched) this.whenProbing(watched);
  }
}

/** Whether this is the delivery that may be sent although the circuit is not closed. */
export function isProbe({ circuit }: Watched, { deliveryId }: Dispatch): boolean {
  return circuit !== null && circuit.state === 'half_open' && circuit.probeDeliveryId === deliveryId;
}

const hasWaited = ({ slotAtMs }: Dispatch): boolean => slotAtMs !== null;

/** A replay that has just been asked for, by somebody who wants to see whether it works now. */
const isHurried = ({ replayOf, attempts, slotAtMs }: Dispatch): boolean =>
  replayOf !== null && attempts === 0 && slotAtMs === null;

/** One request for each endpoint. */
function toRequests(dispatches: readonly Dispatch[]): CircuitSlotRequest[] {
  const requests = new Map<Uuid, CircuitSlotRequest>();
  for (const dispatch of dispatches) {
    const { endpointId, deliveryId } = dispatch;
    const before = requests.get(endpointId);
    const isFirstHurried = isHurried(dispatch) && !before?.isHurried;
    requests.set(endpointId, {
      endpointId,
      rows: (before?.rows ?? 0) + (hasWaited(dispatch) ? 0 : 1),
      candidateId: before === undefined || isFirstHurried ? deliveryId : before.candidateId,
      isHurried: (before?.isHurried ?? false) || isFirstHurried,
    });
  }
  return [...requests.values()];
}
