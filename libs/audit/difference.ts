import { isDeepStrictEqual } from 'node:util';

/** An object as the log may show it: secrets as fingerprints, no payloads. */
export type Facts = Readonly<Record<string, unknown>>;

/** What was, and what is now; null where there was nothing, or is nothing any more. */
export interface Difference {
  readonly before: Facts | null;
  readonly after: Facts | null;
}

/** A value with more characters than this is told by its size: a log is not where schemas are kept. */
const MAX_VALUE_CHARACTERS = 8 * 1024;

/** Of a change only what it has changed; of a beginning or an end everything there was. */
export function differenceOf(before: Facts | null, after: Facts | null): Difference {
  if (before === null || after === null)
    return { before: before && shortened(before), after: after && shortened(after) };
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !isDeepStrictEqual(before[name] ?? null, after[name] ?? null),
  );
  return { before: shortened(pick(before, changed)), after: shortened(pick(after, changed)) };
}

/** What is not there stands as null, so that both sides name the same. */
function pick(facts: Facts, names: readonly string[]): Facts {
  return Object.fromEntries(names.map((name) => [name, facts[name] ?? null]));
}

function shortened(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, shorten(value)]));
}

function shorten(value: unknown): unknown {
  const { length } = JSON.stringify(value ?? null);
  return length > MAX_VALUE_CHARACTERS ? `[${length} characters]` : value;
}
