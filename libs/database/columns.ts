/**
 * Array parameters for `unnest`, written as PostgreSQL array literals by hand: the driver's own conversion walks each
 * value with two regular expressions, and the hot statements send some fifteen columns of some hundred values each.
 */

type Nullable<T> = T | null | undefined;

/** For values that never need quoting: UUIDs, numbers, booleans, and words of [a-z_]. */
export function plainArray(values: readonly Nullable<string | number | boolean>[]): string {
  let literal = '{';
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (index > 0) literal += ',';
    literal += value ?? 'NULL';
  }
  return `${literal}}`;
}

const NEEDS_ESCAPE = /["\\]/;

/** For any text. Values must hold no NUL, which PostgreSQL's text cannot. */
export function textArray(values: readonly Nullable<string>[]): string {
  let literal = '{';
  for (let index = 0; index < values.length; index++) {
    if (index > 0) literal += ',';
    literal += quoted(values[index]);
  }
  return `${literal}}`;
}

function quoted(value: Nullable<string>): string {
  if (value == null) return 'NULL';
  return NEEDS_ESCAPE.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
}

/** Epoch milliseconds as float8 seconds, for `to_timestamp(…)`. */
export function secondsArray(ms: readonly Nullable<number>[]): string {
  return plainArray(ms.map((value) => (value == null ? null : value / 1000)));
}
