import type { AttemptRecord, Dispatch, NextStep, WireEvent } from '#deliveries';
import type { SendTarget } from '#endpoints';
import { type Clock, toTypeId, toTypeIdOrNull } from '#kernel';
import { formatBody, requestHeaders, writeSignature } from '#signing';
import type { SendResult } from '#transport';
import type { AuthenticatedSender } from './authenticated-sender.js';
import { maskRepeated } from './repeated-secrets.js';

/** A request that was made, and what came of it. */
export interface SentRequest {
  readonly startedAtMs: number;
  /** The signature headers, flat name, value pairs. */
  readonly signature: readonly string[];
  readonly result: SendResult;
}

/** What of a dispatch the request says. */
export type RequestSource = Pick<Dispatch, 'deliveryId' | 'attempts' | 'replayOf' | 'event'>;

/** What is wrong with a request on purpose, to see whether its receiver notices. */
export interface Flaw {
  /** Signed in place of the body that is sent. */
  readonly signedBody?: string;
  /** How much older than the request its signature says it is. */
  readonly ageMs?: number;
}

/** Signs exactly the bytes of `body` with the keys that are live at this moment, and sends them. Never rejects. */
export async function sendSigned(
  sender: AuthenticatedSender,
  clock: Clock,
  userAgent: string,
  { deliveryId, attempts, replayOf, event }: RequestSource,
  target: SendTarget,
  body: string,
  timeoutMs: number,
  flaw: Flaw | null = null,
): Promise<SentRequest> {
  const startedAtMs = clock.now();
  const facts = {
    eventId: toTypeId('evt', event.id),
    type: event.type,
    deliveryId: toTypeId('dlv', deliveryId),
    attemptNumber: attempts + 1,
    timestampSeconds: Math.floor((startedAtMs - (flaw?.ageMs ?? 0)) / 1000),
    replayOf: toTypeIdOrNull('dlv', replayOf),
    traceparent: event.traceparent,
  };
  const signature = target.signer.sign(facts, flaw?.signedBody ?? body, startedAtMs);
  const ofEvent = target.signer.without(headersBeside(target.authHeader, event.headers));
  const request = {
    target: target.url,
    headers: requestHeaders(facts, target.payloadFormat, signature, userAgent, target.headers, ofEvent),
    body,
    timeoutMs,
    ...(flaw === null ? {} : { wantsCertificate: true }),
  };
  const result = maskRepeated(await sender.send(request, target.oauth2), target.sentSecrets);
  return { startedAtMs, signature, result };
}

/** An event's headers, without what would stand beside the endpoint's own credentials. */
function headersBeside(authHeader: string | null, headers: readonly string[]): readonly string[] {
  if (authHeader === null || headers.length === 0) return headers;
  return headers.filter((_, at) => headers[at - (at % 2)]!.toLowerCase() !== authHeader);
}

/** The attempt as it goes on record. */
export function toRecord(
  source: RequestSource & { readonly generation: number },
  target: SendTarget,
  trigger: AttemptRecord['trigger'],
  { startedAtMs, signature, result }: SentRequest,
  next: NextStep,
): AttemptRecord {
  return {
    deliveryId: source.deliveryId,
    generation: source.generation,
    number: source.attempts + 1,
    endpointVersion: target.version,
    trigger,
    startedAtMs,
    durationMs: result.durationMs,
    statusCode: result.statusCode,
    errorCode: result.errorCode,
    error: result.error,
    remoteAddress: result.remoteAddress,
    dnsMs: result.timings.dnsMs,
    connectMs: result.timings.connectMs,
    tlsMs: result.timings.tlsMs,
    firstByteMs: result.timings.firstByteMs,
    signature: writeSignature(signature),
    responseHeaders: result.responseHeaders,
    responseBody: result.responseBody,
    truncated: result.truncated,
    next,
  };
}

/** The bytes for an endpoint that wants this format; null when the body is not at hand. */
export function bodyIn(format: SendTarget['payloadFormat'], event: WireEvent): string | null {
  const { body } = event;
  return body === null || format === 'standard' ? body : formatBody(format, { ...event, body });
}
