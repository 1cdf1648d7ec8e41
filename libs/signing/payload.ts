/** What a receiver gets of an event; times are ISO 8601. `data` and `metadata` are the JSON text that was published. */
export interface PayloadEvent {
  /** The TypeID, `evt_…`. */
  readonly id: string;
  readonly uid: string | null;
  readonly type: string;
  readonly occurredAt: string;
  readonly subject: string | null;
  readonly schemaVersion: string | null;
  readonly correlationId: string | null;
  readonly data: string;
  readonly metadata: string | null;
}

/** The standard body, in which the published data stands from `dataStart` to `dataEnd`, and what it does not say. */
export interface StandardBody {
  readonly body: string;
  readonly dataStart: number;
  readonly dataEnd: number;
  /** The publishing service. */
  readonly source: string | null;
}

/**
 * The standard body. The published `data` goes in as the text it is: it is never parsed and written again, so key order,
 * `1.0` and integers beyond 2^53 survive.
 */
export function formatPayload(event: PayloadEvent): string {
  let body = `{"id":"${event.id}"`;
  if (event.uid !== null) body += `,"uid":${JSON.stringify(event.uid)}`;
  body += `,"type":"${event.type}","timestamp":"${event.occurredAt}"`;
  if (event.subject !== null) body += `,"subject":${JSON.stringify(event.subject)}`;
  if (event.schemaVersion !== null) body += `,"schemaVersion":${JSON.stringify(event.schemaVersion)}`;
  if (event.correlationId !== null) body += `,"correlationId":${JSON.stringify(event.correlationId)}`;
  body += `,"data":${event.data}`;
  if (event.metadata !== null) body += `,"metadata":${event.metadata}`;
  return `${body}}`;
}
