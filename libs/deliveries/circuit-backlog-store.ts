import { type Database, plainArray } from '#database';
import type { Uuid } from '#kernel';
import { ADOPT_WAITING, BEGIN_PROBES, BRING_FORWARD } from './circuit-backlog-statements.js';

/** Brings deliveries forward that wait for a circuit. Whatever is brought forward may be claimed by any worker. */
export class CircuitBacklogStore {
  constructor(private readonly db: Database) {}

  /** Begins a probe wherever its time has come, one is waiting, and none is under way; answers of which endpoints. */
  async beginProbes(endpointIds: readonly Uuid[], probeLeaseMs: number): Promise<Uuid[]> {
    const begun = await this.db.query<{ endpointId: Uuid }>(BEGIN_PROBES, [plainArray(endpointIds), probeLeaseMs]);
    return begun.map(({ endpointId }) => endpointId);
  }

  /**
   * Takes one step of catching up: `rate` rows a second for `stepMs`; `nextRate` is the next step's. Answers how many rows
   * it was, or null when it was not this worker's turn.
   */
  async bringForward(endpointId: Uuid, rate: number, nextRate: number, stepMs: number): Promise<number | null> {
    const atMost = Math.max(1, Math.round((rate * stepMs) / 1_000));
    const [step] = await this.db.query<{ rows: number }>(BRING_FORWARD, [endpointId, atMost, stepMs, nextRate]);
    return step?.rows ?? null;
  }

  /** Sees to rows that wait for nothing any more; answers of how many endpoints. Always safe to call. */
  async adoptWaiting(catchUpRate: number): Promise<number> {
    return (await this.db.query(ADOPT_WAITING, [catchUpRate])).length;
  }
}
