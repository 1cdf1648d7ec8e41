import { _, Ajv, type CodeKeywordDefinition, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type FormatName, fullFormats } from 'ajv-formats/dist/formats.js';
import type { FieldError } from '#kernel';
import { BudgetSpent, CheckBudget } from './check-budget.js';
import { linearPattern } from './linear-pattern.js';
import { toMismatches } from './mismatches.js';
import { COST_KEYWORD, prepareSchema, SchemaFault } from './prepare-schema.js';
import { areAllDifferent } from './unique-items.js';

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

const DIALECTS = [
  'https://json-schema.org/draft/2020-12/schema',
  'http://json-schema.org/draft-07/schema',
  'https://json-schema.org/draft-07/schema',
];

/** The formats of the standard that are checked; others say something to readers only. */
const FORMATS = [
  'date',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'json-pointer',
  'regex',
  'relative-json-pointer',
  'time',
  'uri',
  'uri-reference',
  'uri-template',
  'uuid',
] as const satisfies FormatName[];

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

function compile(schema: object): CompiledSchema {
  const Dialect = dialectOf(schema);
  const prepared = prepareSchema(schema);
  assertWellFormed(Dialect, schema);
  const budget = new CheckBudget();
  const validate = compilerFor(Dialect, budget).compile(prepared);
  for (const trial of TRIALS) if (run(validate, budget, trial, 0) === 'endless') throw new SchemaFault(ENDLESS);
  return {
    check: (value, characters) => {
      const mismatches = run(validate, budget, value, characters);
      return mismatches === 'endless' ? [TOO_COSTLY] : mismatches;
    },
  };
}

const ENDLESS = 'refers to itself without end';

function run(
  validate: ValidateFunction,
  budget: CheckBudget,
  value: unknown,
  characters: number,
): readonly FieldError[] | 'endless' {
  budget.left = STEPS + STEPS_PER_CHARACTER * characters;
  try {
    return validate(value) ? [] : toMismatches(validate.errors ?? []);
  } catch (error) {
    if (error instanceof BudgetSpent) return [TOO_COSTLY];
    // The stack has run out.
    if (error instanceof RangeError) return 'endless';
    throw error;
  } finally {
    validate.errors = null;
  }
}

type Dialect = typeof Ajv | typeof Ajv2020;

function dialectOf(schema: object): Dialect {
  const named = (schema as { $schema?: unknown }).$schema;
  if (named === undefined) return Ajv2020;
  const index = typeof named === 'string' ? DIALECTS.indexOf(named.replace(/#$/, '')) : -1;
  if (index < 0) throw new SchemaFault(`must have as its $schema ${DIALECTS[0]} or ${DIALECTS[1]}#`);
  return index === 0 ? Ajv2020 : Ajv;
}

/** One of each dialect, for the schemas that schemas must match. */
const metaCheckers = new Map<Dialect, Ajv | Ajv2020>();

function assertWellFormed(Dialect: Dialect, schema: object): void {
  let checker = metaCheckers.get(Dialect);
  if (!checker) metaCheckers.set(Dialect, (checker = new Dialect({ strict: false, logger: false })));
  const { $id: _id, ...rest } = schema as { $id?: unknown };
  // Those that the compiler knows by its own address of the dialect, which has no https.
  const asNamed = Dialect === Ajv ? { ...rest, $schema: `${DIALECTS[1]}#` } : rest;
  if (checker.validateSchema(asNamed) === true) return;
  const [first] = checker.errors ?? [];
  throw new SchemaFault(`is not a JSON Schema: ${first?.instancePath || 'it'} ${first?.message ?? 'is not valid'}`);
}

/** Neither data nor other schemas are reached under these (`$data`, remote references). */
const OPTIONS: Options = {
  strict: false,
  allErrors: true,
  // What is inherited is no member: { "required": ["constructor"] } wants one.
  ownProperties: true,
  // Inlined, what is referred to twice would be compiled twice, and so on.
  inlineRefs: false,
  meta: false,
  validateSchema: false,
  logger: false,
};

function compilerFor(Dialect: Dialect, budget: CheckBudget): Ajv | Ajv2020 {
  const engine = Object.assign((pattern: string) => linearPattern(pattern, budget), { code: 'linearPattern' });
  // Ajv means to have a RegExp, and calls its `test` and `toString` only.
  const regExp = engine as unknown as NonNullable<NonNullable<Options['code']>['regExp']>;
  const compiler = new Dialect({ ...OPTIONS, code: { optimize: false, regExp } });
  compiler.addKeyword(costKeyword(budget));
  compiler.removeKeyword('uniqueItems');
  compiler.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must not have two equal items' },
    validate: (isWanted: boolean, items: unknown[]) => !isWanted || areAllDifferent(items),
  });
  for (const name of FORMATS) compiler.addFormat(name, { type: 'string', validate: countedFormat(name, budget) });
  return compiler;
}

/** Spends what applying a subschema costs, before anything else of it. */
function costKeyword(budget: CheckBudget): CodeKeywordDefinition {
  return {
    keyword: COST_KEYWORD,
    before: '$ref',
    schemaType: 'number',
    code({ gen, schema }) {
      const left = gen.scopeValue('keyword', { ref: budget });
      gen.code(_`${left}.spend(${schema as number})`);
    },
  };
}

function countedFormat(name: (typeof FORMATS)[number], budget: CheckBudget): (text: string) => boolean {
  const format = fullFormats[name];
  const definition = typeof format === 'object' && 'validate' in format ? format.validate : format;
  const holds =
    definition instanceof RegExp ? (text: string) => definition.test(text) : (definition as (text: string) => boolean);
  return (text) => {
    budget.spend(text.length);
    return holds(text);
  };
}
