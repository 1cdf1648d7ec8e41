/**
 * OpenAPI 3.0 says `nullable: true`, 3.1 is plain JSON Schema: a type of `null` beside the others. The decorators speak
 * 3.0, so every schema of the document is rewritten, wherever it stands.
 */
export function to31<T>(node: T): T {
  if (Array.isArray(node)) return node.map((one) => to31(one as unknown)) as T;
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = node as Record<string, unknown>;
  const plain = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, to31(value)]));
  // A property of that name, not the keyword.
  if (typeof nullable === 'object') return { ...plain, nullable: to31(nullable as unknown) } as T;
  return (nullable === true ? orNull(plain) : plain) as T;
}

function orNull(schema: Record<string, unknown>): Record<string, unknown> {
  const { type, enum: values, allOf, $ref, ...rest } = schema;
  const only = Array.isArray(allOf) && allOf.length === 1 ? (allOf[0] as unknown) : $ref && { $ref };
  if (only) return { ...rest, anyOf: [only, { type: 'null' }] };
  return {
    ...rest,
    ...(allOf === undefined ? {} : { allOf }),
    ...(type === undefined ? {} : { type: [type, 'null'].flat() }),
    ...(Array.isArray(values) ? { enum: [...(values as unknown[]), null] } : {}),
  };
}
