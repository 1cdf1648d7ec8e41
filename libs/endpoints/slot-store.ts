import { Injectable } from '@nestjs/common';
import { Database, doubleColumn, type Executor, intColumn, plainArray, uuidColumn } from '#database';
import type { Uuid } from '#kernel';
import type { SlotRun } from '#policy';
import { BEGIN_TIMETABLES, RESERVE_SLOTS, RESTART_TIMETABLE } from './slot-statements.js';

/** How many slots an endpoint is asked for. Times are epoch milliseconds. */
export interface SlotRequest {
  readonly endpointId: Uuid;
  /** For deliveries whose events say when they expire; and until when a slot is worth anything to the last of them. */
  readonly soon: number;
  readonly soonUntilMs: number;
  /** For all others. */
  readonly later: number;
  readonly laterUntilMs: number;
}

type RunRow = SlotRun & { readonly endpointId: Uuid };

/** The timetables of endpoints with a limited rate: one slot after the other, each given out once, over all workers. */
@Injectable()
export class SlotStore {
  constructor(private readonly db: Database) {}

  /**
   * Reserves consecutive slots. An endpoint whose rate is not limited (any more) is not in the answer; a run may be
   * shorter than was asked for, when the rest of its slots would come too late.
   */
  async reserve(requests: readonly SlotRequest[]): Promise<Map<Uuid, SlotRun>> {
    const runs = await this.take(requests);
    const left = requests.filter(({ endpointId }) => !runs.has(endpointId));
    if (left.length === 0) return runs;
    // Made with the rate; should it be missing all the same, nothing would ever be sent.
    await this.db.query(BEGIN_TIMETABLES, [plainArray(left.map(({ endpointId }) => endpointId))]);
    return new Map([...runs, ...(await this.take(left))]);
  }

  /** Gives out anew the slots of all endpoints of a tenant that is resumed. Answers whose slots that were. */
  async restartTimetablesOf(tenantId: Uuid): Promise<Uuid[]> {
    const limited = await this.db.query<{ id: Uuid }>(
      `SELECT id FROM endpoints WHERE tenant_id = $1 AND deleted_at IS NULL AND rate_limit IS NOT NULL`,
      [tenantId],
    );
    for (const { id } of limited) await restartTimetable(this.db, id);
    return limited.map(({ id }) => id);
  }

  private async take(requests: readonly SlotRequest[]): Promise<Map<Uuid, SlotRun>> {
    const rows = await this.db.query<RunRow>(RESERVE_SLOTS, [
      uuidColumn(requests, (r) => r.endpointId),
      intColumn(requests, (r) => r.soon),
      doubleColumn(requests, (r) => r.soonUntilMs),
      intColumn(requests, (r) => r.later),
      doubleColumn(requests, (r) => r.laterUntilMs),
    ]);
    return new Map(rows.map((row) => [row.endpointId, row]));
  }
}

/**
 * The endpoint's slots are given out anew, in the transaction of whatever gives the reason: its rate was set, changed
 * or removed, or it was resumed. What waits for one of the old slots is made due after the commit.
 */
export async function restartTimetable(tx: Executor, endpointId: Uuid): Promise<void> {
  await tx.query(RESTART_TIMETABLE, [endpointId]);
}

export async function endTimetable(tx: Executor, endpointId: Uuid): Promise<void> {
  await tx.query(`DELETE FROM endpoint_runtime WHERE endpoint_id = $1`, [endpointId]);
}
