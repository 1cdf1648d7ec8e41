import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Uuid } from '#kernel';

/** What was published, as the JSON texts it was published in; all null once it is erased. */
export interface EventPayload {
  readonly data: string | null;
  readonly metadata: string | null;
  /** The event's own headers, a JSON object. */
  readonly headers: string | null;
}

/** A page with payloads holds this much of them at most, in bytes, and is shorter instead. */
export const MAX_PAGE_BYTES = 8 * 1024 * 1024;

export interface LoadedPayloads {
  /** How many of the events asked for, from the first, fit in a page: at least one. */
  readonly count: number;
  readonly byEvent: ReadonlyMap<Uuid, EventPayload>;
}

/** Payloads for lists that were asked to show them, within what one answer may hold. */
@Injectable()
export class EventPayloads {
  constructor(private readonly db: Database) {}

  /** The payloads of the first of these events (in this order, repetitions allowed). */
  async load(eventIds: readonly Uuid[]): Promise<LoadedPayloads> {
    const sizes = await this.db.query<{ id: Uuid; bytes: number }>(
      `SELECT id, coalesce(octet_length(data), 0) + coalesce(octet_length(metadata), 0) AS bytes
         FROM events WHERE id = ANY ($1::uuid[])`,
      [eventIds],
    );
    const count = countWithin(eventIds, new Map(sizes.map(({ id, bytes }) => [id, bytes])));
    const rows = await this.db.query<EventPayload & { id: Uuid }>(
      `SELECT id, data, metadata, headers FROM events WHERE id = ANY ($1::uuid[])`,
      [eventIds.slice(0, count)],
    );
    return { count, byEvent: new Map(rows.map(({ id, ...payload }) => [id, payload])) };
  }
}

function countWithin(eventIds: readonly Uuid[], bytesOf: ReadonlyMap<Uuid, number>): number {
  let bytes = 0;
  for (const [index, id] of eventIds.entries()) {
    bytes += bytesOf.get(id) ?? 0;
    if (bytes > MAX_PAGE_BYTES && index > 0) return index;
  }
  return eventIds.length;
}
