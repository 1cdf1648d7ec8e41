import { Injectable } from '@nestjs/common';
import { Database, type Executor, plainArray, type Statement } from '#database';
import type { Uuid } from '#kernel';
import { CIRCUIT_RULES } from '#policy';
import type { Circuit } from './circuit.js';
import {
  CLOSE_CIRCUIT,
  DROP_PROBE,
  FAIL_PROBE,
  FOLLOW_CIRCUITS,
  LOAD_CIRCUITS,
  OPEN_CIRCUIT,
  RESERVE_SLOTS,
  RESET_CIRCUIT,
  THROTTLE_ENDPOINT,
} from './circuit-statements.js';

/** The channel on which a change of a circuit is announced; the payload is the endpoint's UUID. A hint: workers also poll. */
export const CIRCUIT_CHANNEL = 'posthorn_circuits';

/** Slots that are asked for, of one endpoint. */
export interface CircuitSlotRequest {
  readonly endpointId: Uuid;
  readonly rows: number;
  /** The delivery that is to be the probe, if there may be one now. */
  readonly candidateId: Uuid;
  /** Somebody waits for that one: it need not wait for the probe's time. */
  readonly isHurried: boolean;
}

/** What stands at an endpoint whose circuit is not closed, and the first of the slots that were asked for. */
export interface ReservedSlots extends Circuit {
  readonly firstSlotMs: number;
  /** Whether the candidate is the probe now. */
  readonly hasBegun: boolean;
}

export interface SlotOptions {
  /** From one slot to the next. */
  readonly apartMs: number;
  /** So long a probe's result is waited for. */
  readonly probeLeaseMs: number;
  /** Between two probes that did not wait for their time. */
  readonly hurryGapMs: number;
}

/**
 * Keeps the circuits that all workers share. Each change is one guarded statement, which answers the circuit as it is now,
 * or nothing when it was not in the state that the change is for: somebody else was quicker.
 */
@Injectable()
export class CircuitStore {
  constructor(private readonly db: Database) {}

  async open(endpointId: Uuid, reason: string, failedProbes: number, probeInMs: number): Promise<Circuit | undefined> {
    return this.change(OPEN_CIRCUIT, [endpointId, reason, failedProbes, probeInMs]);
  }

  /** One answer for each endpoint whose circuit is not closed. */
  async reserveSlots(requests: readonly CircuitSlotRequest[], options: SlotOptions): Promise<ReservedSlots[]> {
    return this.db.query<ReservedSlots>(RESERVE_SLOTS, [
      plainArray(requests.map(({ endpointId }) => endpointId)),
      plainArray(requests.map(({ rows }) => rows)),
      plainArray(requests.map(({ candidateId }) => candidateId)),
      plainArray(requests.map(({ isHurried }) => isHurried)),
      options.apartMs,
      options.probeLeaseMs,
      options.hurryGapMs,
    ]);
  }

  async failProbe(endpointId: Uuid, deliveryId: Uuid, nextInMs: number): Promise<Circuit | undefined> {
    return this.change(FAIL_PROBE, [endpointId, deliveryId, nextInMs]);
  }

  async dropProbe(endpointId: Uuid, deliveryId: Uuid, nextInMs: number): Promise<Circuit | undefined> {
    return this.change(DROP_PROBE, [endpointId, deliveryId, nextInMs]);
  }

  async close(endpointId: Uuid, deliveryId: Uuid, reason: string, catchUpRate: number): Promise<Circuit | undefined> {
    return this.change(CLOSE_CIRCUIT, [endpointId, reason, catchUpRate, deliveryId]);
  }

  /** Somebody vouches for the endpoint: what waits comes forward. Nothing, when its circuit is closed and it asked for no pause. */
  async reset(endpointId: Uuid, reason: string, db: Executor = this.db): Promise<Circuit | undefined> {
    return this.change(RESET_CIRCUIT, [endpointId, reason, CIRCUIT_RULES.firstCatchUpRate], db);
  }

  /** `pauseMs` is null when the endpoint named no time. */
  async throttle(endpointId: Uuid, pauseMs: number | null, reason: string): Promise<Circuit | undefined> {
    return this.change(THROTTLE_ENDPOINT, [endpointId, pauseMs, reason]);
  }

  /** What changed within the last seconds, and these endpoints' circuits, changed or not. */
  async changedWithin(seconds: number, known: readonly Uuid[] = []): Promise<Circuit[]> {
    return this.db.query<Circuit>(FOLLOW_CIRCUITS, [seconds, plainArray(known)]);
  }

  /** All that are not closed, catch up, are paused, or changed within these seconds. */
  async load(seconds: number): Promise<Circuit[]> {
    return this.db.query<Circuit>(LOAD_CIRCUITS, [seconds]);
  }

  private async change(
    statement: Statement,
    values: readonly unknown[],
    db: Executor = this.db,
  ): Promise<Circuit | undefined> {
    const [circuit] = await db.query<Circuit>(statement, values);
    // Not in the statement: transactions that notify commit one at a time.
    if (circuit) await db.query(`SELECT pg_notify($1, $2)`, [CIRCUIT_CHANNEL, circuit.endpointId]);
    return circuit;
  }
}
