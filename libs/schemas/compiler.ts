import {
  _,
  Ajv,
  type CodeKeywordDefinition,
  type ErrorObject,
  type KeywordCxt,
  Name,
  type Options,
  type ValidateFunction,
} from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type FormatName, fullFormats } from 'ajv-formats/dist/formats.js';
import type { CheckBudget } from './check-budget.js';
import { linearPattern } from './linear-pattern.js';
import { COST_KEYWORD, SchemaFault } from './prepare-schema.js';
import { areAllDifferent } from './unique-items.js';

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

/** Of a text whose length is measured, in code points, 16 characters cost a step. */
const MEASURED_SHIFT = 4;

/**
 * Mismatches that may yet turn out to be none (of the elements that are not what `contains` wants, for example) are kept,
 * and copied when a reference is followed: 1,024 kept, or 16 copied, cost another step. As shifts, for in whole numbers
 * generated code counts faster.
 */
const KEPT_SHIFT = 10;
const COPIED_SHIFT = 4;

/** So many mismatches at one time are enough to tell of. */
const ENOUGH = 2_000;

/** Thrown when more has been gathered than is ever told. */
export class EnoughGathered extends Error {
  override readonly name = 'EnoughGathered';

  /** `mismatches`: null when they may yet turn out to be none. */
  constructor(readonly mismatches: readonly ErrorObject[] | null) {
    super();
  }
}

/** `first`: ends at the first mismatch; `all`: gathers them, and throws {@link EnoughGathered}. */
export type Pass = 'first' | 'all';

export type Dialect = typeof Ajv | typeof Ajv2020;

/** As its `$schema` says; throws {@link SchemaFault}. */
export function dialectOf(schema: object): Dialect {
  const named = (schema as { $schema?: unknown }).$schema;
  if (named === undefined) return Ajv2020;
  const index = typeof named === 'string' ? DIALECTS.indexOf(named.replace(/#$/, '')) : -1;
  if (index < 0) throw new SchemaFault(`must have as its $schema ${DIALECTS[0]} or ${DIALECTS[1]}#`);
  return index === 0 ? Ajv2020 : Ajv;
}

/** One of each dialect, for the schemas that schemas must match. */
const metaCheckers = new Map<Dialect, Ajv | Ajv2020>();

/** Throws {@link SchemaFault} for what does not match the schema of schemas. */
export function assertWellFormed(Dialect: Dialect, schema: object): void {
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
  // What is inherited is no member: { "required": ["constructor"] } wants one.
  ownProperties: true,
  // Inlined, what is referred to twice would be compiled twice, and so on.
  inlineRefs: false,
  meta: false,
  validateSchema: false,
  logger: false,
};

/** Compiles what `prepareSchema` made. The check spends from `budget`. */
export function compilePrepared(Dialect: Dialect, prepared: object, budget: CheckBudget, pass: Pass): ValidateFunction {
  return compilerFor(Dialect, budget, pass).compile(prepared);
}

function compilerFor(Dialect: Dialect, budget: CheckBudget, pass: Pass): Ajv | Ajv2020 {
  const engine = Object.assign((pattern: string) => linearPattern(pattern, budget), { code: 'linearPattern' });
  // Ajv means to have a RegExp, and calls its `test` and `toString` only.
  const regExp = engine as unknown as NonNullable<NonNullable<Options['code']>['regExp']>;
  const compiler = new Dialect({ ...OPTIONS, allErrors: pass === 'all', code: { optimize: false, regExp } });
  compiler.addKeyword(costKeyword(budget, pass));
  compiler.removeKeyword('uniqueItems');
  compiler.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must not have two equal items' },
    validate: (isWanted: boolean, items: unknown[]) => !isWanted || areAllDifferent(items, budget),
  });
  for (const name of FORMATS) compiler.addFormat(name, { type: 'string', validate: countedFormat(name, budget) });
  return compiler;
}

/** The compiler's own variables, where a keyword's code stands: the mismatches of the function so far, and their number. */
const ERRORS = new Name('errors');
const GATHERED = new Name('vErrors');
const PATH = new Name('instancePath');

/** Spends what applying a subschema costs, before anything else of it. */
function costKeyword(budget: CheckBudget, pass: Pass): CodeKeywordDefinition {
  return {
    keyword: COST_KEYWORD,
    before: '$ref',
    schemaType: 'number',
    code(context) {
      const { gen, schema, parentSchema, data } = context;
      const spender = gen.scopeValue('keyword', { ref: budget });
      if (pass === 'all') endWhenEnough(context);
      const shift = '$ref' in parentSchema || '$dynamicRef' in parentSchema ? COPIED_SHIFT : KEPT_SHIFT;
      gen.code(_`${spender}.spend(${schema as number} + (${ERRORS} >> ${shift}))`);
      if (!('minLength' in parentSchema || 'maxLength' in parentSchema)) return;
      gen.if(_`typeof ${data} === "string"`, () => gen.code(_`${spender}.spend(${data}.length >> ${MEASURED_SHIFT})`));
    },
  };
}

function endWhenEnough({ gen, it }: KeywordCxt): void {
  const enough = gen.scopeValue('keyword', { ref: EnoughGathered });
  // Within a branch, or in a function that some branch may have called, nothing is certain.
  const isCertain = it.compositeRule !== true && it.schemaEnv === it.schemaEnv.root;
  const certain = isCertain ? _`${PATH} === "" ? ${GATHERED} : null` : _`null`;
  gen.if(_`${ERRORS} > ${ENOUGH}`, () => gen.code(_`throw new ${enough}(${certain})`));
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
