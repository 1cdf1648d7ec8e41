import { assertUuidPosition, type Executor, type ListPage } from '#database';
import type { Uuid } from '#kernel';
import { pageConditions, Parameters, where } from './query-parts.js';

/** Part of a list. Rows may be fewer than were asked for although there are more. */
export interface Listed<Row> {
  readonly rows: readonly Row[];
  /** Up to here was looked, and it goes on behind; null: the page is full, or the list is at its end. */
  readonly stoppedAt: Uuid | null;
}

/** One source of a list's rows: a table by one of its indexes. */
export interface Branch {
  /** The select list; a column named `id`, which the rows are in the order of, is among it. */
  readonly columns: string;
  /** The table and its alias. */
  readonly from: string;
  /** The column that is the list's `id`. */
  readonly id: string;
  /** Conditions that an index serves together with the order: rows that they exclude cost nothing. */
  readonly lead: readonly string[];
  /** Conditions that each row is looked at for. */
  readonly rest: readonly string[];
  /** One row for each id, which is wanted if one of its rows is. */
  readonly isGrouped?: boolean;
}

/** A stretch of a list that one statement has looked at. */
export interface Slice<Row> {
  readonly rows: readonly Row[];
  /** The last id that was looked at; null when there is nothing behind it in the stretch. */
  readonly edge: Uuid | null;
}

/** Rows that the first statement looks at, at most. How many the next one may follows from how long this one took. */
const FIRST_LOOK = 250;
const LONGEST_LOOK = 16_000;
const MOST_GROWTH = 8;

/** After this no further statement is begun; each is made to take no longer. */
const LOOK_MS = 15;

type Marked<Row> = Row & { readonly isMatch: boolean | null; readonly isEdge: boolean };

/**
 * Goes through the windows of a list until the page is full, for some milliseconds at most: a filter that hardly anything
 * matches must not read through everything there is in one request. A list that has no end by then stops where it is and
 * says so. A list whose filters are all served by indexes is never cut short.
 */
export async function lookThrough<Row extends { readonly id: Uuid }>(
  page: ListPage,
  windows: Iterable<ListPage>,
  read: (page: ListPage, budget: number) => Promise<Slice<Row>>,
): Promise<Listed<Row>> {
  const startedMs = performance.now();
  const rows: Row[] = [];
  let budget = FIRST_LOOK;
  for (const window of windows) {
    for (let after = page.after; ; ) {
      const lookedAtMs = performance.now();
      const slice = await read({ ...window, after, limit: page.limit - rows.length }, budget);
      rows.push(...slice.rows);
      if (rows.length >= page.limit) return { rows: rows.slice(0, page.limit), stoppedAt: null };
      if (slice.edge === null) break;
      after = slice.edge;
      const nowMs = performance.now();
      if (nowMs - startedMs > LOOK_MS) return { rows, stoppedAt: after };
      budget = nextBudget(budget, nowMs - lookedAtMs);
    }
  }
  return { rows, stoppedAt: null };
}

function nextBudget(budget: number, tookMs: number): number {
  const growth = Math.min(MOST_GROWTH, Math.max(1, LOOK_MS / tookMs));
  return Math.min(LONGEST_LOOK, Math.ceil(budget * growth));
}

/** Checks the cursor before anything is derived from it. */
export function assertPosition({ after }: ListPage): void {
  if (after !== null) assertUuidPosition(after);
}

/**
 * Reads a stretch of the list that several branches make up together, looking at `budget` rows of each at most. The
 * statement numbers the rows of a branch and answers the last one that it may look at, wanted or not: that is the edge.
 */
export async function readSlice<Row extends { readonly id: Uuid }>(
  db: Executor,
  page: ListPage,
  budget: number,
  branchesOf: (parameters: Parameters) => readonly Branch[],
): Promise<Slice<Row>> {
  const parameters = new Parameters();
  const branches = branchesOf(parameters);
  if (branches.length === 0) return { rows: [], edge: null };
  // Edges that are not wanted take no places away.
  const limit = parameters.add(page.limit + branches.length);
  const parts = branches.map((branch) => toSelect(branch, page, limit, budget, parameters));
  const sql =
    parts.length === 1 ? parts[0]! : `${parts.join('\nUNION ALL\n')}\nORDER BY id ${page.order} LIMIT ${limit}`;
  const rows: Row[] = [];
  for (const { isMatch, isEdge, ...row } of await db.query<Marked<Row>>(sql, parameters.values)) {
    if (isMatch) rows.push(row as unknown as Row);
    // What comes behind is of the other branches, and not all of it.
    if (isEdge) return { rows, edge: row['id'] };
  }
  return { rows, edge: null };
}

function toSelect(branch: Branch, page: ListPage, limit: string, budget: number, parameters: Parameters): string {
  const { columns, from, id, lead, rest, isGrouped = false } = branch;
  const source = `FROM ${from} ${where([...lead, ...pageConditions(parameters, page, id)])}`;
  const order = `ORDER BY ${id} ${page.order}`;
  if (rest.length === 0 && !isGrouped) {
    return `(SELECT ${columns}, true AS "isMatch", false AS "isEdge" ${source} ${order} LIMIT ${limit})`;
  }
  const match = rest.length === 0 ? 'true' : rest.join(' AND ');
  const isMatch = isGrouped ? `bool_or(${match})` : match;
  const looked = parameters.add(budget);
  return `(SELECT * FROM (
    SELECT looked.*, row_number() OVER (ORDER BY id ${page.order}) = ${looked} AS "isEdge"
      FROM (SELECT ${columns}, ${isMatch} AS "isMatch" ${source} ${isGrouped ? `GROUP BY ${id}` : ''} ${order} LIMIT ${looked}) looked
  ) marked WHERE "isMatch" OR "isEdge" ORDER BY id ${page.order} LIMIT ${limit})`;
}
