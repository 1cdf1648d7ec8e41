/** What the headers of one request say. */
export interface RequestFacts {
  /** `evt_…`: the same for every attempt and replay of the event. */
  readonly eventId: string;
  readonly type: string;
  /** `dlv_…`. */
  readonly deliveryId: string;
  readonly attemptNumber: number;
  readonly timestampSeconds: number;
  readonly signature: string;
  /** `dlv_…` of the delivery that this one replays. */
  readonly replayOf: string | null;
  readonly traceparent: string | null;
}

/** The headers of a request as flat name, value pairs, ours first; `extra` are the endpoint's and the event's own. */
export function requestHeaders(
  facts: RequestFacts,
  userAgent: string,
  ...extra: readonly (readonly string[])[]
): string[] {
  const headers = [
    'content-type',
    'application/json',
    'user-agent',
    userAgent,
    'webhook-id',
    facts.eventId,
    'webhook-timestamp',
    String(facts.timestampSeconds),
    'webhook-signature',
    facts.signature,
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
