import { Injectable } from '@nestjs/common';
import { Database, withRetries } from '#database';
import { type Ended, LineAdvancer, linesOf, OpenDeliveryStore } from '#deliveries';
import { PosthornError, toTypeId, type Uuid } from '#kernel';
import { Metrics } from '#telemetry';

/** Stands at what was cancelled by someone who gave no reason. */
export const DEFAULT_CANCEL_REASON = 'requested';

/** Stands at what was open when its event's payload was erased. */
const ERASED_REASON = 'payload_erased';

const TRIES = 4;

/** Stops what is not delivered yet. What is in flight is cancelled too; its attempt is still recorded. */
@Injectable()
export class Canceller {
  private readonly lines: LineAdvancer;

  constructor(
    private readonly db: Database,
    private readonly open: OpenDeliveryStore,
    private readonly metrics: Metrics,
  ) {
    this.lines = new LineAdvancer(db);
  }

  /** Throws `conflict` when the delivery has ended, `not_found` when it is gone. */
  async cancelDelivery(deliveryId: Uuid, reason: string | null): Promise<void> {
    const cancelled = await this.open.cancel(deliveryId, reason ?? DEFAULT_CANCEL_REASON);
    if (cancelled) return this.account([cancelled]);
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
    this.account(cancelled);
    return cancelled.length;
  }

  /**
   * Erases what an event carries (data, metadata and headers) and keeps the record that it was. What is still open is
   * cancelled: there is nothing left to send. Saying it twice changes nothing.
   */
  async erasePayload(eventId: Uuid): Promise<void> {
    const cancelled = await withRetries(TRIES, () =>
      this.db.transaction(async (tx) => {
        const ended = await this.open.cancelOfEvent(tx, eventId, ERASED_REASON);
        await tx.query(`UPDATE events SET data = NULL, metadata = NULL, headers = NULL WHERE id = $1`, [eventId]);
        return ended;
      }),
    );
    this.account(cancelled);
  }

  /** After the commit, so that what stood behind them sees that they are gone. */
  private account(cancelled: readonly Ended[]): void {
    this.metrics.deliveries.cancelled.inc(cancelled.length);
    this.lines.advance(linesOf(cancelled));
  }
}
