import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { redactJson } from '#events';
import type { Uuid } from '#kernel';
import { hiddenPaths, type Viewer } from './viewer.js';

/** What was published, as the JSON texts it was published in, but for what a viewer does not get to see; all null once it is erased. */
export interface EventPayload {
  readonly data: string | null;
  readonly metadata: string | null;
  /** The event's own headers, a JSON object. */
  readonly headers: string | null;
}

/** A payload before anything in it is hidden. */
export interface WholePayload extends EventPayload {
  /** JSON Pointers to what is not shown of `data`. */
  readonly hidden: readonly string[];
}

/** The payload as it is shown. */
export function toShown<Payload extends WholePayload>({ hidden, ...payload }: Payload): Omit<Payload, 'hidden'> {
  return { ...payload, data: payload.data === null ? null : redactJson(payload.data, hidden).text };
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

  /** The payloads of the first of these events (in this order, repetitions allowed), which the viewer is known to see. */
  async load(viewer: Viewer, eventIds: readonly Uuid[]): Promise<LoadedPayloads> {
    const sizes = await this.db.query<{ id: Uuid; bytes: number }>(
      `SELECT id, coalesce(octet_length(data), 0) + coalesce(octet_length(metadata), 0) AS bytes
         FROM events WHERE id = ANY ($1::uuid[])`,
      [eventIds],
    );
    const count = countWithin(eventIds, new Map(sizes.map(({ id, bytes }) => [id, bytes])));
    const rows = await this.db.query<WholePayload & { id: Uuid }>(
      `SELECT id, data, metadata, headers, ${hiddenPaths(viewer, 'e.type')} AS hidden FROM events e WHERE id = ANY ($1::uuid[])`,
      [eventIds.slice(0, count)],
    );
    return { count, byEvent: new Map(rows.map(({ id, ...payload }) => [id, toShown(payload)])) };
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
