import type { Json } from './merge-patch.js';

/** What is compared: whatever has no parts. */
export type Scalar = string | number | boolean | null;

export interface FilterOperator {
  /** What is wrong with the value that a filter gives; null: nothing. */
  readonly refuse: (wanted: Json) => string | null;
  /** Whether the event's value passes; it is there. Of an array it is enough that one element does. */
  readonly holds: (value: Json, wanted: Json) => boolean;
  /** How it reads when it does not hold: "data.amount <failed> 100". */
  readonly failed: string;
}

/** Values that one `$in` or `$nin` may have. */
const MAX_VALUES = 100;

const isScalar = (value: unknown): value is Scalar => typeof value !== 'object' || value === null;

const refuseNonScalar = (wanted: Json): string | null =>
  isScalar(wanted) ? null : 'must be a string, a number, true, false or null';

const refuseNonText = (wanted: Json): string | null =>
  typeof wanted === 'string' && wanted !== '' ? null : 'must be a string that is not empty';

const refuseUnordered = (wanted: Json): string | null =>
  typeof wanted === 'number' || typeof wanted === 'string' ? null : 'must be a number or a string';

function refuseNonList(wanted: Json): string | null {
  const isList = Array.isArray(wanted) && wanted.length >= 1 && wanted.length <= MAX_VALUES;
  return isList && wanted.every(isScalar) ? null : `must be an array of 1 to ${MAX_VALUES} scalars`;
}

/** Whether the value passes, or any element of it if it is an array. */
const some = (value: Json, passes: (one: unknown) => boolean): boolean =>
  Array.isArray(value) ? value.some(passes) : passes(value);

const isIn = (value: Json, wanted: Json): boolean => some(value, (one) => (wanted as readonly unknown[]).includes(one));

/** Numbers with numbers, texts with texts (so ISO times in one zone too); nothing else has an order. */
function ordered(failed: string, passes: (value: number | string, wanted: number | string) => boolean): FilterOperator {
  const holds = (value: Json, wanted: Json): boolean =>
    some(value, (one) => typeof one === typeof wanted && passes(one as number, wanted as number));
  return { refuse: refuseUnordered, holds, failed };
}

function text(failed: string, passes: (value: string, wanted: string) => boolean): FilterOperator {
  const holds = (value: Json, wanted: Json): boolean =>
    some(value, (one) => typeof one === 'string' && passes(one, wanted as string));
  return { refuse: refuseNonText, holds, failed };
}

/** What a filter can ask of one value. `$exists` is not among them: it alone says something of what is not there. */
export const FILTER_OPERATORS = {
  $eq: {
    refuse: refuseNonScalar,
    holds: (value, wanted) => some(value, (one) => one === wanted),
    failed: 'is not',
  },
  $ne: { refuse: refuseNonScalar, holds: (value, wanted) => !some(value, (one) => one === wanted), failed: 'is' },
  $gt: ordered('is not above', (value, wanted) => value > wanted),
  $gte: ordered('is not at least', (value, wanted) => value >= wanted),
  $lt: ordered('is not below', (value, wanted) => value < wanted),
  $lte: ordered('is not at most', (value, wanted) => value <= wanted),
  $in: { refuse: refuseNonList, holds: isIn, failed: 'is none of' },
  $nin: { refuse: refuseNonList, holds: (value, wanted) => !isIn(value, wanted), failed: 'is one of' },
  $startsWith: text('does not begin with', (value, wanted) => value.startsWith(wanted)),
  $endsWith: text('does not end with', (value, wanted) => value.endsWith(wanted)),
} as const satisfies Record<string, FilterOperator>;

export type FilterOperatorName = keyof typeof FILTER_OPERATORS;

export const isFilterOperator = (name: string): name is FilterOperatorName => Object.hasOwn(FILTER_OPERATORS, name);
