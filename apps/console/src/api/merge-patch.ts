type Members = Readonly<Record<string, unknown>>;

/**
 * The merge patch (RFC 7396) that makes `after` of `before`: what is gone is null, what has stayed is not in it, and of
 * objects only the members that differ. A null inside an object of `after` cannot be said in a patch.
 */
export function toMergePatch(before: Members, after: Members): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const [name, had] of Object.entries(before))
    if (had !== undefined && after[name] === undefined) patch[name] = null;
  for (const [name, value] of Object.entries(after)) {
    const had = before[name];
    if (value === undefined || JSON.stringify(value) === JSON.stringify(had)) continue;
    patch[name] = isObject(value) && isObject(had) ? toMergePatch(had, value) : value;
  }
  return patch;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
