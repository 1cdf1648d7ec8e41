/** When an event is matched and sent: at once, later, or never, since it would not be kept for so long. */
export type DeliveryTime = 'now' | 'later' | 'too_late';

/**
 * Decides what `deliverAt` comes to. A time that has passed is no mistake: the publisher's clock or its own queue was slow,
 * and what is late shall not be later still. Pure; all in epoch milliseconds.
 */
export function decideDeliveryTime(deliverAtMs: number | null, nowMs: number, retentionMs: number): DeliveryTime {
  if (deliverAtMs === null || deliverAtMs <= nowMs) return 'now';
  return deliverAtMs - nowMs < retentionMs ? 'later' : 'too_late';
}
