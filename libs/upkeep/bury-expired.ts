import { withRetries } from '#database';
import type { OpenDeliveryStore } from '#deliveries';
import { type Clock, newUuid } from '#kernel';
import type { Metrics } from '#telemetry';

/** Rows that one statement buries. */
const BATCH = 1_000;

/** A claim that locks the same rows in another order may make one of the two start again. */
const TRIES = 4;

/**
 * Buries what has outlived its event's expiry while it was held, or waited for a retry or a slot that would come later still.
 * What is being sent, or will be in a moment, the gate looks at. A row that is claimed between the look and the burial has
 * another generation by then, and stays. Answers how many were buried.
 */
export async function buryExpired(deliveries: OpenDeliveryStore, clock: Clock, metrics: Metrics): Promise<number> {
  for (let total = 0; ; ) {
    const expired = await deliveries.findExpired(BATCH);
    if (expired.length === 0) return total;
    const held = expired.map((row) => ({ ...row, deadLetterId: newUuid(clock.now()) }));
    const { length } = await withRetries(TRIES, () => deliveries.buryExpired(held));
    metrics.deliveries.dead.inc(length);
    total += length;
    if (length < BATCH) return total;
  }
}
