import { toTypeId } from '#kernel';
import type { ExplainedDelivery, ExplainedEndpoint, ExplainedEvent, Explanation, Verdict } from './explain-facts.js';
import { inWords, tellBy, tellSpan, tellTime } from './explain-words.js';

/** What became of a delivery, or what it waits for, in one or two sentences. Pure. */
export function explainDelivery(
  event: ExplainedEvent,
  endpoint: ExplainedEndpoint,
  delivery: ExplainedDelivery,
): Explanation {
  const { verdict, sentence } = decide(event, endpoint, delivery);
  const { replayOf, createdAt } = delivery.row;
  const replayed = replayOf === null ? '' : `Replayed at ${tellTime(createdAt)}. `;
  return { verdict, sentence: `${replayed}${sentence}`, clauses: [] };
}

type Decision = Pick<Explanation, 'verdict' | 'sentence'>;

const say = (verdict: Verdict, sentence: string): Decision => ({ verdict, sentence });

function decide(event: ExplainedEvent, endpoint: ExplainedEndpoint, delivery: ExplainedDelivery): Decision {
  switch (delivery.row.status) {
    case 'succeeded':
      return say('delivered', tellDelivered(delivery));
    case 'pending':
      return say('waiting', tellWaiting(event, endpoint, delivery));
    case 'held':
      return say('held', tellHeld(event, endpoint));
    case 'dead':
      return say('dead', tellDead(event, delivery));
    case 'cancelled':
      return say('cancelled', tellCancelled(endpoint, delivery));
  }
}

function tellDelivered({ row, lastAttempt }: ExplainedDelivery): string {
  const { attemptCount, completedAt, createdAt, lastStatusCode } = row;
  const tries =
    attemptCount <= 1
      ? 'at the first attempt'
      : `at attempt ${attemptCount}, ${tellSpan(completedAt!.getTime() - createdAt.getTime())} after the first could be made`;
  const took = lastAttempt === null ? '' : ` in ${lastAttempt.durationMs} ms`;
  return `Delivered at ${tellTime(completedAt!)}, ${tries}: the endpoint answered ${lastStatusCode ?? 'with success'}${took}.`;
}

function tellWaiting(event: ExplainedEvent, endpoint: ExplainedEndpoint, delivery: ExplainedDelivery): string {
  const { waitingFor, nextAttemptAt, attemptCount, createdAt } = delivery.row;
  if (event.platformPausedAt !== null) {
    return `Waiting: all deliveries have been paused since ${tellTime(event.platformPausedAt)}.`;
  }
  const next = nextAttemptAt === null ? 'soon' : `at ${tellTime(nextAttemptAt)}`;
  switch (waitingFor) {
    case 'sending':
      return `Being sent just now: attempt ${attemptCount + 1}.`;
    case 'retry':
      if (attemptCount === 0) return `Waiting for its first attempt, which is made ${next}.`;
      return `Attempt ${attemptCount} failed${tellLast(delivery)}. The next one is made ${next}, as the retry schedule says.`;
    case 'rate_limit':
      return tellRate(endpoint, next);
    case 'circuit':
      return tellCircuit(endpoint, next);
    case 'order':
      return tellOrder(event, delivery);
    case null:
    default:
      return `Waiting for a free worker since ${tellTime(createdAt)}: it is sent as soon as one takes it.`;
  }
}

function tellRate({ rateLimit, ratePeriodSeconds, askedPauseUntil }: ExplainedEndpoint, next: string): string {
  if (askedPauseUntil !== null) {
    return `Waiting because the endpoint has asked for a pause until ${tellTime(askedPauseUntil)}; the next try is ${next}.`;
  }
  if (rateLimit === null) return `Waiting for its turn at a limited rate, which comes ${next}.`;
  const limit = `${rateLimit} ${rateLimit === 1 ? 'request' : 'requests'} in ${ratePeriodSeconds} s`;
  return `Waiting for its turn, which comes ${next}: the endpoint takes at most ${limit}.`;
}

function tellCircuit({ circuitState, circuitSince, circuitReason }: ExplainedEndpoint, next: string): string {
  if (circuitState === null || circuitState === 'closed') {
    return `Waited for an endpoint that was failing and answers again; it is sent ${next}.`;
  }
  const since = circuitSince === null ? '' : ` since ${tellTime(circuitSince)}`;
  const why = circuitReason === null ? '' : ` (${circuitReason})`;
  return `Waiting because the endpoint has been failing${since}${why}. Once the endpoint has answered a probe, what waits goes out, the oldest first; no attempt is spent meanwhile.`;
}

function tellOrder(event: ExplainedEvent, { behind }: ExplainedDelivery): string {
  const line =
    event.orderingKey === null ? 'this endpoint' : `this endpoint with the ordering key "${event.orderingKey}"`;
  const first = behind === null ? 'those before it' : toTypeId('dlv', behind);
  return `Waiting for its turn: deliveries to ${line} go in order, and ${first} must end first.`;
}

function tellHeld(event: ExplainedEvent, endpoint: ExplainedEndpoint): string {
  if (endpoint.status === 'paused') {
    return `Held because the endpoint was paused at ${tellTime(endpoint.statusChangedAt)}${tellBy(endpoint.statusBy)}; it is sent when the endpoint is resumed.`;
  }
  if (event.tenantPausedAt !== null) {
    return `Held because all deliveries of this tenant were paused at ${tellTime(event.tenantPausedAt)}${tellBy(event.tenantPausedBy)}; it is sent when they are resumed.`;
  }
  return 'Held by a pause that is over: it is about to be sent.';
}

function tellDead(event: ExplainedEvent, delivery: ExplainedDelivery): string {
  const { attemptCount, completedAt } = delivery.row;
  const reason = delivery.deadLetter?.reason ?? 'exhausted';
  const at = `Given up at ${tellTime(completedAt!)}`;
  return `${at} ${tellDeath()}${tellResolution(delivery)}`;

  function tellDeath(): string {
    switch (reason) {
      case 'exhausted':
        return `after ${attemptCount} ${attemptCount === 1 ? 'attempt' : 'attempts'}: the last one failed${tellLast(delivery)}.`;
      case 'gone':
        return 'because the endpoint answered 410 Gone: nobody is there any more.';
      case 'blocked':
        return `because its address may not be reached${tellLast(delivery)}.`;
      case 'expired': {
        const when = event.expiresAt === null ? 'as long as events are kept' : `by ${tellTime(event.expiresAt)}`;
        return `because it could not be delivered ${when}, and is worth nothing after that.`;
      }
    }
  }
}

function tellResolution({ deadLetter }: ExplainedDelivery): string {
  if (deadLetter?.resolution == null) return ' It waits as a dead letter, to be replayed or discarded.';
  const note = deadLetter.note === null || deadLetter.note === '' ? '' : ` (${deadLetter.note})`;
  return deadLetter.resolution === 'replayed' ? ` It was replayed since${note}.` : ` It was discarded since${note}.`;
}

function tellCancelled(endpoint: ExplainedEndpoint, { row, cancelledBy }: ExplainedDelivery): string {
  const byWhom = cancelledBy === null ? 'by request' : `by ${cancelledBy}`;
  const at = row.completedAt === null ? 'Cancelled' : `Cancelled at ${tellTime(row.completedAt)}`;
  switch (row.cancelReason) {
    case null:
    case 'requested':
      return `${at} ${byWhom}.`;
    case 'endpoint_disabled': {
      const why = endpoint.status === 'disabled' ? inWords(endpoint.disabledReason) : null;
      return `${at} because the endpoint was disabled${tellBy(endpoint.statusBy)}${why === null ? '' : `: ${why}`}. It can be replayed when the endpoint is enabled.`;
    }
    case 'endpoint_deleted':
      return `${at} because the endpoint was deleted.`;
    case 'tenant_deleted':
      return `${at} because the tenant was deleted.`;
    case 'payload_erased':
    case 'event_erased':
      return `${at} because what the event carried was erased.`;
    default:
      return `${at} ${byWhom}: ${row.cancelReason}.`;
  }
}

/** ` (status 503)`, ` (connection refused)`: what the last attempt came to. */
function tellLast({ row, lastAttempt }: ExplainedDelivery): string {
  const error = lastAttempt?.error ?? null;
  const text = error ?? (row.lastStatusCode === null ? row.lastErrorCode : `it answered ${row.lastStatusCode}`);
  return text === null ? '' : ` (${text})`;
}
