/** The keyword that is put into every subschema: what applying it costs, in steps. */
export const COST_KEYWORD = 'posthorn:cost';

/** What compiling costs grows with the number of subschemas. */
export const MAX_SUBSCHEMAS = 1_000;

/** Keywords that say something to readers only. Left out, they cannot be referred to either, where nothing is counted. */
const FOR_READERS = new Set(['default', 'example', 'examples', '$vocabulary']);

/** Keywords whose value is data, lists or names, and no subschema. */
const NOT_SCHEMAS = new Set(['const', 'dependentRequired', 'enum', 'required', 'type']);

/** Keywords whose subschema is applied to each element or name. */
const TO_EACH = new Set(['contains', 'items', 'propertyNames']);

/** Keywords whose value is an object of subschemas by name. */
const BY_NAME = new Set([
  '$defs',
  'definitions',
  'dependencies',
  'dependentSchemas',
  'patternProperties',
  'properties',
]);

const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef'];

/** Members of an object, values of a list: so many of them cost another step. */
const ENTRIES_PER_STEP = 16;

/** Characters that are compared as quickly as one value. */
const CHARACTERS_PER_VALUE = 64;

type Node = Record<string, unknown>;

/** Why a schema cannot be used: a predicate, such as `has more than 1000 subschemas`. */
export class SchemaFault extends Error {
  override readonly name = 'SchemaFault';
}

/**
 * A copy of the schema with {@link COST_KEYWORD} in every subschema, so that whatever is applied, over whatever
 * references, is counted. Throws {@link SchemaFault} for what would get round that, or could not be checked here: what
 * refers elsewhere, what makes the check asynchronous, and what is too large.
 */
export function prepareSchema(schema: object): Node {
  const counter = { subschemas: 0 };
  const { $id: _id, $schema: _schema, ...root } = schema as Node;
  const prepared = prepareNode(root, counter) as Node;
  for (const reference of referencesIn(prepared)) assertLeadsToSubschema(reference, prepared);
  return prepared;
}

function prepareNode(node: unknown, counter: { subschemas: number }): unknown {
  if (Array.isArray(node)) return node.map((element) => prepareNode(element, counter));
  if (!isNode(node)) return node;
  counter.subschemas += 1;
  if (counter.subschemas > MAX_SUBSCHEMAS) throw new SchemaFault(`has more than ${MAX_SUBSCHEMAS} subschemas`);
  refuseKeywords(node);
  // Not by assignment, which a member named __proto__ would make something else of.
  return Object.fromEntries([
    ...Object.entries(node)
      .filter(([keyword]) => !FOR_READERS.has(keyword))
      .map(([keyword, value]) => [keyword, prepareKeyword(keyword, value, counter)]),
    [COST_KEYWORD, costOf(node)],
  ]) as Node;
}

function prepareKeyword(keyword: string, value: unknown, counter: { subschemas: number }): unknown {
  if (NOT_SCHEMAS.has(keyword)) return value;
  if (TO_EACH.has(keyword)) return prepareNode(countable(value), counter);
  if (!BY_NAME.has(keyword) || !isNode(value)) return prepareNode(value, counter);
  return Object.fromEntries(
    Object.entries(value).map(([name, schema]) => [name, prepareNode(countable(schema), counter)]),
  );
}

/** What nothing matches, in a form that can be counted where it is applied many times. */
function countable(schema: unknown): unknown {
  return schema === false ? { allOf: [false] } : schema;
}

function refuseKeywords(node: Node): void {
  if ('$async' in node) throw new SchemaFault('must not have $async');
  const { $id: id } = node;
  if (typeof id === 'string' && !id.startsWith('#')) throw new SchemaFault('must have an $id at its root only');
  for (const keyword of REFERENCES) {
    const reference = node[keyword];
    if (typeof reference === 'string' && !reference.startsWith('#')) {
      throw new SchemaFault(`refers to ${JSON.stringify(reference)}: only references within the schema are followed`);
    }
  }
}

function costOf(node: Node): number {
  const lists = [node['required'], node['properties'], node['allOf'], node['anyOf'], node['oneOf']];
  const entries = lists.reduce<number>((sum, list) => sum + entriesOf(list), 0);
  const compared = sizeOf(node['enum']) + sizeOf(node['const']) + sizeOf(node['dependentRequired']);
  return 1 + Math.floor((entries + compared) / ENTRIES_PER_STEP);
}

function entriesOf(list: unknown): number {
  return typeof list === 'object' && list !== null ? Object.keys(list).length : 0;
}

/** What comparing with a value costs at most, in values. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length / CHARACTERS_PER_VALUE;
  if (typeof value !== 'object' || value === null) return value === undefined ? 0 : 1;
  return Object.values(value).reduce<number>((sum, member) => sum + sizeOf(member), 1);
}

function* referencesIn(node: unknown): Generator<string> {
  if (Array.isArray(node)) for (const element of node) yield* referencesIn(element);
  if (!isNode(node)) return;
  for (const [keyword, value] of Object.entries(node)) {
    if (REFERENCES.includes(keyword) && typeof value === 'string') yield value;
    else if (BY_NAME.has(keyword) && isNode(value)) yield* referencesIn(Object.values(value));
    else if (!NOT_SCHEMAS.has(keyword)) yield* referencesIn(value);
  }
}

/** A JSON Pointer may lead anywhere, into a `const` for example, where nothing is counted. */
function assertLeadsToSubschema(reference: string, root: Node): void {
  if (!reference.startsWith('#/')) return;
  let node: unknown = root;
  for (const part of reference.slice(2).split('/')) node = memberOf(node, unescape(part));
  if (typeof node === 'boolean' || (isNode(node) && COST_KEYWORD in node)) return;
  throw new SchemaFault(`refers to ${JSON.stringify(reference)}, where no subschema is`);
}

function memberOf(node: unknown, key: string): unknown {
  return typeof node === 'object' && node !== null && Object.hasOwn(node, key) ? (node as Node)[key] : undefined;
}

/** RFC 6901, section 6: a pointer in a URI fragment. */
function unescape(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return part;
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
