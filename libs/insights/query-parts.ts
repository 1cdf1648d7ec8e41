import { assertUuidPosition, type ListPage } from '#database';
import { type Uuid, uuidFloor } from '#kernel';

/** The parameters of one statement, numbered as they are added. */
export class Parameters {
  readonly values: unknown[] = [];

  /** Adds a value and answers its placeholder. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/** `WHERE …`, or nothing when there are no conditions. */
export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

/** One tenant is compared, not looked up in an array: only then does an index give its rows in the order of ids. */
export function tenantConditions(parameters: Parameters, column: string, tenantIds: readonly Uuid[] | null): string[] {
  if (tenantIds === null) return [];
  if (tenantIds.length === 1) return [`${column} = ${parameters.add(tenantIds[0])}`];
  return [`${column} = ANY (${parameters.add(tenantIds)}::uuid[])`];
}

/** An event type, or with `.*` everything below one, as subscriptions read it. */
export function typeConditions(parameters: Parameters, column: string, pattern: string | null): string[] {
  if (pattern === null || pattern === '*') return [];
  if (!pattern.endsWith('.*')) return [`${column} = ${parameters.add(pattern)}`];
  return [`starts_with(${column}, ${parameters.add(pattern.slice(0, -1))})`];
}

/** A column that must have a value, unless none is asked for. */
export function equals(parameters: Parameters, column: string, value: string | number | null): string[] {
  return value === null ? [] : [`${column} = ${parameters.add(value)}`];
}

/** Where a page of a list by UUIDv7 ids begins and ends. */
export function pageConditions(parameters: Parameters, page: ListPage, column: string): string[] {
  const conditions: string[] = [];
  if (page.sinceMs != null) conditions.push(`${column} >= ${parameters.add(uuidFloor(page.sinceMs))}`);
  if (page.untilMs != null) conditions.push(`${column} < ${parameters.add(uuidFloor(page.untilMs))}`);
  if (page.after !== null) {
    assertUuidPosition(page.after);
    conditions.push(`${column} ${page.order === 'asc' ? '>' : '<'} ${parameters.add(page.after)}`);
  }
  return conditions;
}
