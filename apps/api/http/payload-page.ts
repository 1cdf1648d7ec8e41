import type { EventPayload, EventPayloads, Listed, Viewer } from '#insights';
import type { Uuid } from '#kernel';
import { type Page, type PageRequest, toCursor, toPage } from './pagination.js';

/**
 * A page that shows, if asked to, what the events carried. It ends early where the payloads would become more than one
 * answer should hold, and where the search for its rows did: a page may be short, or empty, and its cursor leads on.
 */
export async function toPayloadPage<Row extends { id: Uuid }, Item>(
  page: PageRequest,
  { rows, stoppedAt }: Listed<Row>,
  options: {
    readonly viewer: Viewer;
    /** Null: no payloads are wanted. */
    readonly payloads: EventPayloads | null;
    readonly eventOf: (row: Row) => Uuid;
    readonly toItem: (row: Row, payload?: EventPayload) => Item;
  },
): Promise<Page<Item>> {
  const { viewer, payloads, eventOf, toItem } = options;
  const complete = (shown: Page<Item>): Page<Item> =>
    shown.nextCursor === null && stoppedAt !== null ? { ...shown, nextCursor: toCursor(page, stoppedAt) } : shown;
  const positionOf = ({ id }: Row): Uuid => id;
  if (payloads === null) return complete(toPage(page, rows, positionOf, (row) => toItem(row)));
  const { count, byEvent } = await payloads.load(viewer, rows.slice(0, page.size).map(eventOf));
  const withPayload = (row: Row): Item => toItem(row, byEvent.get(eventOf(row)) ?? NOTHING);
  if (count === Math.min(rows.length, page.size)) return complete(toPage(page, rows, positionOf, withPayload));
  const shown = rows.slice(0, count);
  return { data: shown.map(withPayload), nextCursor: toCursor(page, shown.at(-1)!.id) };
}

/** An event that is older than events are kept. */
const NOTHING: EventPayload = { data: null, metadata: null, headers: null };
