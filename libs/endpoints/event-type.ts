import type { FieldError } from '#kernel';
import { isJsonObject, type Json, type JsonObject } from '#policy';

/** An entry of the catalog of what is published. */
export interface EventType {
  readonly name: string;
  readonly description: string;
  readonly group: string | null;
  readonly deprecated: boolean;
  /** JSON Schemas by the `schemaVersion` that events name. Kept and shown; events are not checked against them yet. */
  readonly schemas: JsonObject | null;
  readonly example: Json | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An event type as it is written; types and lengths are checked before. */
export interface EventTypeDocument {
  readonly description?: string | null;
  readonly group?: string | null;
  readonly deprecated?: boolean | null;
  readonly schemas?: JsonObject | null;
  readonly example?: Json;
}

export type EventTypeSettings = Pick<EventType, 'description' | 'group' | 'deprecated' | 'schemas' | 'example'>;

/** Of the platform's own operational events. */
export const RESERVED_PREFIX = 'posthorn.';

const SCHEMA_VERSION = /^[A-Za-z0-9._-]{1,64}$/;
const DIALECTS = [
  'https://json-schema.org/draft/2020-12/schema',
  'http://json-schema.org/draft-07/schema',
  'https://json-schema.org/draft-07/schema',
];
const MAX_JSON_BYTES = 256 * 1024;

/** The settings that a document stands for, or all that is wrong with it. */
export function settleEventType(
  document: EventTypeDocument,
): { settings: EventTypeSettings } | { errors: readonly FieldError[] } {
  const errors = [
    ...checkDescription(document.description),
    ...checkSchemas(document.schemas ?? {}),
    ...checkSize('/schemas', document.schemas ?? null),
    ...checkSize('/example', document.example ?? null),
  ];
  if (errors.length > 0) return { errors };
  return {
    settings: {
      description: document.description!,
      group: document.group ?? null,
      deprecated: document.deprecated ?? false,
      schemas: document.schemas ?? null,
      example: document.example ?? null,
    },
  };
}

function checkDescription(description: string | null | undefined): FieldError[] {
  if (description != null) return [];
  return [{ pointer: '/description', code: 'required', message: 'is required' }];
}

function checkSchemas(schemas: JsonObject): FieldError[] {
  return Object.entries(schemas).flatMap(([version, schema]) => {
    const refusal = refuseSchema(version, schema);
    const pointer = `/schemas/${version.replace(/~/g, '~0').replace(/\//g, '~1')}`;
    return refusal === null ? [] : [{ pointer, code: 'invalid_schema', message: refusal }];
  });
}

function refuseSchema(version: string, schema: Json): string | null {
  if (!SCHEMA_VERSION.test(version))
    return 'is not a schema version: 1 to 64 of letters, digits, dot, hyphen and underscore';
  if (typeof schema === 'boolean') return null;
  if (!isJsonObject(schema)) return 'is not a JSON Schema: an object, true or false';
  const dialect = schema['$schema'];
  if (dialect === undefined) return null;
  if (typeof dialect === 'string' && DIALECTS.includes(dialect.replace(/#$/, ''))) return null;
  return `must have as its $schema ${DIALECTS[0]} or ${DIALECTS[1]}#`;
}

function checkSize(pointer: string, value: Json | null): FieldError[] {
  if (Buffer.byteLength(JSON.stringify(value)) <= MAX_JSON_BYTES) return [];
  return [{ pointer, code: 'too_long', message: `must take at most ${MAX_JSON_BYTES} bytes as JSON` }];
}
