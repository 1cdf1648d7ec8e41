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

/** More tenants than this, and a list goes through all rows in order instead of through each tenant's. */
const MAX_LEADING_TENANTS = 8;

/**
 * What an index on (tenant, id) can do for a list: for each set of conditions a branch that it leads, and what is left
 * to be looked at row by row. No sets: nobody's rows are to be seen.
 */
export function leadByTenants(
  parameters: Parameters,
  column: string,
  tenantIds: readonly Uuid[] | null,
): { leads: string[][]; rest: string[] } {
  if (tenantIds === null) return { leads: [[]], rest: [] };
  if (tenantIds.length > MAX_LEADING_TENANTS) {
    return { leads: [[]], rest: tenantConditions(parameters, column, tenantIds) };
  }
  return { leads: tenantIds.map((id) => tenantConditions(parameters, column, [id])), rest: [] };
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

/** Whether the event of a row is such a one. Not EXISTS, of which the planner may make a table of all such events. */
export function eventOf(row: string, conditions: readonly string[]): string {
  return `(SELECT true FROM events e ${where([`e.id = ${row}.event_id`, ...conditions])}) IS NOT NULL`;
}
