import { toMergePatch } from '../api/merge-patch.js';
import { readJson, toJsonText } from '../ui/form-errors.js';
import { type Condition, rowOf, toConditions, toFilter } from './filter-conditions.js';

export interface Subscription {
  readonly id: string;
  readonly eventTypes: readonly string[];
  readonly channels: readonly string[] | null;
  readonly filter: Readonly<Record<string, unknown>> | null;
  readonly enabled: boolean;
  readonly version: number;
  readonly updatedAt: string;
}

/** A subscription as it stands in a form. */
export interface SubscriptionFields extends Record<string, unknown> {
  eventTypes: string[];
  channels: string[];
  enabled: boolean;
  /** Which of the two below says the filter. */
  filterMode: 'rows' | 'json';
  conditions: Condition[];
  filter: string;
}

export function toSubscriptionFields(subscription: Subscription | null): SubscriptionFields {
  const conditions = toConditions(subscription?.filter ?? null);
  return {
    eventTypes: [...(subscription?.eventTypes ?? [])],
    channels: [...(subscription?.channels ?? [])],
    enabled: subscription?.enabled ?? true,
    filterMode: conditions === null ? 'json' : 'rows',
    conditions: conditions ?? [],
    filter: toJsonText(subscription?.filter),
  };
}

export function toSubscriptionBody(fields: SubscriptionFields): Record<string, unknown> {
  const { eventTypes, channels, enabled, filterMode, conditions, filter } = fields;
  return {
    eventTypes,
    channels: channels.length === 0 ? undefined : channels,
    enabled,
    filter: (filterMode === 'rows' ? toFilter(conditions) : readJson('filter', filter)) ?? undefined,
  };
}

/** What changes, as a merge patch. */
export function toSubscriptionChanges(fields: SubscriptionFields, before: Subscription): Record<string, unknown> {
  const { eventTypes, channels, enabled, filter } = before;
  const had = { eventTypes, channels: channels ?? undefined, enabled, filter: filter ?? undefined };
  const body = toSubscriptionBody(fields);
  const untouched = toSubscriptionBody(toSubscriptionFields(before));
  const isFilterLeft = JSON.stringify(body['filter']) === JSON.stringify(untouched['filter']);
  return toMergePatch(had, { ...body, filter: isFilterLeft ? had.filter : withoutNulls(body['filter']) });
}

/** Comparisons with null, and those with a list that say the same. */
const LISTS: Readonly<Record<string, string>> = { $eq: '$in', $ne: '$nin' };

/**
 * A patch takes a null for "take it out": to be compared with, null is one of a list. Where no list says the same the list
 * stands in its place, for the API to refuse.
 */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value);
  return Object.fromEntries(
    members.map(([name, member]): [string, unknown] => {
      if (member !== null) return [name, withoutNulls(member)];
      if (!name.startsWith('$')) return [name, { $in: [null] }];
      const list = LISTS[name];
      return [list === undefined || list in value ? name : list, [null]];
    }),
  );
}

/** A mistake in a filter is pointed at by path and comparison, and stands in the row that says it. */
export function renameFilterField(parts: readonly string[], fields: SubscriptionFields): readonly string[] {
  const [first, path, operator] = parts;
  if (first !== 'filter' || fields.filterMode === 'json') return parts;
  const row = path === undefined ? null : rowOf(fields.conditions, path, operator);
  if (row === null) return ['filterMode', ...parts.slice(1)];
  return ['conditions', String(row), operator === undefined ? 'path' : 'value', ...parts.slice(3)];
}
