import { PosthornError, type Uuid } from '#kernel';
import type { TypeWarning } from './data-checker.js';
import { fingerprint, type PreparedEvent } from './prepared-event.js';

/** What became of one event. */
export type PublishResult =
  /** `isScheduled`: its deliveries are made when it is due. */
  | {
      readonly kind: 'accepted';
      readonly id: Uuid;
      readonly deliveryCount: number;
      readonly isScheduled: boolean;
      readonly warnings: readonly TypeWarning[];
    }
  /** The same event was published before under this uid; nothing was sent. */
  | { readonly kind: 'duplicate'; readonly id: Uuid; readonly deliveryCount: number }
  | { readonly kind: 'refused'; readonly error: PosthornError };

/** What stands under the event's uid already: the same event, or another. */
export function asDuplicate(
  event: PreparedEvent,
  first: { eventId: Uuid; fingerprint: Buffer; deliveryCount: number },
): PublishResult {
  if (fingerprint(event).equals(first.fingerprint)) {
    return { kind: 'duplicate', id: first.eventId, deliveryCount: first.deliveryCount };
  }
  const message = `another event was published under the uid "${event.draft.uid}"`;
  return refused(new PosthornError('uid_conflict', message));
}

export const accepted = (event: PreparedEvent): PublishResult => ({
  kind: 'accepted',
  id: event.id!,
  deliveryCount: event.deliveries.length,
  isScheduled: event.isScheduled,
  warnings: event.checked.warnings,
});

export const refused = (error: PosthornError): PublishResult => ({ kind: 'refused', error });
