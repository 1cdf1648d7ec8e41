import * as fc from 'fast-check';

/** One operation of the OpenAPI document. */
export interface Operation {
  readonly method: string;
  /** With `{parameters}`, to be filled in by whoever sends it. */
  readonly path: string;
  readonly query: readonly Parameter[];
  readonly body: Schema | null;
}

/** A request to an operation; a null in `path` stands for what the caller knows, anything else is said instead. */
export interface FuzzedRequest {
  readonly operation: Operation;
  readonly pathWords: readonly (string | null)[];
  readonly query: string;
  readonly body: string | undefined;
}

interface Parameter {
  readonly name: string;
  readonly schema: Schema;
}

/** As much of a JSON Schema as the document uses. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly example?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

interface DocumentOperation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: Schema }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

export function operationsOf({ paths }: Document): Operation[] {
  return Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, item]) =>
      METHODS.filter((method) => item[method] !== undefined).map((method) => ({
        method: method.toUpperCase(),
        path,
        query: (item[method]!.parameters ?? [])
          .filter((parameter) => parameter.in === 'query')
          .map(({ name, schema }) => ({ name, schema: schema ?? {} })),
        body: Object.values(item[method]!.requestBody?.content ?? {})[0]?.schema ?? null,
      })),
    );
}

/** What has broken programs before: empty, long, far out, of another kind, or with a meaning of its own somewhere. */
const HOSTILE: readonly unknown[] = [
  null,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '😀'.repeat(300),
  'x'.repeat(3_000),
  "' OR 1=1 --",
  '../../etc/passwd',
  '%00%2e%2e',
  '__proto__',
  'evt_00000000000000000000000000',
  '9999-12-31T23:59:59.999Z',
  '-000001-01-01T00:00:00Z',
  'http://169.254.169.254/',
  'infinity',
  0,
  -1,
  1e308,
  2 ** 53,
  0.1,
  true,
  {},
  [],
  [[[[[[[[]]]]]]]],
  { __proto__: { polluted: true } },
  { constructor: { prototype: {} } },
];

const BROKEN_BODIES = [
  '',
  '{',
  '"text"',
  '[]',
  'null',
  '{"a":1,"a":2}',
  '['.repeat(5_000),
  '{"a":"\\ud800"}',
  '\u0000',
];

const hostile = fc.constantFrom(...HOSTILE);

/** Requests that are mostly what the document asks for, and wrong in one place or another. */
export function requestsTo(document: Document): fc.Arbitrary<FuzzedRequest> {
  const schemas = document.components?.schemas ?? {};
  const arbitraries = operationsOf(document).map((operation) => requestTo(operation, schemas));
  return fc.oneof(...arbitraries);
}

function requestTo(operation: Operation, schemas: Readonly<Record<string, Schema>>): fc.Arbitrary<FuzzedRequest> {
  const words = operation.path.match(/\{\w+\}/g)?.length ?? 0;
  const word = fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: hostile.map(String) });
  return fc.record({
    operation: fc.constant(operation),
    pathWords: fc.array(word, { minLength: words, maxLength: words }),
    query: queryOf(operation, schemas),
    body: operation.body === null ? fc.constant(undefined) : bodyOf(operation.body, schemas),
  });
}

function queryOf({ query }: Operation, schemas: Readonly<Record<string, Schema>>): fc.Arbitrary<string> {
  if (query.length === 0) return fc.constant('');
  const values = Object.fromEntries(query.map(({ name, schema }) => [name, valueOf(schema, schemas, 3)]));
  return fc.record(values, { requiredKeys: [] }).map((given) => {
    // Few at a time, or one that is wrong would hide all others.
    const some = Object.entries(given)
      .slice(0, 3)
      .map(([name, value]) => `${encode(name)}=${encode(textOf(value))}`);
    return some.length > 0 ? `?${some.join('&')}` : '';
  });
}

function bodyOf(schema: Schema, schemas: Readonly<Record<string, Schema>>): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 12, arbitrary: valueOf(schema, schemas, 5).map((value) => JSON.stringify(value) ?? '') },
    { weight: 1, arbitrary: fc.constantFrom(...BROKEN_BODIES) },
    { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
  );
}

/** A value that the schema allows, most often. */
function valueOf(schema: Schema, schemas: Readonly<Record<string, Schema>>, depth: number): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 14, arbitrary: allowedBy(schema, schemas, depth) }, { weight: 1, arbitrary: hostile });
}

function allowedBy(schema: Schema, schemas: Readonly<Record<string, Schema>>, depth: number): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return allowedBy(schemas[schema.$ref.split('/').at(-1)!] ?? {}, schemas, depth);
  const choices = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (choices !== undefined && choices.length > 0) {
    return fc.oneof(...choices.map((choice) => allowedBy(choice, schemas, depth)));
  }
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (depth === 0) return fc.constant(null);
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  switch (types.find((type) => type !== 'null')) {
    case 'object':
      return objectOf(schema, schemas, depth);
    case 'array':
      return fc.array(valueOf(schema.items ?? {}, schemas, depth - 1), { maxLength: 3 });
    case 'integer':
    case 'number':
      return numberFrom(Math.ceil(schema.minimum ?? -5), Math.floor(schema.maximum ?? 2_000));
    case 'boolean':
      return fc.boolean();
    case undefined:
    default:
      return textFor(schema);
  }
}

const numberFrom = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max: Math.max(min, max) });

function objectOf(schema: Schema, schemas: Readonly<Record<string, Schema>>, depth: number): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return fc.dictionary(fc.string({ maxLength: 8 }), fc.string(), { maxKeys: 3 });
  const values = properties.map(([name, property]) => [name, valueOf(property, schemas, depth - 1)] as const);
  return fc.record(Object.fromEntries(values), { requiredKeys: [] });
}

function textFor({ format, example }: Schema): fc.Arbitrary<string> {
  const likely = example === undefined ? [] : [fc.constant(textOf(example))];
  if (format === 'date-time') {
    likely.push(
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString()),
    );
  }
  return fc.oneof(...likely, fc.string({ maxLength: 30, unit: 'binary' }), fc.constantFrom('a', 'order.created', '*'));
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** Lone surrogates have no URL encoding: what a client would send for them. */
export const encode = (text: string): string => encodeURIComponent(text.toWellFormed());
