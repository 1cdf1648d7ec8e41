import { Injectable } from '@nestjs/common';
import { Database, ensurePartitionsOf, isMissingPartition, withRetries } from '#database';
import { newUuid, type Uuid, uuidFloor } from '#kernel';
import { type Held, OpenDeliveryStore } from './open-delivery.store.js';
import type { Progress } from './progress.js';
import { EXPIRING, FORGET, IS_OPEN_BELOW, OUTLIVED } from './retention-statements.js';

/** Rows that one statement buries or forgets. */
const BURY_ROWS = 1_000;
const FORGET_ROWS = 5_000;

const TRIES = 4;

/** For so long after its event's time has run out a delivery may be in a worker's hands and be left to it. */
const PATIENCE_MS = 15 * 60_000;

/** A tenant's unresolved dead letters that go soon. */
export interface ExpiringDeadLetters {
  readonly tenantId: Uuid;
  readonly count: number;
  /** Those that nobody was told of before. */
  readonly fresh: number;
  readonly oldestEventId: Uuid;
}

/** The guarded statements on what has become too old: the open dies, and what refers to events goes before them. */
@Injectable()
export class RetentionStore {
  constructor(
    private readonly db: Database,
    private readonly open: OpenDeliveryStore,
  ) {}

  /** Buries, as `expired`, some of what is open of events from before `openFromMs`, held or not. */
  async buryOutlived(openFromMs: number, nowMs: number): Promise<Progress> {
    const outlived = await this.db.query<Held>(OUTLIVED, [
      uuidFloor(openFromMs),
      BURY_ROWS,
      uuidFloor(openFromMs - PATIENCE_MS),
      new Date(nowMs),
    ]);
    if (outlived.length === 0) return { done: 0, hasMore: false };
    const rows = outlived.map((held) => ({ ...held, deadLetterId: newUuid(nowMs) }));
    const buried = await withRetries(TRIES, () => this.bury(rows, nowMs));
    // What a worker has moved on meanwhile is met again the next time.
    return { done: buried.length, hasMore: outlived.length === BURY_ROWS && buried.length > 0 };
  }

  /** Whether anything open still needs a partition of a day before `keptFromMs`. */
  async isOpenBelow(keptFromMs: number): Promise<boolean> {
    const [row] = await this.db.query<{ isOpen: boolean }>(IS_OPEN_BELOW, [uuidFloor(keptFromMs)]);
    return row!.isOpen;
  }

  /** Forgets some of the dead letters, uids and the like of events from before `keptFromMs`. */
  async forgetOfEvents(keptFromMs: number): Promise<Progress> {
    let done = 0;
    let hasMore = false;
    for (const statement of FORGET) {
      const forgotten = await withRetries(TRIES, () => this.db.query(statement, [uuidFloor(keptFromMs), FORGET_ROWS]));
      done += forgotten.length;
      hasMore ||= forgotten.length === FORGET_ROWS;
    }
    return { done, hasMore };
  }

  /** Unresolved dead letters of events from before `belowMs`, by tenant; fresh are those of events from `toldBelowId` on. */
  async expiringDeadLetters(toldBelowId: Uuid, belowMs: number): Promise<ExpiringDeadLetters[]> {
    return this.db.query<ExpiringDeadLetters>(EXPIRING, [toldBelowId, uuidFloor(belowMs)]);
  }

  private async bury(rows: readonly (Held & { deadLetterId: Uuid })[], nowMs: number): Promise<Uuid[]> {
    try {
      return await this.open.buryExpired(rows);
    } catch (error) {
      if (!isMissingPartition(error)) throw error;
      const ids = rows.map(({ deliveryId }) => deliveryId);
      await ensurePartitionsOf(this.db, nowMs, ids);
      return this.open.buryExpired(rows);
    }
  }
}
