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
  return toMergePatch(had, withoutNulls(toSubscriptionBody(fields)) as Record<string, unknown>);
}

/** A patch takes a null for "take it out": to be compared with, null is one of a list. */
function withoutNulls(value: unknown, name?: string): unknown {
  if (value === null && name !== undefined) return name === '$eq' ? value : { $in: [null] };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) =>
      key === '$eq' && member === null ? ['$in', [null]] : [key, withoutNulls(member, key)],
    ),
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
