import { type AttemptView, MAX_PAGE_BYTES } from '#insights';
import { type Page, type PageRequest, toCursor, toPage } from '../http/pagination.js';
import { type AttemptResponse, toAttemptResponse } from './attempt.response.js';

/** A page of attempts. With bodies it ends early where they become more than one answer should hold. */
export function toAttemptPage(
  page: PageRequest,
  rows: readonly AttemptView[],
  withBodies: boolean,
): Page<AttemptResponse> {
  const toItem = (row: AttemptView): AttemptResponse => toAttemptResponse(row, withBodies);
  const count = withBodies ? countWithin(rows.slice(0, page.size)) : page.size;
  if (count >= Math.min(page.size, rows.length)) return toPage(page, rows, positionOf, toItem);
  const shown = rows.slice(0, count);
  return { data: shown.map(toItem), nextCursor: toCursor(page, positionOf(shown.at(-1)!)) };
}

const positionOf = ({ number, generation }: AttemptView): string => `${number}.${generation}`;

function countWithin(rows: readonly AttemptView[]): number {
  let characters = 0;
  for (const [index, { request, response }] of rows.entries()) {
    characters += (request.body?.length ?? 0) + (response.body?.length ?? 0);
    if (characters > MAX_PAGE_BYTES && index > 0) return index;
  }
  return rows.length;
}
