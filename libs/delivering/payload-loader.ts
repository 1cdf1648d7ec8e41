import type { Database } from '#database';
import { type EventContent, toWireEvent, type WireEvent } from '#deliveries';
import type { Uuid } from '#kernel';

const LOAD = {
  name: 'load_event_content',
  text: `
    SELECT id, uid, type, extract(epoch FROM occurred_at)::float8 * 1000 AS "occurredAtMs", subject,
           schema_version AS "schemaVersion", correlation_id AS "correlationId", data, metadata, headers, traceparent,
           extract(epoch FROM expires_at)::float8 * 1000 AS "expiresAtMs"
      FROM events WHERE id = $1`,
};

/** Bodies too large to travel in jobs and claims, read one at a time just before they are sent. */
export class PayloadLoader {
  constructor(private readonly db: Database) {}

  /** Null when the event is gone or its payload was erased. */
  async load(eventId: Uuid): Promise<WireEvent | null> {
    const [event] = await this.db.query<EventContent>(LOAD, [eventId]);
    return event === undefined || event.data === null ? null : toWireEvent(event);
  }
}
