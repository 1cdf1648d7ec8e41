import { toTypeId, type Uuid } from '#kernel';
import { formatPayload } from '#signing';

/** A larger body does not travel in jobs and claims: the worker that sends it reads it from the database. */
export const INLINE_BODY_CHARACTERS = 64 * 1024;

/**
 * An event as it is sent: shared by all its dispatches and put together once. `body` is the standard payload; the
 * published data stands in it from `dataStart` to `dataEnd`. A body too large to travel in a job or a claim is null and
 * loaded when it is sent.
 */
export interface WireEvent {
  readonly id: Uuid;
  readonly type: string;
  readonly body: string | null;
  readonly dataStart: number;
  readonly dataEnd: number;
  /** The publishing service: not in the standard payload. */
  readonly source: string | null;
  /** The event's own headers, flat name, value pairs. */
  readonly headers: readonly string[];
  readonly traceparent: string | null;
  readonly expiresAtMs: number | null;
}

/** The columns of an event that its wire form is made of. `metadata` and `headers` are JSON texts. */
export interface EventContent {
  readonly id: Uuid;
  readonly uid: string | null;
  readonly type: string;
  readonly occurredAtMs: number;
  readonly subject: string | null;
  readonly source: string | null;
  readonly schemaVersion: string | null;
  readonly correlationId: string | null;
  readonly data: string | null;
  readonly metadata: string | null;
  readonly headers: string | null;
  readonly traceparent: string | null;
  readonly expiresAtMs: number | null;
}

/** One delivery in the hands of a worker, under the lease that `generation` names. */
export interface Dispatch {
  readonly deliveryId: Uuid;
  readonly tenantId: Uuid;
  readonly endpointId: Uuid;
  /** The endpoint is never used in an older version than this one. */
  readonly endpointVersion: number;
  generation: number;
  /** Attempts made before this one. */
  readonly attempts: number;
  readonly replayOf: Uuid | null;
  /** Which line it is the head of, at an endpoint that keeps order ('' for the one without a key); null elsewhere. */
  readonly orderKey: string | null;
  /** When the lease ends, in database time. */
  leaseUntilMs: number;
  /** The slot of a limited rate or of a closing circuit that was reserved for it, if it waited for one. */
  readonly slotAtMs: number | null;
  /** Whether that slot is one of the endpoint's limited rate. */
  readonly isSlotOfRate: boolean;
  readonly event: WireEvent;
}

/** What an erased payload is sent as: never, in fact; the gate refuses it. */
const ERASED = 'null';

export function toWireEvent(event: EventContent): WireEvent {
  const data = event.data ?? ERASED;
  const payload = {
    id: toTypeId('evt', event.id),
    uid: event.uid,
    type: event.type,
    occurredAt: new Date(event.occurredAtMs).toISOString(),
    subject: event.subject,
    schemaVersion: event.schemaVersion,
    correlationId: event.correlationId,
    data,
    metadata: event.metadata,
  };
  const body = formatPayload(payload);
  // From the end: nothing but metadata of known length follows the data.
  const dataEnd = body.length - 1 - (event.metadata === null ? 0 : `,"metadata":`.length + event.metadata.length);
  return {
    id: event.id,
    type: event.type,
    body,
    dataStart: dataEnd - data.length,
    dataEnd,
    source: event.source,
    headers: event.headers === null ? [] : Object.entries(JSON.parse(event.headers) as Record<string, string>).flat(),
    traceparent: event.traceparent,
    expiresAtMs: event.expiresAtMs,
  };
}
