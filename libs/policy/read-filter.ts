import { type FieldError, toPointerToken } from '#kernel';
import type { Clause } from './content-filter.js';
import { FILTERED_FIELDS } from './event-content.js';
import { FILTER_OPERATORS, isFilterOperator } from './filter-operators.js';
import { isJsonObject, type Json } from './merge-patch.js';

export interface FilterLimits {
  /** Objects and arrays within one another, the filter itself included. */
  readonly maxDepth: number;
  /** Comparisons in all. */
  readonly maxClauses: number;
}

export const DEFAULT_FILTER_LIMITS: FilterLimits = { maxDepth: 10, maxClauses: 100 };

/** What was accepted once is read again whatever the limits are by then. */
export const NO_FILTER_LIMITS: FilterLimits = {
  maxDepth: Number.POSITIVE_INFINITY,
  maxClauses: Number.POSITIVE_INFINITY,
};

/**
 * Reads a filter: the clause that it stands for, or all that is wrong with it; pointers begin at the filter.
 *
 * One rule for all depths: an object says several things that must all hold. A key is an operator if it begins with `$`,
 * and otherwise leads on along the path, a step for each of its dots; what stands at the end of a path without an operator
 * is what the value must equal.
 */
export function readFilter(filter: Json, limits: FilterLimits): { clause: Clause } | { errors: readonly FieldError[] } {
  const reader = new FilterReader(limits);
  const clause = isJsonObject(filter)
    ? reader.read(filter, [], '', 1)
    : reader.fail('', 'wrong_type', 'must be an object');
  return clause !== null && reader.errors.length === 0 ? { clause } : { errors: reader.errors };
}

class FilterReader {
  readonly errors: FieldError[] = [];
  private clauses = 0;

  constructor(private readonly limits: FilterLimits) {}

  fail(pointer: string, code: string, message: string): null {
    this.errors.push({ pointer, code, message });
    return null;
  }

  /** What `node` says of the value at `path`. */
  read(node: Json, path: readonly string[], at: string, depth: number): Clause | null {
    if (!isJsonObject(node)) return this.compare('$eq', node, path, at);
    if (depth > this.limits.maxDepth) {
      return this.fail(at, 'too_deep', `is nested deeper than ${this.limits.maxDepth} levels`);
    }
    const entries = Object.entries(node);
    if (entries.length === 0) return this.fail(at, 'too_few', 'must say something');
    const of = entries.flatMap(
      ([key, value]) => this.entry(key, value, path, `${at}/${toPointerToken(key)}`, depth) ?? [],
    );
    return of.length === 1 ? of[0]! : { kind: 'all', at, of };
  }

  private entry(key: string, value: Json, path: readonly string[], at: string, depth: number): Clause | null {
    if (key === '$and' || key === '$or') return this.several(key, value, path, at, depth);
    if (key === '$not') return this.negation(value, path, at, depth);
    if (!key.startsWith('$')) return this.step(key, value, path, at, depth);
    if (path.length === 0) return this.fail(at, 'no_field', 'must stand below the name of a field');
    if (key === '$exists') return this.exists(value, path, at);
    if (isFilterOperator(key)) return this.compare(key, value, path, at);
    return this.fail(at, 'unknown_operator', 'is not an operator');
  }

  private several(key: string, value: Json, path: readonly string[], at: string, depth: number): Clause | null {
    if (!Array.isArray(value) || value.length === 0) {
      return this.fail(at, 'wrong_type', 'must be an array with at least one element');
    }
    const of = (value as readonly Json[]).flatMap(
      (one, index) => this.read(one, path, `${at}/${index}`, depth + 2) ?? [],
    );
    return { kind: key === '$and' ? 'all' : 'any', at, of };
  }

  private negation(value: Json, path: readonly string[], at: string, depth: number): Clause | null {
    const of = this.read(value, path, at, depth + 1);
    return of && { kind: 'not', at, of };
  }

  private step(key: string, value: Json, path: readonly string[], at: string, depth: number): Clause | null {
    const steps = key.split('.');
    if (steps.includes('')) return this.fail(at, 'invalid', 'must be names with single dots between them');
    const [field] = steps;
    if (path.length === 0 && !(FILTERED_FIELDS as readonly string[]).includes(field!)) {
      return this.fail(at, 'unknown_field', `must begin with one of ${FILTERED_FIELDS.join(', ')}`);
    }
    return this.read(value, [...path, ...steps], at, depth + 1);
  }

  private exists(wanted: Json, path: readonly string[], at: string): Clause | null {
    if (typeof wanted !== 'boolean') return this.fail(at, 'wrong_type', 'must be true or false');
    return this.isOneTooMany(at) ? null : { kind: 'exists', at, path, wanted };
  }

  private compare(
    operator: keyof typeof FILTER_OPERATORS,
    wanted: Json,
    path: readonly string[],
    at: string,
  ): Clause | null {
    if (path.length === 0) return this.fail(at, 'wrong_type', 'must be an object');
    const refusal = FILTER_OPERATORS[operator].refuse(wanted);
    if (refusal !== null) return this.fail(at, 'wrong_type', refusal);
    return this.isOneTooMany(at) ? null : { kind: 'compare', at, path, operator, wanted };
  }

  private isOneTooMany(at: string): boolean {
    this.clauses += 1;
    if (this.clauses === this.limits.maxClauses + 1) {
      this.fail(at, 'too_many', `is one comparison more than the ${this.limits.maxClauses} that a filter may have`);
    }
    return this.clauses > this.limits.maxClauses;
  }
}
