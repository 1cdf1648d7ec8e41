import { contentTypeOf, type PayloadFormat } from './payload-formats.js';
import type { RequestToSign } from './signature-writers.js';

/** What the headers of one request say. The event's id is the same for every attempt and replay. */
export interface RequestFacts extends RequestToSign {
  readonly attemptNumber: number;
  /** `dlv_…` of the delivery that this one replays. */
  readonly replayOf: string | null;
  readonly traceparent: string | null;
}

/**
 * The headers of a request as flat name, value pairs, ours first, with those of its signatures among them; `extra` are the
 * endpoint's and the event's own.
 */
export function requestHeaders(
  facts: RequestFacts,
  format: PayloadFormat,
  signature: readonly string[],
  userAgent: string,
  ...extra: readonly (readonly string[])[]
): string[] {
  const headers = [
    'content-type',
    contentTypeOf(format),
    'user-agent',
    userAgent,
    'webhook-id',
    facts.eventId,
    'webhook-timestamp',
    String(facts.timestampSeconds),
    ...signature,
    'posthorn-event-type',
    facts.type,
    'posthorn-delivery',
    facts.deliveryId,
    'posthorn-attempt',
    String(facts.attemptNumber),
  ];
  if (facts.replayOf !== null) headers.push('posthorn-replay-of', facts.replayOf);
  if (facts.traceparent !== null) headers.push('traceparent', facts.traceparent);
  for (const more of extra) if (more.length > 0) headers.push(...more);
  return headers;
}
