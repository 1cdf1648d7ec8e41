import { type Json, mergePatch } from '#policy';

type JsonObject = Record<string, unknown>;

/** {@link mergePatch} for a field whose own value is an object, and which null empties. */
export function mergeObject(target: JsonObject, patch: object | null | undefined): JsonObject {
  if (patch === undefined) return target;
  return patch === null ? {} : (mergePatch(target as Json, patch as Json) as JsonObject);
}

/** What a patch says of a plain field: absent keeps `current`, null clears it. */
export function patched<T>(current: T, patch: T | undefined): T {
  return patch === undefined ? current : patch;
}
