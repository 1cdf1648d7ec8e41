import { toTypeId } from '#kernel';
import { explainMismatch } from '#policy';
import type {
  ClauseVerdict,
  ExplainedEndpoint,
  ExplainedEvent,
  ExplainedSubscription,
  Explanation,
} from './explain-facts.js';
import { tellTime } from './explain-words.js';
import { isHiddenBy } from './redaction.js';

/** Why there is no delivery of an event to an endpoint, or not yet. Pure. */
export function explainNoDelivery(
  event: ExplainedEvent,
  endpoint: ExplainedEndpoint,
  subscriptions: readonly ExplainedSubscription[],
): Explanation {
  if (event.isScheduled) return explainScheduled(event, endpoint, subscriptions);
  if (event.cancelledAt !== null) {
    const byWhom = event.cancelledBy === null ? '' : ` by ${event.cancelledBy}`;
    const isPlain = event.cancelReason === null || event.cancelReason === 'requested';
    const why = isPlain ? '' : `: ${event.cancelReason}`;
    const sentence = `Not sent: the event was cancelled${byWhom} at ${tellTime(event.cancelledAt)}, before its time had come${why}.`;
    return { verdict: 'cancelled', sentence, clauses: [] };
  }
  const clauses = subscriptions.map((subscription) => toClause(event, subscription));
  return { verdict: 'not_matched', sentence: `Not sent here: ${tellWhy(event, endpoint, clauses)}.`, clauses };
}

function explainScheduled(
  event: ExplainedEvent,
  endpoint: ExplainedEndpoint,
  subscriptions: readonly ExplainedSubscription[],
): Explanation {
  const until = `Waits for its time, ${tellTime(event.deliverAt!)}; which endpoints get it is decided then.`;
  const misses = subscriptions.flatMap((subscription) => missOf(event, subscription) ?? []);
  const isTarget = event.endpointId === null || event.endpointId === endpoint.id;
  const isWanted = isTarget && (event.endpointId !== null || misses.length < subscriptions.length);
  const now = isWanted ? 'As things are now, this one does.' : 'As things are now, this one does not.';
  return { verdict: 'scheduled', sentence: `${until} ${now}`, clauses: event.endpointId === null ? misses : [] };
}

function tellWhy(event: ExplainedEvent, endpoint: ExplainedEndpoint, clauses: readonly ClauseVerdict[]): string {
  if (event.endpointId !== null && event.endpointId !== endpoint.id) {
    return `the event was published for ${toTypeId('ep', event.endpointId)} alone`;
  }
  if (endpoint.createdAt > event.createdAt) {
    return `the endpoint was made at ${tellTime(endpoint.createdAt)}, after the event`;
  }
  if (endpoint.deletedAt !== null && endpoint.deletedAt <= event.createdAt) {
    return `the endpoint was deleted at ${tellTime(endpoint.deletedAt)}, before the event`;
  }
  if (clauses.length === 0) return 'the endpoint has no subscription, and gets nothing without one';
  const [first] = clauses;
  if (clauses.length === 1) return `its subscription ${toTypeId('sub', first!.subscriptionId)} ${first!.message}`;
  const each = clauses.map(({ subscriptionId, message }) => `${toTypeId('sub', subscriptionId)} ${message}`);
  return `none of its ${clauses.length} subscriptions wanted it: ${each.join('; ')}`;
}

/** What a subscription says to the event, one that wants it as it is now included: then it did not when it counted. */
function toClause(event: ExplainedEvent, subscription: ExplainedSubscription): ClauseVerdict {
  const miss = missOf(event, subscription);
  if (miss !== null) return miss;
  const { id: subscriptionId, createdAt, updatedAt } = subscription;
  const decidedAt = event.deliverAt ?? event.createdAt;
  const message =
    createdAt > decidedAt
      ? `wants it, but was made only at ${tellTime(createdAt)}`
      : updatedAt > decidedAt
        ? `wants it as it has been since ${tellTime(updatedAt)}, and did not before`
        : 'wants it now, and did not when the event came';
  return { subscriptionId, clause: 'changed_since', message };
}

function missOf(event: ExplainedEvent, subscription: ExplainedSubscription): ClauseVerdict | null {
  const subscriptionId = subscription.id;
  if (!subscription.enabled) return { subscriptionId, clause: 'enabled', message: 'is switched off' };
  const mismatch = explainMismatch(subscription, event, isHiddenBy(event.hidden));
  return mismatch === null ? null : { subscriptionId, ...mismatch };
}
