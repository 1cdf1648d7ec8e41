import { type EventContent, toWireEvent } from '#deliveries';
import { POSTHORN_VERSION, toTypeId, toTypeIdOrNull, type Uuid } from '#kernel';
import { authHeaderName, type Credentials } from '#endpoints';
import { type CustomHeaders, HEADER_MASK, maskHeaders } from '#policy';
import { formatBody, type PayloadFormat, type RequestFacts, requestHeaders } from '#signing';

/** A request as it went over the wire, or as it would. */
export interface AttemptRequest {
  readonly method: 'POST';
  /** Null when the version of the endpoint that it went to is no longer known. */
  readonly url: string | null;
  /** Names in lower case, credentials masked. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null when the payload was erased, or is older than retention. */
  readonly body: string | null;
}

/** What an endpoint was, or is, as far as its requests are concerned. */
export interface RequestTarget {
  readonly url: string;
  readonly headers: CustomHeaders;
  /** As they are shown. */
  readonly credentials: Credentials;
  readonly payloadFormat: PayloadFormat;
}

/** What makes one request differ from the others of its event. */
export interface RequestIdentity {
  readonly deliveryId: Uuid;
  readonly eventId: Uuid;
  readonly type: string;
  readonly replayOf: Uuid | null;
  readonly number: number;
}

/** The body that the endpoint's payload format makes of an event; null when there is nothing left of it. */
export function bodyOf(event: EventContent | null, format: PayloadFormat): string | null {
  if (event === null || event.data === null) return null;
  const wire = toWireEvent(event);
  return formatBody(format, { ...wire, body: wire.body! });
}

/** What the headers of an attempt say, when it was or is made at this second. */
export function factsOf(identity: RequestIdentity, timestampSeconds: number, event: EventContent | null): RequestFacts {
  return {
    eventId: toTypeId('evt', identity.eventId),
    type: identity.type,
    deliveryId: toTypeId('dlv', identity.deliveryId),
    attemptNumber: identity.number,
    timestampSeconds,
    replayOf: toTypeIdOrNull('dlv', identity.replayOf),
    traceparent: event?.traceparent ?? null,
  };
}

/**
 * Puts a request together from what is kept: the version of the endpoint, the event, the signature headers and the time.
 * The same functions made it the first time, so it is the same bytes, but for credentials, which are masked.
 */
export function toRequest(
  facts: RequestFacts,
  signature: readonly string[],
  target: RequestTarget | null,
  event: EventContent | null,
): AttemptRequest {
  const authHeader = target === null ? null : authHeaderName(target.credentials);
  const own = { ...maskHeaders(target?.headers ?? {}), ...(authHeader === null ? {} : { [authHeader]: HEADER_MASK }) };
  const taken = new Set([authHeader, ...signature.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase())]);
  const ofEvent = Object.entries(maskHeaders(readHeaders(event?.headers ?? null)));
  const pairs = requestHeaders(
    facts,
    target?.payloadFormat ?? 'standard',
    signature,
    `Posthorn/${POSTHORN_VERSION}`,
    Object.entries(own).flat(),
    ofEvent.filter(([name]) => !taken.has(name.toLowerCase())).flat(),
  );
  return {
    method: 'POST',
    url: target?.url ?? null,
    headers: toRecord(pairs),
    body: target === null ? null : bodyOf(event, target.payloadFormat),
  };
}

/** A JSON object of headers as it is kept; none when there is nothing, or nothing that can be read. */
export function readHeaders(text: string | null): CustomHeaders {
  if (text === null) return {};
  try {
    return JSON.parse(text) as CustomHeaders;
  } catch {
    return {};
  }
}

/** Flat name, value pairs as an object; what stands twice is joined as HTTP does. */
function toRecord(pairs: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const name = pairs[at]!.toLowerCase();
    const before = headers.get(name);
    headers.set(name, before === undefined ? pairs[at + 1]! : `${before}, ${pairs[at + 1]}`);
  }
  return Object.fromEntries(headers);
}
