import { Injectable } from '@nestjs/common';
import { Database, type Executor, withRetries } from '#database';
import { type Ended, LineAdvancer, linesOf, OpenDeliveryStore } from '#deliveries';
import { ScheduledEventStore } from '#events';
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
    private readonly scheduled: ScheduledEventStore,
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

  /**
   * Cancels every open delivery of an event, and the event itself while it waits for its time; nothing to do is fine.
   * Answers how many deliveries that were.
   */
  async cancelEvent(eventId: Uuid, reason: string | null): Promise<number> {
    const cancelled = await withRetries(TRIES, () =>
      this.db.transaction((tx) => this.cancelAll(tx, eventId, reason ?? DEFAULT_CANCEL_REASON)),
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
        const ended = await this.cancelAll(tx, eventId, ERASED_REASON);
        await tx.query(`UPDATE events SET data = NULL, metadata = NULL, headers = NULL WHERE id = $1`, [eventId]);
        return ended;
      }),
    );
    this.account(cancelled);
  }

  /** The schedule first: if it is being fanned out this waits, and the deliveries made of it are met after. */
  private async cancelAll(tx: Executor, eventId: Uuid, reason: string): Promise<Ended[]> {
    await this.scheduled.cancel(tx, [eventId], reason);
    return this.open.cancelOfEvent(tx, eventId, reason);
  }

  /** After the commit, so that what stood behind them sees that they are gone. */
  private account(cancelled: readonly Ended[]): void {
    this.metrics.deliveries.cancelled.inc(cancelled.length);
    this.lines.advance(linesOf(cancelled));
  }
}
