/** The keyword that is put into every subschema: what applying it costs, in steps. */
export const COST_KEYWORD = 'posthorn:cost';

/** What compiling costs grows with the number of subschemas. */
export const MAX_SUBSCHEMAS = 1_000;

/** Keywords whose value is data, lists or names, and no subschema. */
const NOT_SCHEMAS = new Set([
  'const',
  'default',
  'dependentRequired',
  'enum',
  'example',
  'examples',
  'required',
  'type',
  '$vocabulary',
]);

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
    ...Object.entries(node).map(([keyword, value]) => [keyword, prepareKeyword(keyword, value, counter)]),
    [COST_KEYWORD, costOf(node)],
  ]) as Node;
}

function prepareKeyword(keyword: string, value: unknown, counter: { subschemas: number }): unknown {
  if (NOT_SCHEMAS.has(keyword)) return value;
  if (!BY_NAME.has(keyword) || !isNode(value)) return prepareNode(value, counter);
  return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, prepareNode(schema, counter)]));
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
  const lists = [node['enum'], node['required'], node['properties']];
  const entries = lists.map((list) => (typeof list === 'object' && list !== null ? Object.keys(list).length : 0));
  return 1 + Math.floor(entries.reduce((sum, count) => sum + count, 0) / ENTRIES_PER_STEP);
}

function* referencesIn(node: unknown): Generator<string> {
  if (Array.isArray(node)) for (const element of node) yield* referencesIn(element);
  if (!isNode(node)) return;
  for (const [keyword, value] of Object.entries(node)) {
    if (REFERENCES.includes(keyword) && typeof value === 'string') yield value;
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
