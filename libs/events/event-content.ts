import type { Executor } from '#database';
import type { Uuid } from '#kernel';
import type { FilteredEvent } from '#policy';

/** What an event carries beside its type and channels, as far as filters look at it. */
export type EventContent = Omit<FilteredEvent, 'type' | 'channels'>;

/** Stands for what no filter asks for, and for what is gone. */
export const NO_CONTENT: EventContent = {
  uid: null,
  subject: null,
  source: null,
  correlationId: null,
  schemaVersion: null,
  orderingKey: null,
  metadata: null,
  data: null,
};

const CONTENT = `uid, subject, source, correlation_id AS "correlationId", schema_version AS "schemaVersion",
  ordering_key AS "orderingKey", metadata, data`;

/** Reads what an event on disk carries. */
export async function findContent(db: Executor, eventId: Uuid): Promise<EventContent> {
  const [row] = await db.query<EventContent>(`SELECT ${CONTENT} FROM events WHERE id = $1`, [eventId]);
  return row ?? NO_CONTENT;
}

/** Reads what several carry, all of which is in memory then; those that are gone are not among it. */
export async function findContents(db: Executor, eventIds: readonly Uuid[]): Promise<Map<Uuid, EventContent>> {
  const rows = await db.query<EventContent & { readonly id: Uuid }>(
    `SELECT id, ${CONTENT} FROM events WHERE id = ANY ($1::uuid[])`,
    [eventIds],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
