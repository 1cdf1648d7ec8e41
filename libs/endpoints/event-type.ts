import type { FieldError } from '#kernel';
import type { Json, JsonObject } from '#policy';
import { escapePointer } from './refuse.js';

/** An entry of the catalog of what is published. */
export interface EventType {
  readonly name: string;
  readonly description: string;
  readonly group: string | null;
  readonly deprecated: boolean;
  /** JSON Schemas by the `schemaVersion` that events name. */
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
const MAX_JSON_BYTES = 256 * 1024;

/** The settings that a document stands for, or all that is wrong with it; whether its schemas compile is asked apart. */
export function settleEventType(
  document: EventTypeDocument,
): { settings: EventTypeSettings } | { errors: readonly FieldError[] } {
  const errors = [
    ...checkDescription(document.description),
    ...checkVersions(document.schemas ?? {}),
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

function checkVersions(schemas: JsonObject): FieldError[] {
  const message = 'is not a schema version: 1 to 64 of letters, digits, dot, hyphen and underscore';
  return Object.keys(schemas)
    .filter((version) => !SCHEMA_VERSION.test(version))
    .map((version) => ({ pointer: schemaPointer(version), code: 'invalid_schema', message }));
}

/** Where a document has the schema of a version. */
export function schemaPointer(version: string): string {
  return `/schemas/${escapePointer(version)}`;
}

function checkSize(pointer: string, value: Json | null): FieldError[] {
  if (Buffer.byteLength(JSON.stringify(value)) <= MAX_JSON_BYTES) return [];
  return [{ pointer, code: 'too_long', message: `must take at most ${MAX_JSON_BYTES} bytes as JSON` }];
}
