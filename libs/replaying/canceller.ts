import { Injectable } from '@nestjs/common';
import { Database, withRetries } from '#database';
import { OpenDeliveryStore, PayloadEraser } from '#deliveries';
import { DatabaseClock, PosthornError, toTypeId, type Uuid } from '#kernel';
import { Metrics } from '#telemetry';

/** Stands at what was cancelled by someone who gave no reason. */
export const DEFAULT_CANCEL_REASON = 'requested';

const TRIES = 4;

/** Stops what is not delivered yet. What is in flight is cancelled too; its attempt is still recorded. */
@Injectable()
export class Canceller {
  constructor(
    private readonly db: Database,
    private readonly open: OpenDeliveryStore,
    private readonly payloads: PayloadEraser,
    private readonly clock: DatabaseClock,
    private readonly metrics: Metrics,
  ) {}

  /** Throws `conflict` when the delivery has ended, `not_found` when it is gone. */
  async cancelDelivery(deliveryId: Uuid, reason: string | null): Promise<void> {
    if (await this.open.cancel(deliveryId, reason ?? DEFAULT_CANCEL_REASON)) return this.count(1);
    const name = toTypeId('dlv', deliveryId);
    const [ended] = await this.db.query<{ status: string }>(`SELECT status FROM deliveries WHERE id = $1`, [
      deliveryId,
    ]);
    if (!ended) throw new PosthornError('not_found', `There is no delivery ${name}.`);
    throw new PosthornError('conflict', `The delivery ${name} has ended: it is ${ended.status}.`);
  }

  /** Cancels every open delivery of an event; nothing to do is fine. Answers how many that were. */
  async cancelEvent(eventId: Uuid, reason: string | null): Promise<number> {
    const cancelled = await withRetries(TRIES, () =>
      this.db.transaction((tx) => this.open.cancelOfEvent(tx, eventId, reason ?? DEFAULT_CANCEL_REASON)),
    );
    this.count(cancelled.length);
    return cancelled.length;
  }

  /**
   * Erases what an event carries (data, metadata and headers) and what receivers answered to it, and keeps the record that
   * it was. What is still open is cancelled: there is nothing left to send. Saying it twice changes nothing. What a worker
   * holds already it may still send, for as long as its lease lasts; the answer to that is erased afterwards.
   */
  async erasePayload(eventId: Uuid): Promise<void> {
    this.count(await this.payloads.eraseEvent(eventId, this.clock.now()));
  }

  private count(cancelled: number): void {
    this.metrics.deliveries.cancelled.inc(cancelled);
  }
}
