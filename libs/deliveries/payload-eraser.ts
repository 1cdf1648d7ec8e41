import { Injectable } from '@nestjs/common';
import { type Actor, recordChange } from '#audit';
import { Database, type Executor, withRetries } from '#database';
import { toTypeId, type Uuid, uuidFloor, uuidTime } from '#kernel';
import {
  ENDED_OF_EVENTS,
  ERASE_ANSWERS,
  ERASE_EVENTS,
  ERASED_TO,
  EVENTS_OF_TENANT,
  EXPECT_LATE_ANSWERS,
  LATE_ANSWERS,
  NO_MORE_LATE_ANSWERS,
  OPEN_OF_EVENTS,
  UNSCHEDULE,
} from './erase-statements.js';
import type { Ended } from './line.js';
import { OpenDeliveryStore } from './open-delivery.store.js';
import type { Progress } from './progress.js';

/** Stands at what was open when its event's payload was erased. */
const ERASED_REASON = 'payload_erased';

/** Events that one transaction erases: each may be a megabyte. */
const EVENTS = 200;

const TRIES = 4;

/** A delivery's id may be made a little before its event's. */
const EARLIER_MS = 60_000;

/** More than the longest request and the recording of its answer, from the moment that a delivery was cancelled. */
const LATE_ANSWERS_MS = 5 * 60_000;

/**
 * Erases what events carried (data, metadata, headers) and what receivers answered to it; the record that they were stays.
 * What is still open is cancelled, for there is nothing left to send. Each step may be done twice.
 */
@Injectable()
export class PayloadEraser {
  constructor(
    private readonly db: Database,
    private readonly open: OpenDeliveryStore,
  ) {}

  /** Erases one event's payload, which is put on record if there was one. Answers the open deliveries that that cancelled. Their lines are to be advanced. */
  async eraseEvent(by: Actor, eventId: Uuid, nowMs: number): Promise<Ended[]> {
    return this.inTransaction(async (tx) => {
      const { cancelled, erased } = await this.erase(tx, [eventId], nowMs);
      await tx.query(EXPECT_LATE_ANSWERS, [[eventId], new Date(nowMs)]);
      for (const { tenantId } of erased)
        await recordChange(tx, by, { action: 'event.erased', object: toTypeId('evt', eventId), tenantId });
      return cancelled;
    });
  }

  /**
   * Erases some of a tenant's payloads, of events after `erasedTo` and from before `belowMs`, and keeps how far it came.
   */
  async eraseOfTenant(
    tenantId: Uuid,
    erasedTo: Uuid,
    belowMs: number,
    nowMs: number,
  ): Promise<Progress & { erasedTo: Uuid; cancelled: number }> {
    return this.inTransaction(async (tx) => {
      const below = uuidFloor(belowMs);
      const rows = await tx.query<{ id: Uuid }>(EVENTS_OF_TENANT, [tenantId, erasedTo, below, EVENTS]);
      const ids = rows.map(({ id }) => id);
      const hasMore = ids.length === EVENTS;
      const to = hasMore ? ids.at(-1)! : below;
      const cancelled = ids.length > 0 ? (await this.erase(tx, ids, nowMs)).cancelled : [];
      await tx.query(ERASED_TO, [tenantId, to]);
      return { done: ids.length, hasMore, erasedTo: to, cancelled: cancelled.length };
    });
  }

  /** Erases answers that came after their event's payload was erased, once no more can come. */
  async eraseLateAnswers(nowMs: number): Promise<Progress> {
    return this.inTransaction(async (tx) => {
      const before = new Date(nowMs - LATE_ANSWERS_MS);
      const rows = await tx.query<{ id: Uuid }>(LATE_ANSWERS, [before, EVENTS]);
      const ids = rows.map(({ id }) => id);
      if (ids.length > 0) {
        await this.eraseAnswers(tx, ids, nowMs);
        await tx.query(NO_MORE_LATE_ANSWERS, [ids, before]);
      }
      return { done: ids.length, hasMore: ids.length === EVENTS };
    });
  }

  /**
   * Answers the open deliveries that were cancelled, and whose payloads there were to erase. The schedule first: if it is being fanned out this waits, and the
   * deliveries made of it are met after.
   */
  private async erase(
    tx: Executor,
    eventIds: readonly Uuid[],
    nowMs: number,
  ): Promise<{ cancelled: Ended[]; erased: { tenantId: Uuid }[] }> {
    await tx.query(UNSCHEDULE, [eventIds, ERASED_REASON]);
    const open = await tx.query<{ id: Uuid }>(OPEN_OF_EVENTS, [eventIds]);
    const cancelled = await this.open.cancelAll(
      tx,
      open.map(({ id }) => id),
      ERASED_REASON,
    );
    const erased = await tx.query<{ tenantId: Uuid }>(ERASE_EVENTS, [eventIds]);
    const justEnded = await this.eraseAnswers(tx, eventIds, nowMs);
    if (justEnded.length > 0) await tx.query(EXPECT_LATE_ANSWERS, [justEnded, new Date(nowMs)]);
    return { cancelled, erased };
  }

  /** Answers the events of deliveries that ended so lately that an attempt may still be under way. */
  private async eraseAnswers(tx: Executor, eventIds: readonly Uuid[], nowMs: number): Promise<Uuid[]> {
    const oldest = eventIds.reduce((a, b) => (a < b ? a : b));
    const ended = await tx.query<{ id: Uuid; eventId: Uuid; hasJustEnded: boolean }>(ENDED_OF_EVENTS, [
      eventIds,
      uuidFloor(uuidTime(oldest) - EARLIER_MS),
      new Date(nowMs),
    ]);
    if (ended.length > 0) await tx.query(ERASE_ANSWERS, [ended.map(({ id }) => id)]);
    return [...new Set(ended.filter(({ hasJustEnded }) => hasJustEnded).map(({ eventId }) => eventId))];
  }

  private inTransaction<T>(work: (tx: Executor) => Promise<T>): Promise<T> {
    return withRetries(TRIES, () => this.db.transaction(work));
  }
}
