import type { Database } from '#database';
import { type EventContent, toWireEvent, type WireEvent } from '#deliveries';
import type { Uuid } from '#kernel';

const LOAD = {
  name: 'load_event_content',
  text: `
    SELECT id, uid, type, extract(epoch FROM occurred_at)::float8 * 1000 AS "occurredAtMs", subject, source,
           schema_version AS "schemaVersion", correlation_id AS "correlationId", data, metadata, headers, traceparent,
           extract(epoch FROM expires_at)::float8 * 1000 AS "expiresAtMs"
      FROM events WHERE id = $1`,
};

/**
 * Bodies too large to travel in jobs and claims, read just before they are sent. Deliveries of one event that start
 * together, as they do after a fan-out, share one reading and one copy.
 */
export class PayloadLoader {
  private readonly loading = new Map<Uuid, Promise<WireEvent | null>>();

  constructor(private readonly db: Database) {}

  /** Null when the event is gone or its payload was erased. */
  load(eventId: Uuid): Promise<WireEvent | null> {
    let loading = this.loading.get(eventId);
    if (!loading) {
      loading = this.read(eventId).finally(() => this.loading.delete(eventId));
      this.loading.set(eventId, loading);
    }
    return loading;
  }

  private async read(eventId: Uuid): Promise<WireEvent | null> {
    const [event] = await this.db.query<EventContent>(LOAD, [eventId]);
    return event === undefined || event.data === null ? null : toWireEvent(event);
  }
}
