import type { EventContent } from './event-content.js';
import { FILTER_OPERATORS, type FilterOperatorName } from './filter-operators.js';
import type { Json } from './merge-patch.js';

/** A filter, read and ready to be asked. `at` is where the clause stands in the filter: a JSON Pointer. */
export type Clause =
  | { readonly kind: 'all' | 'any'; readonly at: string; readonly of: readonly Clause[] }
  | { readonly kind: 'not'; readonly at: string; readonly of: Clause }
  | { readonly kind: 'exists'; readonly at: string; readonly path: readonly string[]; readonly wanted: boolean }
  | {
      readonly kind: 'compare';
      readonly at: string;
      readonly path: readonly string[];
      readonly operator: FilterOperatorName;
      readonly wanted: Json;
    };

/** The first clause that an event does not meet, and how: one sentence, with nothing in it of what the event carries. */
export interface Miss {
  readonly pointer: string;
  readonly message: string;
}

/** Whether an event passes. What is missing meets nothing but `$exists: false`, not even `$ne`. */
export function passes(clause: Clause, event: EventContent): boolean {
  switch (clause.kind) {
    case 'all':
      return clause.of.every((one) => passes(one, event));
    case 'any':
      return clause.of.some((one) => passes(one, event));
    case 'not':
      return !passes(clause.of, event);
    case 'exists':
      return (event.at(clause.path) !== undefined) === clause.wanted;
    case 'compare': {
      const value = event.at(clause.path);
      return value !== undefined && FILTER_OPERATORS[clause.operator].holds(value, clause.wanted);
    }
  }
}

/** Null: the event passes. Of values at a hidden path nothing is told, not even what they were compared with. */
export function explainFilter(clause: Clause, event: EventContent, isHidden: IsHidden = NOTHING_HIDDEN): Miss | null {
  if (passes(clause, event)) return null;
  if (clause.kind === 'all') {
    return clause.of.map((one) => explainFilter(one, event, isHidden)).find((found) => found !== null)!;
  }
  if ('path' in clause && isHidden(clause.path)) {
    return { pointer: clause.at, message: `${clause.path.join('.')} does not hold what it asks for` };
  }
  return { pointer: clause.at, message: inWords(clause, event) };
}

/** Whether what stands at a path of a filter, or in it, is not to be told. */
export type IsHidden = (path: readonly string[]) => boolean;

const NOTHING_HIDDEN: IsHidden = () => false;

function inWords(clause: Clause, event: EventContent): string {
  switch (clause.kind) {
    case 'all':
    case 'any':
      return 'none of the alternatives holds';
    case 'not':
      return 'what must not hold does';
    case 'exists':
      return `${clause.path.join('.')} ${clause.wanted ? 'is missing' : 'is there'}`;
    case 'compare': {
      const name = clause.path.join('.');
      if (event.at(clause.path) === undefined) return `${name} is missing`;
      return `${name} ${FILTER_OPERATORS[clause.operator].failed} ${JSON.stringify(clause.wanted)}`;
    }
  }
}
