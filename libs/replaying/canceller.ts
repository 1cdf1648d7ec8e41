import { Injectable } from '@nestjs/common';
import { type Actor, recordChange } from '#audit';
import { Database, type Executor, withRetries } from '#database';
import { type Ended, LineAdvancer, linesOf, OpenDeliveryStore, PayloadEraser } from '#deliveries';
import { ScheduledEventStore } from '#events';
import { DatabaseClock, PosthornError, toTypeId, type Uuid } from '#kernel';
import { Metrics } from '#telemetry';

/** Stands at what was cancelled by someone who gave no reason. */
export const DEFAULT_CANCEL_REASON = 'requested';

const TRIES = 4;

/** Stops what is not delivered yet. What is in flight is cancelled too; its attempt is still recorded. */
@Injectable()
export class Canceller {
  private readonly lines: LineAdvancer;

  constructor(
    private readonly db: Database,
    private readonly open: OpenDeliveryStore,
    private readonly scheduled: ScheduledEventStore,
    private readonly payloads: PayloadEraser,
    private readonly clock: DatabaseClock,
    private readonly metrics: Metrics,
  ) {
    this.lines = new LineAdvancer(db);
  }

  /** Throws `conflict` when the delivery has ended, `not_found` when it is gone. */
  async cancelDelivery(by: Actor, deliveryId: Uuid, reason: string | null): Promise<void> {
    const cancelled = await this.db.transaction((tx) => this.cancelOne(tx, by, deliveryId, reason));
    if (cancelled) return this.account([cancelled]);
    const name = toTypeId('dlv', deliveryId);
    const [ended] = await this.db.query<{ status: string }>(`SELECT status FROM deliveries WHERE id = $1`, [
      deliveryId,
    ]);
    if (!ended) throw new PosthornError('not_found', `There is no delivery ${name}.`);
    throw new PosthornError('conflict', `The delivery ${name} has ended: it is ${ended.status}.`);
  }

  /**
   * Cancels every open delivery of an event, and the event itself while it waits for its time; nothing to do is fine.
   * Answers how many deliveries that were.
   */
  async cancelEvent(by: Actor, eventId: Uuid, reason: string | null): Promise<number> {
    const cancelled = await withRetries(TRIES, () =>
      this.db.transaction((tx) => this.cancelAll(tx, by, eventId, reason ?? DEFAULT_CANCEL_REASON)),
    );
    this.account(cancelled);
    return cancelled.length;
  }

  /**
   * Erases what an event carries (data, metadata and headers) and what receivers answered to it, and keeps the record that
   * it was. What is still open is cancelled: there is nothing left to send. Saying it twice changes nothing. What a worker
   * holds already it may still send, for as long as its lease lasts; the answer to that is erased afterwards.
   */
  async erasePayload(by: Actor, eventId: Uuid): Promise<void> {
    this.account(await this.payloads.eraseEvent(by, eventId, this.clock.now()));
  }

  private async cancelOne(tx: Executor, by: Actor, deliveryId: Uuid, reason: string | null): Promise<Ended | null> {
    const cancelled = await this.open.cancel(tx, deliveryId, reason ?? DEFAULT_CANCEL_REASON);
    if (!cancelled) return null;
    const change = { action: 'delivery.cancelled', object: toTypeId('dlv', deliveryId) } as const;
    await recordChange(tx, by, { ...change, tenantId: cancelled.tenantId, after: { reason } });
    return cancelled;
  }

  /** The schedule first: if it is being fanned out this waits, and the deliveries made of it are met after. */
  private async cancelAll(tx: Executor, by: Actor, eventId: Uuid, reason: string): Promise<Ended[]> {
    const scheduled = await this.scheduled.cancel(tx, [eventId], reason);
    const cancelled = await this.open.cancelOfEvent(tx, eventId, reason);
    if (scheduled.length === 0 && cancelled.length === 0) return cancelled;
    // So that nobody takes it for something that was missed, by an endpoint of which there is no delivery either.
    const [event] = await tx.query<{ tenantId: Uuid }>(
      `UPDATE events SET called_off_at = clock_timestamp() WHERE id = $1 RETURNING tenant_id AS "tenantId"`,
      [eventId],
    );
    const change = { action: 'event.cancelled', object: toTypeId('evt', eventId) } as const;
    const after = { reason, deliveries: cancelled.length };
    await recordChange(tx, by, { ...change, tenantId: event?.tenantId ?? null, after });
    return cancelled;
  }

  /** After the commit, so that what stood behind them sees that they are gone. */
  private account(cancelled: readonly Ended[]): void {
    this.metrics.deliveries.cancelled.inc(cancelled.length);
    this.lines.advance(linesOf(cancelled));
  }
}
