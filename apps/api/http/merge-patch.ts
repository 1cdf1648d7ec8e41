type JsonObject = Record<string, unknown>;

/**
 * RFC 7396: what `patch` names replaces what `target` has, null removes it, objects are merged. Answers a new object;
 * neither argument is changed. Keys are set as own properties, whatever they are called.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** {@link mergePatch} for a field whose own value is an object, and which null empties. */
export function mergeObject(target: JsonObject, patch: object | null | undefined): JsonObject {
  if (patch === undefined) return target;
  return patch === null ? {} : (mergePatch(target, patch) as JsonObject);
}

/** What a patch says of a plain field: absent keeps `current`, null clears it. */
export function patched<T>(current: T, patch: T | undefined): T {
  return patch === undefined ? current : patch;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
