import { createHash } from 'node:crypto';
import type { ListPage } from '#database';
import { PosthornError } from '#kernel';
import type { PageQuery } from './page-query.dto.js';

const DEFAULT_LIMIT = 50;

/** A part of a list, and how to get the next; `nextCursor: null` is the end. */
export interface Page<Item> {
  data: Item[];
  nextCursor: string | null;
}

/** What a list's query asks for: the page for the store, and what its cursors are bound to. */
export interface PageRequest extends ListPage {
  /** Rows to show; the store is asked for one more (`limit`), which tells whether there is a next page. */
  size: number;
  sinceMs: number | null;
  untilMs: number | null;
  /** Which list with which filters this is; a cursor of another one is refused. */
  binding: string;
}

/**
 * Reads a list's query. `list` names the list and, when they matter, the ids of its path (`endpoints of <tenant>`), so
 * that a cursor cannot be carried from one to another. All further fields of the query are filters.
 */
export function readPage(query: PageQuery, list: string): PageRequest {
  const { limit, cursor, order, since, until, ...filters } = query;
  const binding = bindingOf(list, { ...filters, order: order ?? 'desc', since, until });
  const size = limit ?? DEFAULT_LIMIT;
  return {
    size,
    limit: size + 1,
    after: cursor == null ? null : openCursor(cursor, binding),
    order: order ?? 'desc',
    sinceMs: since?.getTime() ?? null,
    untilMs: until?.getTime() ?? null,
    binding,
  };
}

/** The answer to a list: `rows` as the store gave them (one more than shown, if there is a next page). */
export function toPage<Row, Item>(
  page: PageRequest,
  rows: readonly Row[],
  positionOf: (row: Row) => string,
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, page.size);
  const last = rows.length > page.size ? shown.at(-1) : undefined;
  return {
    data: shown.map((row) => toItem(row)),
    nextCursor: last === undefined ? null : toCursor(page, positionOf(last)),
  };
}

/** A cursor that goes on after `position`, for lists that know by themselves where they stopped. */
export function toCursor({ binding }: Pick<PageRequest, 'binding'>, position: string): string {
  return Buffer.from(`${binding}.${position}`).toString('base64url');
}

function openCursor(cursor: string, binding: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  const dot = text.indexOf('.');
  if (dot === -1 || text.slice(0, dot) !== binding || text.includes('\0') || dot === text.length - 1) {
    throw new PosthornError('invalid_cursor', 'The cursor is not one of ours, or belongs to other filters.');
  }
  return text.slice(dot + 1);
}

function bindingOf(list: string, filters: Record<string, unknown>): string {
  const given = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([list, given]))
    .digest('base64url')
    .slice(0, 12);
}
