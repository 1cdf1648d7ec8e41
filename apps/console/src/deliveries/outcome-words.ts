import type { Attempt, Delivery } from './delivery.js';

const ERRORS: Readonly<Record<string, string>> = {
  status: 'answered with an error',
  timeout: 'did not answer in time',
  dns: 'host name not found',
  connect: 'could not connect',
  tls: 'TLS failed',
  reset: 'connection was closed midway',
  blocked_address: 'address not allowed',
  protocol: 'answer was not HTTP',
  body_too_large: 'answer too large',
  transform: 'transform failed',
  auth: 'could not authenticate',
  proxy: 'egress proxy failed',
};

/** Why something failed, in words: `answered 503`, `did not answer in time`. */
export function errorWords(errorCode: string | null, statusCode: number | null): string {
  if (errorCode === 'status' && statusCode !== null) return `answered ${statusCode}`;
  if (errorCode === null) return statusCode === null ? '' : `answered ${statusCode}`;
  return ERRORS[errorCode] ?? errorCode;
}

export function attemptWords({ outcome, statusCode, errorCode }: Attempt): string {
  if (outcome === 'succeeded') return `Delivered: answered ${statusCode}`;
  const words = errorWords(errorCode, statusCode);
  return `Failed: ${words}`;
}

/** What came of the last attempt, for a list. */
export function lastWords({ status, attemptCount, lastErrorCode, lastStatusCode, cancelReason }: Delivery): string {
  if (status === 'cancelled' && cancelReason !== null) return cancelReason.replaceAll('_', ' ');
  if (attemptCount === 0) return '';
  return errorWords(lastErrorCode, lastStatusCode);
}

/** An open circuit names the latest moment only: what waits goes out, bit by bit, once a probe was answered; nobody waits for that. */
export function nextTryOf({ nextAttemptAt, waitingFor }: Delivery): string | null {
  return waitingFor === 'circuit' ? null : nextAttemptAt;
}

const CANCEL_REASONS: Readonly<Record<string, string>> = {
  requested: 'somebody asked for it',
  payload_erased: 'the content of its event was erased',
  tenant_deleted: 'the tenant was deleted',
  endpoint_deleted: 'the endpoint was deleted',
  endpoint_disabled: 'the endpoint was disabled',
};

/** Why it is as it is, and what comes next, in one sentence. `ago` says when, in words. */
export function whyWords(delivery: Delivery): string {
  const { status, waitingFor, attemptCount, cancelReason } = delivery;
  const last = errorWords(delivery.lastErrorCode, delivery.lastStatusCode);
  const tries = attemptCount === 1 ? 'one attempt' : `${attemptCount} attempts`;
  switch (status) {
    case 'succeeded':
      return `Delivered after ${tries}: the endpoint ${last || 'took it'}.`;
    case 'dead':
      return `Given up after ${tries}${last ? `: the endpoint ${last}` : ''}. It stays among the dead letters until it is replayed or discarded.`;
    case 'cancelled':
      return `Cancelled: ${cancelReason === null ? 'no reason was given' : (CANCEL_REASONS[cancelReason] ?? cancelReason)}.`;
    case 'held':
      return 'Held: its endpoint or its tenant is paused. It is sent when that is resumed.';
    case 'pending':
      return waitingFor === null ? 'On its way.' : waitingWords(waitingFor, last, tries);
  }
}

function waitingWords(waitingFor: NonNullable<Delivery['waitingFor']>, last: string, tries: string): string {
  switch (waitingFor) {
    case 'queue':
      return 'In the queue: a worker takes it up within moments.';
    case 'sending':
      return 'A worker is sending it now.';
    case 'retry':
      return `The endpoint ${last || 'failed'} (${tries} so far); it is tried again on schedule.`;
    case 'rate_limit':
      return 'It waits for its turn: the rate of this endpoint is limited.';
    case 'circuit':
      return 'The endpoint fails so often that its circuit is open: only probes go there. Once it has answered one, what waits goes out gradually, the oldest first.';
    case 'order':
      return 'It waits for the deliveries before it: this endpoint gets them in order.';
    case 'schedule':
      return 'Its time has not come yet.';
  }
}
