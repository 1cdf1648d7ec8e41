import { PosthornError, uuidFloor } from '#kernel';

/** Which part of a list is wanted: by keyset, in the order of ids, which is the order of time. */
export interface ListPage {
  /** Rows at most. Ask for one more than is shown, and there is a next page when it comes. */
  limit: number;
  /** The position after which to go on, exclusive; null: from the start. */
  after: string | null;
  order: 'asc' | 'desc';
  /** Created at or after, epoch milliseconds. */
  sinceMs?: number | null;
  /** Created before, epoch milliseconds. */
  untilMs?: number | null;
}

/**
 * The end of a list's statement: `WHERE …` and `ORDER BY … LIMIT …` with their parameters. `conditions` are further
 * ones, as plain SQL or as SQL with one `?` for its value. `column` holds UUIDv7 ids.
 */
export function keyset(
  page: ListPage,
  column: string,
  conditions: readonly (string | readonly [sql: string, value: unknown])[] = [],
): { where: string; order: string; values: unknown[] } {
  const values: unknown[] = [];
  const all: string[] = [];
  const add = (sql: string, value: unknown): void => {
    values.push(value);
    all.push(sql.replace('?', `$${values.length}`));
  };
  for (const condition of conditions) {
    if (typeof condition === 'string') all.push(condition);
    else add(condition[0], condition[1]);
  }
  if (page.sinceMs != null) add(`${column} >= ?`, uuidFloor(page.sinceMs));
  if (page.untilMs != null) add(`${column} < ?`, uuidFloor(page.untilMs));
  if (page.after !== null) {
    assertUuidPosition(page.after);
    add(`${column} ${page.order === 'asc' ? '>' : '<'} ?`, page.after);
  }
  values.push(page.limit);
  return {
    where: all.length > 0 ? `WHERE ${all.join(' AND ')}` : '',
    order: `ORDER BY ${column} ${page.order} LIMIT $${values.length}`,
    values,
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A cursor can be forged: throws `invalid_cursor` unless the position in it is an id, before it reaches the database as
 * something else.
 */
export function assertUuidPosition(position: string): void {
  if (UUID.test(position)) return;
  throw new PosthornError('invalid_cursor', 'The cursor is not one of ours, or belongs to other filters.');
}
