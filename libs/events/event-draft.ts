/** An event as it was asked for, checked in itself: not yet whether its tenant and endpoint exist. */
export interface EventDraft {
  /** TypeID or uid, as written. */
  readonly tenant: string;
  readonly type: string;
  /** The published JSON text of `data`, character for character. */
  readonly data: string;
  /** What `JSON.parse` made of it, until it was looked into: it takes many times the room of the text. Then undefined. */
  dataValue: unknown;
  readonly uid: string | null;
  readonly subject: string | null;
  readonly source: string | null;
  /** Null: now. */
  readonly occurredAtMs: number | null;
  readonly correlationId: string | null;
  readonly schemaVersion: string | null;
  readonly channels: readonly string[] | null;
  /** JSON texts as they were published. */
  readonly metadata: string | null;
  readonly headers: string | null;
  /** Target of an event meant for one endpoint; TypeID or uid, as written. */
  readonly endpoint: string | null;
  /** When it is matched and sent; null: at once. */
  readonly deliverAtMs: number | null;
  /** What a fifo endpoint keeps in order; null: with all other events that have none. */
  readonly orderingKey: string | null;
  readonly expiresAtMs: number | null;
  /** From the publish request's own header (W3C Trace Context). */
  readonly traceparent: string | null;
}
