import { readJson, toJsonText } from '../ui/form-errors.js';
import type { EventType } from './event-type.js';

/** An event type as it stands in a form, by the names that the API has for it. */
export interface EventTypeFields extends Record<string, unknown> {
  name: string;
  description: string;
  group: string;
  deprecated: boolean;
  schemas: string;
  example: string;
  redact: string[];
}

/** What the API has of an event type and does not take: the name is its address. */
const NOT_WRITTEN = ['name', 'version', 'createdAt', 'updatedAt'];

export function toEventTypeFields(eventType: EventType | null): EventTypeFields {
  return {
    name: eventType?.name ?? '',
    description: eventType?.description ?? '',
    group: eventType?.group ?? '',
    deprecated: eventType?.deprecated ?? false,
    schemas: toJsonText(eventType?.schemas),
    example: toJsonText(eventType?.example),
    redact: [...(eventType?.redact ?? [])],
  };
}

/** The whole event type, for a PUT; what the form has no field for stays as it was before. */
export function toEventTypeDocument(fields: EventTypeFields, before: EventType | null): Record<string, unknown> {
  const { description, group, deprecated, schemas, example, redact } = fields;
  return {
    ...Object.fromEntries(Object.entries(before ?? {}).filter(([name]) => !NOT_WRITTEN.includes(name))),
    description,
    group: group || null,
    deprecated,
    schemas: readJson('schemas', schemas),
    example: readJson('example', example),
    redact: redact.length === 0 ? null : redact,
  };
}
