import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { FieldError } from '#kernel';
import { type SchemaVerdict, SchemaVersions } from '#schemas';
import { type EventTypeSettings, schemaPointer } from './event-type.js';

type Described = Pick<EventTypeSettings, 'schemas' | 'example'>;

/**
 * What is wrong with the schemas that are new, or else with the example. What was kept before is not asked again: it may
 * be older than the rules of today, and the change that is being made need not be about it.
 */
export async function checkSchemas({ schemas, example }: Described, before: Described | null): Promise<FieldError[]> {
  if (schemas === null) return [];
  const versions = new SchemaVersions(schemas);
  const errors: FieldError[] = [];
  for (const [version, schema] of Object.entries(schemas)) {
    if (isDeepStrictEqual(schema, before?.schemas?.[version])) continue;
    const fault = versions.faultOf(version);
    if (fault !== null) errors.push({ pointer: schemaPointer(version), code: 'invalid_schema', message: fault });
    // A large one takes a while to compile; others have a turn in between.
    await setImmediate();
  }
  const isExampleKnown = isDeepStrictEqual({ schemas, example }, { ...before });
  return errors.length > 0 || isExampleKnown ? errors : checkExample(example, Object.keys(schemas), versions);
}

/** The example is one of some version; where it is of none, it is told what it lacks to be one of the newest. */
function checkExample(example: Described['example'], names: readonly string[], versions: SchemaVersions): FieldError[] {
  if (example === null || versions.newest === null) return [];
  const characters = JSON.stringify(example).length;
  const check = (version: string): SchemaVerdict => versions.check(version, example, characters);
  const verdict = check(versions.newest);
  if (!isRefusal(verdict) || !names.every((version) => isRefusal(check(version)))) return [];
  return verdict.mismatches.map((error) => ({ ...error, pointer: `/example${error.pointer}` }));
}

function isRefusal(verdict: SchemaVerdict): verdict is Extract<SchemaVerdict, { kind: 'checked' }> {
  return verdict.kind === 'checked' && verdict.mismatches.length > 0;
}
