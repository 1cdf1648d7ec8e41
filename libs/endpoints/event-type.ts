import { type FieldError, readPointer, toPointerToken } from '#kernel';
import type { Json, JsonObject } from '#policy';

/** An entry of the catalog of what is published. */
export interface EventType {
  readonly name: string;
  readonly description: string;
  readonly group: string | null;
  readonly deprecated: boolean;
  /** JSON Schemas by the `schemaVersion` that events name. */
  readonly schemas: JsonObject | null;
  readonly example: Json | null;
  /** JSON Pointers into `data`: what stands there is shown as "[redacted]" to those who need not see it. Null: none. */
  readonly redact: readonly string[] | null;
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
  readonly redact?: readonly string[] | null;
}

export type EventTypeSettings = Omit<EventType, 'name' | 'version' | 'createdAt' | 'updatedAt'>;

/** Of the platform's own operational events. */
export const RESERVED_PREFIX = 'posthorn.';

const SCHEMA_VERSION = /^[A-Za-z0-9._-]{1,64}$/;
const MAX_JSON_BYTES = 256 * 1024;

/** Places that one event type redacts, and the characters of each. */
export const MAX_REDACTED = 50;
export const MAX_POINTER = 256;

/** The settings that a document stands for, or all that is wrong with it; whether its schemas compile is asked apart. */
export function settleEventType(
  document: EventTypeDocument,
): { settings: EventTypeSettings } | { errors: readonly FieldError[] } {
  const errors = [
    ...checkDescription(document.description),
    ...checkVersions(document.schemas ?? {}),
    ...checkSize('/schemas', document.schemas ?? null),
    ...checkSize('/example', document.example ?? null),
    ...checkRedact(document.redact ?? []),
  ];
  if (errors.length > 0) return { errors };
  return {
    settings: {
      description: document.description!,
      group: document.group ?? null,
      deprecated: document.deprecated ?? false,
      schemas: document.schemas ?? null,
      example: document.example ?? null,
      redact: document.redact ?? null,
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
  return `/schemas/${toPointerToken(version)}`;
}

/** Here and not where other lists are checked, so that an error names the one that is wrong. */
function checkRedact(pointers: readonly unknown[]): FieldError[] {
  if (pointers.length > MAX_REDACTED) {
    return [{ pointer: '/redact', code: 'too_many', message: `must have at most ${MAX_REDACTED} pointers` }];
  }
  return pointers.flatMap((pointer, index) => {
    const refusal = refusePointer(pointer);
    return refusal === null ? [] : [{ pointer: `/redact/${index}`, ...refusal }];
  });
}

function refusePointer(pointer: unknown): Pick<FieldError, 'code' | 'message'> | null {
  if (typeof pointer !== 'string') return { code: 'wrong_type', message: 'must be a string' };
  if (pointer.length > MAX_POINTER) return { code: 'too_long', message: `must have at most ${MAX_POINTER} characters` };
  if (readPointer(pointer) !== null) return null;
  return {
    code: 'invalid_pointer',
    message: 'must be a JSON Pointer (RFC 6901) into data, such as /card/number, with ~0 for ~ and ~1 for / in a name',
  };
}

function checkSize(pointer: string, value: Json | null): FieldError[] {
  if (Buffer.byteLength(JSON.stringify(value)) <= MAX_JSON_BYTES) return [];
  return [{ pointer, code: 'too_long', message: `must take at most ${MAX_JSON_BYTES} bytes as JSON` }];
}
