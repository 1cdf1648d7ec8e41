import type { ErrorObject, ValidateFunction } from 'ajv';
import type { FieldError } from '#kernel';
import { BudgetSpent, CheckBudget } from './check-budget.js';
import { assertWellFormed, compilePrepared, dialectOf, EnoughGathered } from './compiler.js';
import { toMismatches } from './mismatches.js';
import { prepareSchema, SchemaFault } from './prepare-schema.js';

/** A JSON Schema, ready to be asked. */
export interface CompiledSchema {
  /**
   * What of a value does not match, with JSON Pointers that begin at the value; none when all of it does. `characters`
   * is how long its JSON text is: what a check may cost grows with it.
   */
  check(value: unknown, characters: number): readonly FieldError[];
}

/** A fault is a predicate, such as `refers to itself without end`. */
export type Compilation = { readonly schema: CompiledSchema } | { readonly fault: string };

/** What any check may cost, and what one of a long text may cost in addition: some tens of milliseconds. */
const STEPS = 250_000;
const STEPS_PER_CHARACTER = 8;

/** Anything that a schema applies to itself without end would do so with one of these. */
const TRIALS = [null, true, 0, '', [], {}];

const TOO_COSTLY: FieldError = {
  pointer: '',
  code: 'too_costly',
  message: 'takes more steps to be checked against its schema than allowed',
};

/** Compiles a schema (2020-12 unless its `$schema` says draft-07); or says what is wrong with it. */
export function compileSchema(schema: unknown): Compilation {
  if (schema === true) return { schema: { check: () => [] } };
  if (schema === false) return { schema: { check: () => [NEVER] } };
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    return { fault: 'is not a JSON Schema: an object, true or false' };
  }
  try {
    return { schema: compile(schema) };
  } catch (error) {
    return { fault: error instanceof SchemaFault ? error.message : `does not compile: ${(error as Error).message}` };
  }
}

const NEVER: FieldError = { pointer: '', code: 'not_allowed', message: 'is not allowed by the schema' };

/**
 * Most data matches, and whether it does is found out without gathering anything: the first mismatch ends it. Only what
 * does not match is gone through again for all that there is to tell, by a second compilation that is made when it is
 * first needed. Where that finds thousands, or takes too long, the first mismatch is told alone.
 */
function compile(schema: object): CompiledSchema {
  const Dialect = dialectOf(schema);
  const prepared = prepareSchema(schema);
  assertWellFormed(Dialect, schema);
  const budget = new CheckBudget();
  const first = compilePrepared(Dialect, prepared, budget, 'first');
  for (const trial of TRIALS) if (run(first, budget, trial, 0) === 'endless') throw new SchemaFault(ENDLESS);
  let all: ValidateFunction | null = null;
  return {
    check: (value, characters) => {
      const found = run(first, budget, value, characters);
      if (typeof found === 'string') return [TOO_COSTLY];
      if (found.length === 0) return [];
      all ??= compilePrepared(Dialect, prepared, budget, 'all');
      const gathered = run(all, budget, value, characters);
      return toMismatches(typeof gathered === 'string' ? found : gathered);
    },
  };
}

const ENDLESS = 'refers to itself without end';

function run(
  validate: ValidateFunction,
  budget: CheckBudget,
  value: unknown,
  characters: number,
): readonly ErrorObject[] | 'too_costly' | 'endless' {
  budget.left = STEPS + STEPS_PER_CHARACTER * characters;
  try {
    return validate(value) ? [] : (validate.errors ?? []);
  } catch (error) {
    if (error instanceof EnoughGathered) return error.mismatches ?? 'too_costly';
    if (error instanceof BudgetSpent) return 'too_costly';
    // The stack has run out.
    if (error instanceof RangeError) return 'endless';
    throw error;
  } finally {
    validate.errors = null;
  }
}
