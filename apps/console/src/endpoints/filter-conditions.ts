import { FieldMistake } from '../ui/form-errors.js';

/** One comparison of a filter as it stands in a row. */
export interface Condition {
  path: string;
  operator: string;
  value: string;
}

export const OPERATORS = [
  { value: '$eq', label: 'is' },
  { value: '$ne', label: 'is not' },
  { value: '$gt', label: 'above' },
  { value: '$gte', label: 'at least' },
  { value: '$lt', label: 'below' },
  { value: '$lte', label: 'at most' },
  { value: '$in', label: 'one of' },
  { value: '$nin', label: 'none of' },
  { value: '$startsWith', label: 'begins with' },
  { value: '$endsWith', label: 'ends with' },
  { value: '$exists', label: 'is there' },
];

type Filter = Readonly<Record<string, unknown>>;

/** The rows that say the same as a filter; null for one that rows cannot say (and, or, not, nested objects). */
export function toConditions(filter: Filter | null): Condition[] | null {
  const rows: Condition[] = [];
  for (const [path, wanted] of Object.entries(filter ?? {})) {
    if (path.startsWith('$') || path === '' || path !== path.trim()) return null;
    const comparisons = isObject(wanted) ? Object.entries(wanted) : [['$eq', wanted] as const];
    if (comparisons.length === 0) return null;
    for (const [operator, value] of comparisons) {
      if (OPERATORS.every((known) => known.value !== operator)) return null;
      const text = toText(operator, value);
      if (text === null) return null;
      rows.push({ path, operator, value: text });
    }
  }
  return rows;
}

/** The filter that the rows say, all of which must hold; null where there are none. Throws {@link FieldMistake}. */
export function toFilter(rows: readonly Condition[]): Filter | null {
  const filter = new Map<string, Record<string, unknown>>();
  rows.forEach(({ path, operator, value }, index) => {
    if (path.trim() === '') throw new FieldMistake(`conditions.${index}.path`, 'must be given');
    const comparisons = filter.get(path.trim()) ?? {};
    filter.set(path.trim(), comparisons);
    if (operator in comparisons) {
      const words = 'is compared so by another row already: write it as JSON, with $and';
      throw new FieldMistake(`conditions.${index}.path`, words);
    }
    comparisons[operator] = toValue(operator, value);
  });
  return rows.length === 0 ? null : Object.fromEntries(filter);
}

/** Which row a comparison of {@link toFilter} stands in; null when in none. */
export function rowOf(rows: readonly Condition[], path: string, operator: string | undefined): number | null {
  const index = rows.findIndex(
    (row) => row.path.trim() === path && (operator === undefined || row.operator === operator),
  );
  return index < 0 ? null : index;
}

function toText(operator: string, value: unknown): string | null {
  if (operator === '$in' || operator === '$nin') {
    return Array.isArray(value) && value.every(isWord) ? value.map(toWord).join(', ') : null;
  }
  return isWord(value) ? toWord(value) : null;
}

/** What a text cannot hold without quotes: the marks between words and around them, and what a field drops. */
const NEEDS_QUOTES = /[",\p{Cc}]/u;

/** A text that would be read as something else, as two or as none stands in quotes. */
function toWord(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return value !== '' && readWord(value) === value && !NEEDS_QUOTES.test(value) ? value : JSON.stringify(value);
}

function toValue(operator: string, text: string): unknown {
  if (operator === '$in' || operator === '$nin') return readWords(text);
  if (operator === '$startsWith' || operator === '$endsWith') return String(readWord(text));
  return readWord(text);
}

/** `100`, `true`, `null` and what stands in quotes are what they are in JSON; all else is text. */
function readWord(text: string): unknown {
  const word = text.trim();
  try {
    const value: unknown = JSON.parse(word);
    return typeof value === 'object' && value !== null ? word : value;
  } catch {
    return word;
  }
}

function readWords(text: string): unknown[] {
  return (text.match(/\s*"(?:[^"\\]|\\.)*"\s*(?=,|$)|[^,]+/g) ?? [])
    .map((word) => word.trim())
    .filter(Boolean)
    .map(readWord);
}

function isWord(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function isObject(value: unknown): value is Filter {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
